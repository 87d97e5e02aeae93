"""gridmap: the web map that grid management (网格化管理) in a district runs on.

The tour: `domain` has the rules without I/O, `geo` the shapes, `db` the store, `files` what comes in
from outside, `actions` what a person can do, `live` the stream, `maps` the folium maps, `web` the
pages and the API, `cli` the command; `app.create_app` puts the parts together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

__version__ = "0.1.0"


def create_app(**options: Any) -> Flask:
    """The web application; see `gridmap.app.create_app`."""
    from gridmap.app import create_app as create  # noqa: PLC0415  (the tour costs nothing to import)

    return create(**options)
