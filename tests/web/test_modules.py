"""A page asks for all its modules at once: each one that is imported is in the list, and it is there."""

from __future__ import annotations

import pytest

from gridmap.resources import PACKAGE
from gridmap.web.modules import needed_by


@pytest.mark.parametrize("page", ["map", "wall", "field"])
def test_every_module_is_there_and_none_is_named_twice(page: str) -> None:
    found = needed_by(f"js/{page}/main.js")
    assert len(found) == len(set(found)) > 20
    assert [url for url in found if not (PACKAGE / url.lstrip("/")).is_file()] == []


def test_names_are_looked_up_and_a_way_round_ends() -> None:
    found = needed_by("js/tiles/source.js")
    assert found[0] == "/static/js/tiles/decode.js"
    assert sum("vendor" in url for url in found) == 3
    assert "/static/js/map/main.js" not in needed_by("js/map/main.js")
