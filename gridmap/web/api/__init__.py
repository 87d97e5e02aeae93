"""The API, version 1: thin routes from typed requests to actions and queries."""

from __future__ import annotations

from flask import Flask

from gridmap.web.api import (  # noqa: F401  (they add routes)
    accounts,
    areas,
    choices,
    desk,
    door,
    duty,
    evaluation,
    evaluation_people,
    heat,
    hotspots,
    households,
    issues,
    landmarks,
    me,
    notices,
    photos,
    rechecks,
    roster,
    satisfaction,
    share,
    state,
    stream,
    wall,
    whistles,
)
from gridmap.web.api.blueprint import api


def install(app: Flask) -> None:
    """Add the API to the application."""
    app.register_api(api)  # type: ignore[attr-defined]
