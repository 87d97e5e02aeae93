"""Which modules a page's first module needs, so that the browser asks for all of them at once and not one after the other."""

from __future__ import annotations

import posixpath
import re
from functools import cache

from gridmap.maps.assets import MODULES
from gridmap.resources import PACKAGE

_STATIC = PACKAGE / "static"
_IMPORT = re.compile(r"""^(?:import|export)\s+(?:[\w$*{},\s]+\s+from\s+)?["']([^"']+)["'];?$""", re.MULTILINE)
_BY_NAME = {name: f"vendor/{path}" for name, path in MODULES}


@cache
def needed_by(first: str) -> tuple[str, ...]:
    """Every module that `first` (a path below static/) imports, and those import, and so on, as URLs; without `first`."""
    found: dict[str, None] = {}
    waiting = [first]
    while waiting:
        here = waiting.pop()
        for wanted in _IMPORT.findall((_STATIC / here).read_text(encoding="utf-8")):
            path = _BY_NAME.get(wanted) or posixpath.normpath(posixpath.join(posixpath.dirname(here), wanted))
            if path not in found and path != first:
                found[path] = None
                waiting.append(path)
    return tuple(f"/static/{path}" for path in found)
