"""Routes about the asker and the tables: me, categories, health, the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from flask import Response, jsonify

from gridmap import __version__
from gridmap.db import areas, categories, posts
from gridmap.db.models import CategoryRow
from gridmap.domain.categories import Group, Synonyms, everyday_words
from gridmap.domain.codes import codes_in
from gridmap.files.tables import load_groups, load_synonyms
from gridmap.web import shapes
from gridmap.web.access import PUBLIC, SIGNED_IN, actor, needs, office
from gridmap.web.answers import ERRORS, CategoryList, Me
from gridmap.web.api.blueprint import MATTERS, PEOPLE, api
from gridmap.web.language import language
from gridmap.web.openapi import document
from gridmap.web.params import LanguageQuery


@api.get("/me", tags=[PEOPLE], responses={200: Me, **ERRORS})
@needs(SIGNED_IN)
def read_me(query: LanguageQuery) -> Response:
    """Who is asking: kind, areas, posts."""
    return jsonify(describe_me())


def describe_me() -> dict[str, object]:
    """The asker, as pages and the API tell it."""
    who, here = actor(), office()
    with here.database.reading() as session:
        held = posts.of_person(session, who.person_id, here.clock()) if who.person_id else []
        person = posts.people(session, [who.person_id]).get(who.person_id or 0)
        paths = [path for path in who.scope.paths if path] + [post.area_path for post in held]
        named = areas.named(session, paths)
    return {
        "username": who.username,
        "kind": who.kind,
        "name": shapes.account_name(who.kind, person.name if person else who.name, who.unit),
        "person_id": who.person_id,
        "unit": who.unit,
        "sees_everything": who.scope.is_everything,
        "areas": [_area(named, path) for path in who.scope.paths if path],
        "posts": [
            {
                "role": post.role,
                "role_name": shapes.role_name(here.roles.get(post.role), post.role),
                "area": _area(named, post.area_path),
            }
            for post in held
        ],
        "language": language(),
    }


def _area(named: dict[str, object], path: str) -> dict[str, object]:
    row = named.get(path)
    code = codes_in(path)[-1]
    if row is None:
        return {"code": code, "name": code, "level": ""}
    return {"code": row.code, "name": row.name, "level": row.level}  # type: ignore[attr-defined]


@api.get("/categories", tags=[MATTERS], responses={200: CategoryList, **ERRORS})
@needs(SIGNED_IN)
def list_categories(query: LanguageQuery) -> Response:
    """Every category of every catalogue, which role handles it, how long that may take, whether it is still in force."""
    roles, deadlines = office().roles, office().deadlines
    with office().database.reading() as session:
        rows = categories.rows_by_key(session)
    return jsonify(
        categories=[
            {
                "id": key,
                "standard": row.standard,
                "kind": row.kind,
                "code": row.code,
                "name": shapes.category_name(row),
                "group": _group_name(row),
                "role": row.role,
                "role_name": shapes.role_name(roles.get(row.role), row.role) if row.role else None,
                "limit": shapes.limit(deadlines.limit_of(row)),
                "also": everyday_words(row.name_zh, _synonyms()),
                "in_force": row.retired_at is None,
            }
            for key, row in sorted(rows.items())
        ]
    )


@cache
def _synonyms() -> list[Synonyms]:
    return load_synonyms()


@cache
def _groups() -> Mapping[str, Group]:
    return load_groups()


def _group_name(row: CategoryRow) -> str:
    """A group's name in the reader's language; the Chinese one where the table of groups has it not."""
    group = _groups().get(f"{row.standard}:{row.kind}:{row.group_code}")
    return group.name_en if group is not None and language() == "en" else row.group_zh


@needs(PUBLIC)
def health() -> Response:
    """Whether this process answers and its store does."""
    office().database.probe()
    return jsonify(status="ok", version=__version__)


@needs(PUBLIC)
def openapi() -> Response:
    """The OpenAPI 3.1 document, generated from the routes."""
    return jsonify(document())
