"""The API, version 1: thin routes from typed requests to actions and queries."""

from __future__ import annotations

from flask import Flask

from gridmap.web.api import accounts, areas, heat, issues, landmarks, me, photos, state, stream, wall  # noqa: F401  (they add routes)
from gridmap.web.api.blueprint import api


def install(app: Flask) -> None:
    """Add the API to the application."""
    app.register_api(api)  # type: ignore[attr-defined]
