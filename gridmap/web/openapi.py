"""The OpenAPI document: generated from the routes, then set right where the generator says too little or too much."""

from __future__ import annotations

import copy
from typing import Any

from flask import current_app

from gridmap.web.answers import Health
from gridmap.web.api.blueprint import DOOR
from gridmap.web.params import TEXT

_HEALTH = {
    "get": {
        "tags": ["state"],
        "summary": "Whether this process answers and its store does.",
        "operationId": "health",
        "security": [],
        "responses": {
            "200": {
                "description": "OK",
                "content": {"application/json": {"schema": Health.model_json_schema()}},
            },
            "503": {
                "description": "Service Unavailable",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            },
        },
    }
}


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of the running application."""
    made: dict[str, Any] = copy.deepcopy(current_app.api_doc)  # type: ignore[attr-defined]
    for operation in (operation for item in made["paths"].values() for operation in item.values()):
        if operation.get("tags") == [DOOR.name]:
            operation["security"] = []  # the generator knows no route that asks for nothing
        for parameter in operation.get("parameters", []):
            _without_null(parameter["schema"])
            _only_text(parameter["schema"], made)
        for body in operation.get("requestBody", {}).get("content", {}).values():
            _only_text(body["schema"], made)
    made["paths"]["/healthz"] = _HEALTH
    return made


def _only_text(schema: dict[str, Any], made: dict[str, Any]) -> None:
    """Say of every string that is sent what `params.check_text` asks of it."""
    if "$ref" in schema:
        schema = made["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    is_free = not {"enum", "format", "pattern"} & set(schema)
    if schema.get("type") == "string" and is_free:
        schema["pattern"] = TEXT
    for part in (*schema.get("anyOf", []), *schema.get("properties", {}).values()):
        _only_text(part, made)


def _without_null(schema: dict[str, Any]) -> None:
    """A query string knows no null: a parameter is there or it is not."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del schema["anyOf"]
        schema.update(kinds[0] | schema)
    if schema.get("default", ...) is None:
        del schema["default"]
