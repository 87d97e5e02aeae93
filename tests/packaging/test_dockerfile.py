"""The Dockerfile holds what is promised of it: small, by a nobody, watched, without a secret, from pinned parts."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gridmap.config import Settings
from tests.guards.source import REPO
from tests.packaging.container import Step, context, copies, is_ignored, rules_of, steps

TEXT = (REPO / "Dockerfile").read_text(encoding="utf-8")
SETTINGS = {f"GRIDMAP_{name.upper()}" for name in Settings.__dataclass_fields__}
SECRET = re.compile(r"\b\w*(PASSWORD|SECRET|TOKEN|_KEY)\w*\s*=", re.IGNORECASE)
VERSIONED = re.compile(r"[\w./-]+:\d+(\.\d+)*-[\w.-]+")


def last_stage(found: list[Step]) -> list[Step]:
    return [one for one in found if one.stage == found[-1].stage]


def faults(text: str) -> list[str]:
    """What is wrong with a Dockerfile."""
    found = steps(text)
    last = last_stage(found)
    images = sorted({one.words[0] for one in found if one.word == "FROM"})
    said = {one.word: one for one in last}
    wrong = [f"image {image}" for image in images if not VERSIONED.fullmatch(image)]
    wrong += [
        f"secret: {one.rest}" for one in found if one.word in ("ENV", "ARG") and SECRET.search(one.rest)
    ]
    wrong += [f"ADD {one.rest}" for one in found if one.word == "ADD"]
    wrong += [f"no setting: {name}" for name in set(re.findall(r"GRIDMAP_\w+", text)) - SETTINGS]
    wrong += [
        f"copied from the context: {one.rest}"
        for one in last
        if one.word == "COPY" and "--from=" not in one.rest
    ]
    if not re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", said["USER"].rest if "USER" in said else ""):
        wrong.append("runs as root, or as a name")
    if "HEALTHCHECK" not in said or "/healthz" not in said["HEALTHCHECK"].rest:
        wrong.append("nobody asks whether it is well")
    if "CMD" not in said or said["CMD"].form is None or said["CMD"].form[0] in ("sh", "bash"):
        wrong.append("a shell stands between it and the signals")
    return wrong


def test_it_is_as_promised() -> None:
    assert faults(TEXT) == []


def test_both_stages_have_the_same_python_and_the_last_has_nothing_to_build_with() -> None:
    found = steps(TEXT)
    assert len({one.words[0] for one in found if one.word == "FROM"}) == 1
    runs = " ".join(one.rest for one in last_stage(found) if one.word == "RUN")
    assert "pip" not in runs.split()
    installed = re.findall(r"--no-install-recommends ([\w .-]+?) &&", runs)
    assert installed == ["libsqlite3-mod-spatialite"]
    assert "need libsqlite3-mod-spatialite" in (REPO / "tools" / "setup.sh").read_text()


CHANGES = {
    "latest": ("ARG BASE=python:3.11-slim-bookworm", "ARG BASE=python:latest"),
    "no version": ("ARG BASE=python:3.11-slim-bookworm", "ARG BASE=python"),
    "root": ("USER 10001:10001\n", ""),
    "root by number": ("USER 10001:10001", "USER 0:0"),
    "a name": ("USER 10001:10001", "USER gridmap"),
    "a key": ("GRIDMAP_PORT=8000", "GRIDMAP_SECRET_KEY=x"),
    "a password": ("WORKDIR /src", "ARG DB_PASSWORD=x"),
    "no such setting": ("GRIDMAP_HOST=0.0.0.0", "GRIDMAP_BIND=0.0.0.0"),
    "nobody looks": ("/healthz", "/"),
    "a shell": ('CMD ["gridmap", "serve", "--init"]', "CMD gridmap serve --init"),
    "a shell in brackets": ('CMD ["gridmap", "serve"', 'CMD ["sh", "-c", "gridmap serve"'),
    "sources": ("WORKDIR /data", "COPY . /src"),
    "from afar": ("WORKDIR /src", "ADD x.tar.gz /"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_would_be_wrong_is_found(name: str) -> None:
    assert CHANGES[name][0] in TEXT
    assert len(faults(TEXT.replace(*CHANGES[name]))) == 1


def hadolint(file: Path) -> str:
    command = [Path(sys.executable).with_name("hadolint"), "--no-color", file]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60).stdout


def test_the_linter_has_nothing_to_say(tmp_path: Path) -> None:
    assert hadolint(REPO / "Dockerfile") == ""
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN cd / && sudo ls\n")
    assert {"DL3006", "DL3003", "DL3004"} <= set(hadolint(tmp_path / "Dockerfile").split())


def test_everything_copied_is_given_to_the_builder_and_nothing_else() -> None:
    files, sources = list(context()), [source for source, _ in copies(steps(TEXT))]
    for source in sources:
        assert any(name == source or name.startswith(f"{source}/") for name in files), source
    assert [n for n in files if not any(n == s or n.startswith(f"{s}/") for s in sources)] == []


def test_no_data_no_keys_and_no_history_go_to_the_builder() -> None:
    files = set(context())
    assert {"gridmap/app.py", "gridmap/texts/zh-CN.toml", "templates/base.html", "geodata/roles.csv"} <= files
    assert not [name for name in files if name.startswith((".git", ".venv", "tests", "demo-data", ".env"))]
    assert not [name for name in files if "__pycache__" in name or "/vendor/" in name or name.endswith(".db")]


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        (".git/config", True),
        (".env", True),
        ("demo-data/secret_key", True),
        ("tools/setup.sh", True),
        ("tools/vendor.py", False),
        ("gridmap/app.py", False),
        ("gridmap/static/vendor/x/y.js", True),
        ("gridmap/static/js/api.js", False),
        ("gridmap/db/__pycache__/a.pyc", True),
        ("geodata/left.db", True),
    ],
)
def test_the_rules_are_read_as_a_builder_reads_them(path: str, ignored: bool) -> None:
    assert is_ignored(path, rules_of((REPO / ".dockerignore").read_text())) is ignored
