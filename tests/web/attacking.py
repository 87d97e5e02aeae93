"""Have schemathesis call every documented operation with what fits the document and with what does not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import requests
import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.transport.wsgi import WSGITransport

PHASES = ("examples", "coverage", "fuzzing", "stateful")
OUT_OF_REACH = 2**52
STREAM = {"include-path": "/api/v1/stream", "enabled": False}
"""An answer without an end: tests/web/test_stream_route.py asks it."""
OWN_TOKEN = {"include-path": "/api/v1/tokens/{token_id}", "enabled": False}
"""It would end the very token the attack comes with; attacked by itself, last."""

MEANT = {
    "address_invalid": "what is an address differs from way to way",
    "channel_not_offered": "which ways there are is the operator's choice",
    "ids_or_until": "two fields of which there is one",
    "bbox_invalid": "a pattern cannot say that west is before east, nor that a view has a width",
    "breaks_invalid": "classes go together: as many fills as breaks and one, rising",
    "category_retired": "categories are rows of a table",
    "category_unknown": "categories are rows of a table",
    "choice_needed": "categories are rows of a table",
    "door_category_unknown": "what the door offers is a table",
    "door_not_accepted": "a field that people leave empty",
    "door_place_missing": "a place or a notice board: either will do",
    "door_puzzle_stale": "puzzles are given out by another route, and hold for minutes",
    "door_puzzle_wrong": "puzzles are given out by another route",
    "moment_not_kept": "a schema has no words for: of the last thirty days",
    "coordinates_swapped": "what can only be a place the other way round is said to be so",
    "cursor_invalid": "a cursor is opaque: a pattern can only say which letters it has",
    "evidence_missing": "words, or photos that were sent before",
    "evaluation_too_wide": "how many rows there are is told by the store",
    "indicator_unknown": "indicators are rows of a table",
    "months_invalid": "a pattern cannot say that one month is before another",
    "field_missing": "each action needs fields of its own",
    "photo_unreadable": "a schema says bytes, not which bytes are a picture",
    "unit_called_twice": "units are told apart as they are written",
    "unit_not_called": "which units a whistle called stands in the store",
    "absence_invalid": "a schema has no words for: after the other moment, and not over yet",
    "deputy_unknown": "staff are rows of a table",
    "successor_unknown": "staff are rows of a table",
    "unit_only_for_departments": "two fields that do not go together",
    "whistle_kind_unknown": "each action needs fields of its own",
    "display_name_invalid": "what cannot be seen in a name is more than a pattern should list",
    "name_is_the_persons": "two fields that do not go together",
    "username_invalid": "what cannot be seen in a name is more than a pattern should list",
}
"""What may be refused though it fits the document, and why the document cannot say so."""
UNBOUNDED = {"greater_than_equal", "less_than_equal"}
"""JSON Schema has no bounds for moments; the years 1900 to 2200 are taken."""

_library_send = WSGITransport.send


@dataclass
class Attack:
    """What came of it: calls by status and by phase, the operations called, and what was wrong."""

    statuses: Counter[int] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)
    succeeded: set[str] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)


def attack(
    app: Flask,
    token: str | None,
    *,
    seed: int,
    examples: int,
    seconds: int | None = None,
    phases: tuple[str, ...] = PHASES,
    only: str | None = None,
) -> Attack:
    """Every check of schemathesis, as whom `token` stands for (None: nobody); `only`: a pattern of paths.

    `examples` for each operation; with `seconds` new ones are drawn until that time has passed.
    """
    wanted = _wanted(token, seed, examples, seconds, phases, only)
    for _ in range(3):
        found = _attacked(app, wanted)
        if not any(_is_interpreters(fault) for fault in found.faults.values()):
            break
    return found


def _is_interpreters(fault: str) -> bool:
    # CPython before 3.11.5 now and then fails in its own parser where several threads use it (gh-106905).
    return "SystemError('AST constructor" in fault


def _attacked(app: Flask, wanted: dict[str, Any]) -> Attack:
    config = SchemathesisConfig.from_dict(wanted)
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=config)
    found = Attack()
    with patch.object(WSGITransport, "send", _send):
        for event in from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                _note(found, event)
            elif isinstance(event, events.NonFatalError):
                found.faults[f"error {event.label}"] = repr(event.value)
            elif isinstance(event, events.FatalError):
                found.faults["error"] = repr(event.exception)
    return found


def _send(self: WSGITransport, case: Any, **kwargs: Any) -> Any:
    """As the library's own, which trips over its probes that come without a session (4.32)."""
    return _library_send(self, case, **kwargs | {"session": kwargs.get("session") or requests.Session()})


def _wanted(
    token: str | None,
    seed: int,
    examples: int,
    seconds: int | None,
    phases: tuple[str, ...],
    only: str | None,
) -> dict[str, Any]:
    rest = {"exclude-path-regex": only, "enabled": False} if only else OWN_TOKEN
    return {
        "seed": seed,
        **({} if seconds is None else {"max-time": seconds}),
        # Answers as they are: the client that stands in for a server does not unpack them.
        "headers": {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {token}"} if token else {}),
        "phases": {name: {"enabled": name in phases} for name in PHASES},
        "operations": [STREAM, rest],
        "generation": {
            "max-examples": examples,
            "no-shrink": True,
            "deterministic": True,
            "database": "none",
            "with-security-parameters": False,  # else it would come as nobody most of the time
        },
    }


def _note(found: Attack, event: events.ScenarioFinished) -> None:
    recorder = event.recorder
    for case_id, interaction in recorder.interactions.items():
        if interaction.response is not None:
            called = recorder.cases[case_id].value.operation.label
            found.statuses[interaction.response.status_code] += 1
            found.phases[event.phase.value] += 1
            found.operations.add(called)
            found.succeeded |= {called} if interaction.response.status_code < 300 else set()
    for case_id, checks in recorder.checks.items():
        for check in (check for check in checks if check.status == Status.FAILURE):
            case, answer = recorder.cases[case_id].value, recorder.interactions[case_id].response
            error = _error_of(answer)
            if check.name == "positive_data_acceptance" and _is_meant(error):
                continue
            failure = check.failure_info.failure if check.failure_info else None
            key = f"{check.name} {case.operation.label} {error.get('code', '')}"
            found.faults.setdefault(key, f"{case.as_curl_command()}\n{failure}")


def _error_of(answer: Any) -> dict[str, Any]:
    try:
        return dict(answer.json()["error"])
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}


def _is_meant(error: dict[str, Any]) -> bool:
    """Whether a refusal of what fits the document is one of those it cannot tell of."""
    fields = error.get("details", {}).get("fields", [])
    is_moment = bool(fields) and all(entry["reason"] in UNBOUNDED for entry in fields)
    return error.get("code") in MEANT or (error.get("code") == "invalid_input" and is_moment)
