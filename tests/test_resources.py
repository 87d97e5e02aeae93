"""Where templates and rule tables lie: the wheel's copy first, the checkout's where there is none, else a clear no."""

from __future__ import annotations

import pytest

from gridmap import resources


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package in a place of its own, with nothing beside it."""
    inside = tmp_path / "gridmap"
    inside.mkdir()
    monkeypatch.setattr(resources, "PACKAGE", inside)
    return inside


@pytest.mark.parametrize(("name", "file"), [("templates", "base.html"), ("geodata", "roles.csv")])
def test_this_installation_has_both(name, file):
    assert (resources.folder(name) / file).is_file()


def test_a_checkout_has_them_beside_the_package(package):
    (package.parent / "geodata").mkdir()
    assert resources.folder("geodata") == package.parent / "geodata"


def test_a_wheel_has_them_inside_and_nothing_beside_it_counts(package):
    (package.parent / "templates").mkdir()
    (package / "_templates").mkdir()
    assert resources.folder("templates") == package / "_templates"


def test_what_is_not_there_is_said(package):
    (package.parent / "geodata").write_text("a file, not a folder")
    with pytest.raises(FileNotFoundError, match="without its geodata/"):
        resources.folder("geodata")
