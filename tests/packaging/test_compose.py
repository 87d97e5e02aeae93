"""compose.yaml holds what is promised of it: no default password, no open database, little power, started in order."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from gridmap.config import read_settings
from tests.guards.source import REPO
from tests.packaging.container import read_compose, steps
from tests.packaging.test_dockerfile import SETTINGS

TEXT = (REPO / "compose.yaml").read_text(encoding="utf-8")
GIVEN = {"POSTGRES_PASSWORD": "drawn1by2the3operator4"}
VERSIONED = re.compile(r"[\w./-]+:\d[\w.-]*")


def faults(compose: dict[str, Any]) -> list[str]:
    """What is wrong with a compose file."""
    wrong = []
    for name, one in compose["services"].items():
        wrong += [f"{name}: image {one['image']}"] if not VERSIONED.fullmatch(one["image"]) else []
        wrong += [f"{name}: {what}" for what in ("privileged", "network_mode", "pid") if what in one]
        wrong += [f"{name}: keeps its powers"] if one.get("cap_drop") != ["ALL"] else []
        wrong += [f"{name}: may gain powers"] if "no-new-privileges:true" not in one["security_opt"] else []
        wrong += [f"{name}: does not say when to start again"] if "restart" not in one else []
        wrong += [f"{name}: open to all: {p}" for p in one.get("ports", []) if not p.startswith("127.0.0.1:")]
        wrong += [
            f"{name}: no setting {v}"
            for v in one["environment"]
            if v.startswith("GRIDMAP_") and v not in SETTINGS
        ]
        wrong += [
            f"{name}: {v} of the host" for v in one["volumes"] if v.split(":")[0] not in compose["volumes"]
        ]
    return wrong + _of_order(compose["services"], compose["networks"])


def _of_order(services: dict[str, Any], networks: dict[str, Any]) -> list[str]:
    app, db, init = services["app"], services["db"], services["init"]
    waits = {name: said["condition"] for name, said in app["depends_on"].items()}
    asked = {
        "the database is open to others": "ports" not in db and db["networks"] == ["inside"],
        "the inside is open": networks["inside"] == {"internal": True},
        "nobody asks the database": "pg_isready" in db["healthcheck"]["test"],
        "the database can be written while it stands still": app["read_only"] and init["read_only"],
        "it starts too early": waits == {"db": "service_healthy", "init": "service_completed_successfully"},
        "init does not wait": init["depends_on"] == {"db": {"condition": "service_healthy"}},
        "init comes again and again": init["restart"] == "no" and app["restart"] == "unless-stopped",
        "they are not of one image": app["image"] == init["image"] and app["build"] == ".",
    }
    return [fault for fault, is_right in asked.items() if not is_right]


@pytest.fixture
def compose() -> dict[str, Any]:
    return read_compose(TEXT, GIVEN)


def test_it_is_as_promised(compose: dict[str, Any]) -> None:
    assert faults(compose) == []


def test_it_fits_the_specification(compose: dict[str, Any]) -> None:
    compose.pop("x-gridmap")
    found = PyCompose.from_yaml(yaml.safe_dump(compose)).to_spec()
    assert set(found.services or ()) == {"db", "init", "app"}
    compose["services"]["app"]["read_onely"] = True
    with pytest.raises(ValueError, match="read_onely"):
        PyCompose.from_yaml(yaml.safe_dump(compose))


def test_without_a_password_it_does_not_start() -> None:
    for given in ({}, {"POSTGRES_PASSWORD": ""}):
        with pytest.raises(KeyError, match="POSTGRES_PASSWORD"):
            read_compose(TEXT, given)
    assert not re.search(r"POSTGRES_PASSWORD: (?!\$\{POSTGRES_PASSWORD:\?)", TEXT)


def test_its_settings_are_read(compose: dict[str, Any], tmp_path: Any) -> None:
    said = compose["services"]["app"]["environment"]
    settings = read_settings({**said, "GRIDMAP_DATA_DIR": str(tmp_path)})
    assert (
        settings.database_url == f"postgresql+psycopg://gridmap:{GIVEN['POSTGRES_PASSWORD']}@db:5432/gridmap"
    )
    assert (settings.timezone, settings.secure_cookies) == ("Asia/Shanghai", False)


def test_it_fits_the_image(compose: dict[str, Any]) -> None:
    found = {one.word: one for one in steps((REPO / "Dockerfile").read_text())}
    app = compose["services"]["app"]
    assert app["ports"] == [f"127.0.0.1:8000:{found['EXPOSE'].rest}"]
    assert {volume.split(":")[1] for volume in app["volumes"]} == set(found["VOLUME"].form or ())
    assert app["command"][0] == (found["CMD"].form or [""])[0]


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "latest": lambda services: services["db"].update(image="postgis/postgis:latest"),
    "no version": lambda services: services["db"].update(image="postgis/postgis"),
    "an open database": lambda services: services["db"].update(ports=["127.0.0.1:5432:5432"]),
    "an open port": lambda services: services["app"].update(ports=["8000:8000"]),
    "privileged": lambda services: services["app"].update(privileged=True),
    "powers": lambda services: services["app"].update(cap_drop=["NET_RAW"]),
    "more powers": lambda services: services["db"].update(security_opt=[]),
    "of the host": lambda services: services["app"].update(volumes=["/etc:/etc"]),
    "no such setting": lambda services: services["app"]["environment"].update(GRIDMAP_DEBUG="1"),
    "writable": lambda services: services["app"].update(read_only=False),
    "too early": lambda services: services["app"].update(depends_on={"db": {"condition": "service_started"}}),
    "again": lambda services: services["init"].update(restart="always"),
    "never again": lambda services: services["app"].pop("restart") and services["app"].update(restart="no"),
    "nobody asks": lambda services: services["db"]["healthcheck"].update(test=["CMD", "true"]),
    "two images": lambda services: services["init"].update(image="gridmap:0.0.1"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_would_be_wrong_is_found(compose: dict[str, Any], name: str) -> None:
    changed = copy.deepcopy(compose)
    CHANGES[name](changed["services"])
    assert len(faults(changed)) == 1
