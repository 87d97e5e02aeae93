"""The operator's page: every setting is on it with its default, and no other; the proxy's numbers are ours."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from gridmap.config import Settings
from tests.guards.source import REPO

PAGE = (REPO / "docs" / "operating.md").read_text(encoding="utf-8")
ELSEWHERE = {"GRIDMAP_PUBLISHED_PORT", "GRIDMAP_TAG"}
"""Of compose.yaml, not of gridmap."""
DRAWN = {"database_url", "data_dir", "secret_key", "public_url", "language", "secure_cookies"}
"""Settings whose default is words rather than a value."""


def table(page: str) -> dict[str, tuple[str, str]]:
    """The settings table: default and words by variable; several variables of a row share both."""
    rows = re.findall(r"^\| (`GRIDMAP_[^|]*?) \| ([^|]*) \|([^|]*)\|$", page, re.MULTILINE)
    found = {}
    for names, defaults, words in rows:
        variables = [_whole(name, names) for name in re.findall(r"`([A-Z_]+)`", names)]
        values = defaults.split(", ") if len(variables) > 1 else [defaults]
        found |= {name: (value, words) for name, value in zip(variables, values, strict=True)}
    return found


def _whole(name: str, names: str) -> str:
    assert name.startswith("GRIDMAP_"), names
    return name


def unlike(page: str) -> list[str]:
    """Settings the table lacks or gives another default, and variables that are none."""
    told, fields = table(page), {f"GRIDMAP_{f.name.upper()}": f for f in dataclasses.fields(Settings)}
    wrong = [f"missing: {name}" for name in fields.keys() - told.keys()]
    wrong += [
        f"none of ours: {name}"
        for name in set(re.findall(r"GRIDMAP_[A-Z_]+[A-Z]", page)) - fields.keys() - ELSEWHERE
    ]
    for name in fields.keys() & told.keys():
        field = fields[name]
        if field.name not in DRAWN and not told[name][0].startswith(str(field.default)):
            wrong.append(f"{name}: {told[name][0]}, not {field.default}")
    return sorted(wrong)


def test_every_setting_is_told_with_its_default() -> None:
    assert unlike(PAGE) == []


def test_a_setting_that_is_not_told_is_found() -> None:
    assert unlike(PAGE.replace("| `GRIDMAP_WORKERS` | 2 |", "| `GRIDMAP_WORKERS` | 3 |")) == [
        "GRIDMAP_WORKERS: 3, not 2"
    ]
    assert "missing: GRIDMAP_STREAM_DAYS" in unlike(PAGE.replace("| `GRIDMAP_STREAM_DAYS` |", "| |"))
    assert "none of ours: GRIDMAP_BIND" in unlike(PAGE + "`GRIDMAP_BIND`")


def test_the_proxy_takes_as_much_as_we_do_and_lets_the_stream_through() -> None:
    config = "\n".join(re.findall(r"```nginx\n(.*?)```", PAGE, re.DOTALL))
    fields = {f.name: f.default for f in dataclasses.fields(Settings)}
    assert f"client_max_body_size {fields['max_body_mb']}m;" in config
    stream = config[config.index("location = /api/v1/stream") :]
    assert "proxy_buffering off;" in stream
    assert config.count("{") == config.count("}")
    assert config.count("X-Forwarded-For") == config.count("proxy_pass ")


def test_what_the_page_points_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", PAGE)
    assert [link for link in links if not Path(REPO, "docs", link).exists()] == []
