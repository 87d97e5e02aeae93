"""The steps of the Dockerfile, done by hand: the wheel is built from a clean context and runs by itself elsewhere."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import free_port
from tests.guards.source import REPO
from tests.packaging.container import lay_out, steps

BUILD = steps((REPO / "Dockerfile").read_text(encoding="utf-8"))
PASSWORD = "Only-for-tests-1"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the very command of the Dockerfile from what its COPY steps lay out."""
    source, out = tmp_path_factory.mktemp("src"), tmp_path_factory.mktemp("dist")
    lay_out([one for one in BUILD if one.stage == 1], source)
    # What tools/vendor.py would fetch: it is there already, and says so instead.
    shutil.copytree(REPO / "gridmap" / "static" / "vendor", source / "gridmap" / "static" / "vendor")
    commands = [command.strip() for one in BUILD if one.word == "RUN" for command in one.rest.split("&&")]
    chosen = [command for command in commands if "vendor.py" in command or "-m build" in command]
    assert len(chosen) == 2
    for command in chosen:
        words = command.replace("/dist", str(out)).split()
        done = subprocess.run(
            [sys.executable, *words[1:]], cwd=source, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


@dataclass(frozen=True)
class Installation:
    """The wheel in an environment of its own; commands run where nothing else lies."""

    bin: Path
    home: Path

    def command(self, *words: str, **more: str) -> str:
        """What `gridmap …` prints. Fails the test where it fails."""
        done = subprocess.run(
            [self.bin / "gridmap", *words],
            cwd=self.home,
            env=self.env(**more),
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def env(self, **more: str) -> dict[str, str]:
        """An environment as bare as a container's."""
        kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
        return {**kept, "PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.home), **more}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel installed as the image has it; what it depends on is lent by this environment."""
    folder = tmp_path_factory.mktemp("opt")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "gridmap"], check=True)
    bin_, site = folder / "gridmap" / "bin", next(folder.glob("gridmap/lib/python3*/site-packages"))
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", bin_ / "python"]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", wheel], check=True)
    (site / "lent.pth").write_text(sysconfig.get_path("purelib"))
    (folder / "home").mkdir()
    return Installation(bin_, folder / "home")


def test_all_that_is_needed_is_inside_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    manifest = json.loads((REPO / "gridmap" / "static" / "vendor" / "manifest.json").read_text())
    vendored = {f"gridmap/static/vendor/{f}" for package in manifest["packages"] for f in package["files"]}
    ours = {f"gridmap/{p.relative_to(REPO / 'gridmap').as_posix()}" for p in (REPO / "gridmap").rglob("*.py")}
    beside = {f"gridmap/_{p.relative_to(REPO).as_posix()}" for top in ("templates", "geodata") for p in (REPO / top).rglob("*") if p.is_file()}  # fmt: skip
    assert vendored | ours | beside | {"gridmap/texts/en.toml", "gridmap/static/js/api.js"} <= names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"gridmap"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".db", ".map"))]


def test_it_is_the_installed_one_that_runs(installed: Installation) -> None:
    ask = "import gridmap, gridmap.resources as r; print(gridmap.__file__, r.folder('geodata'), r.folder('templates'))"
    python = installed.bin / "python"
    told = subprocess.run([python, "-c", ask], cwd=installed.home, env=installed.env(), check=True, capture_output=True, text=True)  # fmt: skip
    assert all(Path(place).is_relative_to(installed.bin.parent) for place in told.stdout.split())


@contextmanager
def serving(installed: Installation, env: dict[str, str]) -> Iterator[str]:
    """The image's own command, with an address of this machine."""
    port, words = free_port(), next(one.form for one in BUILD if one.word == "CMD")
    assert words
    here = installed.env(GRIDMAP_HOST="127.0.0.1", GRIDMAP_PORT=str(port), **env)
    with (installed.home / "log").open("wb") as log:
        server = subprocess.Popen([installed.bin / words[0], *words[1:]], cwd=installed.home, env=here, stdout=log, stderr=log)  # fmt: skip
        try:
            _wait_until_well(here, server, installed.home / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)  # as `docker stop` does
            assert server.wait(15) == 0


def _wait_until_well(env: dict[str, str], server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the image's own health check says so."""
    text = next(one.rest for one in BUILD if one.word == "HEALTHCHECK").partition("CMD ")[2]
    check = [sys.executable, *json.loads(text)[1:]]
    for _ in range(60):
        assert server.poll() is None, log.read_text()
        if subprocess.run(check, env=env, check=False, capture_output=True).returncode == 0:
            return
        time.sleep(0.2)
    raise AssertionError(log.read_text())


def signed_in(address: str, code: str) -> urllib.request.OpenerDirector:
    """A browser in which the administrator signed in with the one-time code and set a password."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(jar)
    page = f"{address}/sign-in"
    for fields in ({"username": "boss", "password": code}, {"new_password": PASSWORD, "again": PASSWORD}):
        with browser.open(page) as form:
            token = re.search(r'name="csrf_token" value="([^"]+)"', form.read().decode())
        assert token, page
        body = urllib.parse.urlencode({**fields, "csrf_token": token[1]}).encode()
        with browser.open(urllib.request.Request(page, body, {"Referer": page})) as answer:
            page = answer.url
    return browser


def read(browser: urllib.request.OpenerDirector, url: str) -> str:
    with browser.open(url) as answer:
        assert answer.status == 200
        return str(answer.read().decode(errors="replace"))


def reported(address: str, token: str) -> dict[str, Any]:
    """A report at a place, as a phone sends it; the answer."""
    body = json.dumps({"lon": 103.8, "lat": 25.5, "category": "GBT47678:matter:06010"}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{address}/api/v1/issues", body, headers)) as answer:
        assert answer.status == 201
        return dict(json.load(answer))


@pytest.mark.parametrize(
    "engine", ["spatialite"], indirect=True
)  # what lies in the wheel is the same for both
def test_it_serves_takes_a_report_and_saves_it(
    installed: Installation, empty_url: str, tmp_path: Path
) -> None:
    env = {
        "GRIDMAP_DATABASE_URL": empty_url,
        "GRIDMAP_DATA_DIR": str(tmp_path / "data"),
        "GRIDMAP_WORKERS": "1",
    }
    with serving(installed, env) as address:
        code = installed.command("user", "add", "boss", **env).strip()
        browser = signed_in(address, code)
        page = read(browser, f"{address}/map")
        assets = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))
        assert {"/vendor/" in asset for asset in assets} == {True, False}
        assert all(read(browser, f"{address}{asset}") for asset in assets)
        assert not re.findall(r'(?:src|href)="https?://', page)
        assert reported(address, installed.command("token", "boss", **env).strip())["properties"]
        installed.command("backup", str(tmp_path / "b.zip"), **env)
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert json.loads(archive.read("manifest.json"))["tables"]["issues"]["rows"] == 1
