"""`gridmap serve --tls`: a certificate made once, HTTPS by gunicorn, and the way there for a phone."""

from __future__ import annotations

import http.client
import os
import re
import signal
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import segno
from cryptography import x509

from gridmap.cli import serving
from gridmap.config import read_settings
from gridmap.web import build
from gridmap.web.certificate import LIFE, lan_addresses, own_certificate
from gridmap.web.phone import qr_drawing
from tests.conftest import Templates, free_port, settings_for
from tests.town import RULES
from tests.web.conftest import Town

NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
LAN = ["192.0.2.7"]


def serial(file: Path) -> int:
    return x509.load_pem_x509_certificate(file.read_bytes()).serial_number


def test_the_certificate_is_made_once_and_its_key_is_its_owners(tmp_path: Path) -> None:
    made = own_certificate(tmp_path / "tls", NOW, LAN)
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.key.parent.stat().st_mode) == 0o700
    assert re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", made.fingerprint)
    first = serial(made.certificate)
    assert own_certificate(tmp_path / "tls", NOW + timedelta(days=300), LAN) == made
    assert serial(made.certificate) == first


def test_it_is_for_this_machine_and_can_sign_no_other(tmp_path: Path) -> None:
    made = x509.load_pem_x509_certificate(own_certificate(tmp_path, NOW, LAN).certificate.read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    assert {"127.0.0.1", *LAN} <= set(map(str, names.get_values_for_type(x509.IPAddress)))
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert made.not_valid_after_utc - NOW == LIFE


@pytest.mark.parametrize(
    "reason", ["it ends soon", "a new address", "its key is gone", "its key is another's"]
)
def test_it_is_made_anew(tmp_path: Path, reason: str) -> None:
    made = own_certificate(tmp_path / "a", NOW, LAN)
    before, now, addresses = serial(made.certificate), NOW, LAN
    if reason == "it ends soon":
        now = NOW + LIFE - timedelta(days=29)
    elif reason == "a new address":
        addresses = [*LAN, "198.51.100.4"]
    elif reason == "its key is gone":
        made.key.unlink()
    else:
        made.key.write_bytes(own_certificate(tmp_path / "b", NOW, LAN).key.read_bytes())
    assert serial(own_certificate(tmp_path / "a", now, addresses).certificate) != before
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600


def test_the_loopback_is_no_address_for_others() -> None:
    assert not [one for one in lan_addresses() if one.startswith("127.")]


def test_with_tls_it_listens_everywhere_unless_told_where(tmp_path: Path) -> None:
    plain = read_settings({"GRIDMAP_DATA_DIR": str(tmp_path)})
    chosen = read_settings({"GRIDMAP_DATA_DIR": str(tmp_path), "GRIDMAP_HOST": "192.0.2.7"})
    assert serving.bound_host(plain, None, is_tls=False) == "127.0.0.1"
    assert serving.bound_host(plain, None, is_tls=True) == "0.0.0.0"
    assert serving.bound_host(plain, "127.0.0.1", is_tls=True) == "127.0.0.1"
    assert serving.bound_host(chosen, None, is_tls=True) == "192.0.2.7"


@pytest.fixture
def served(templates: Templates, tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A server started as people start it: its port, and what it has said. One engine: HTTPS knows of none."""
    url, port, log = templates.copy("spatialite", True, tmp_path), free_port(), tmp_path / "log"
    env = {**os.environ, "GRIDMAP_DATABASE_URL": url, "GRIDMAP_DATA_DIR": str(tmp_path), "LANG": "en"}
    env |= {"GRIDMAP_PORT": str(port), "GRIDMAP_WORKERS": "1", "GRIDMAP_STREAM_LIMIT": "4"}
    env |= {"GRIDMAP_PUBLIC_URL": "https://grid.example/", "GRIDMAP_LANGUAGE": "en"}
    command = [sys.executable, "-c", "from gridmap.cli import main; main()", "serve", "--tls"]
    with log.open("wb") as out:
        process = subprocess.Popen([*command, "--host", "127.0.0.1"], env=env, stdout=out, stderr=out)
    yield port, log
    process.send_signal(signal.SIGQUIT)
    process.wait(20)


def ask(port: int, certificate: Path, path: str) -> tuple[http.client.HTTPResponse, str]:
    """One GET over HTTPS that believes this certificate alone, and its body; waits until somebody answers."""
    for _ in range(400):
        connection = None
        try:
            context = ssl.create_default_context(cafile=str(certificate))
            connection = http.client.HTTPSConnection("localhost", port, timeout=20, context=context)
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer, answer.read().decode()
        except (ConnectionError, FileNotFoundError):
            time.sleep(0.2)
        finally:
            if connection is not None:
                connection.close()
    raise AssertionError("nobody answers")


def test_gunicorn_answers_over_https_and_says_how_to_get_there(
    served: tuple[int, Path], tmp_path: Path
) -> None:
    port, log = served
    page, body = ask(port, tmp_path / "tls" / "certificate.pem", "/sign-in?lang=en")
    assert page.status == 200
    assert all("Secure" in line for line in page.headers.get_all("Set-Cookie"))
    assert 'href="/phone"' in body
    said = log.read_text()
    assert f"https://127.0.0.1:{port}/" in said
    assert "fingerprint" in said
    assert "Scan with a phone: https://grid.example/" in said
    assert said.count("█") > 100, "the code itself"


def test_the_phone_page_shows_the_address_and_what_to_do(town: Town) -> None:
    office, url = town.office, "https://192.0.2.7:8000/"
    app = build(settings_for(office, GRIDMAP_PUBLIC_URL=url), office, RULES)
    page = app.test_client().get("/phone").text
    assert url in page
    assert qr_drawing(url) in page
    assert "继续前往" in page
    assert "style=" not in page
    plain = build(settings_for(office, GRIDMAP_PUBLIC_URL="http://192.0.2.7:8000/"), office, RULES)
    assert "手机不会给出位置" in plain.test_client().get("/phone").text


def test_without_an_address_there_is_no_such_page(town: Town) -> None:
    client = town.app.test_client()
    assert client.get("/phone").status_code == 404
    assert "/phone" not in client.get("/sign-in").text


def test_the_code_holds_the_address() -> None:
    drawn = re.search(r'd="(M4 4[^"]*)"', qr_drawing("https://192.0.2.7:8000/"))
    other = re.search(r'd="(M4 4[^"]*)"', qr_drawing("https://192.0.2.8:8000/"))
    same = segno.make("https://192.0.2.7:8000/", error="m", micro=False).svg_inline(scale=8, border=4)
    assert drawn is not None and other is not None
    assert drawn[1] in same
    assert drawn[1] != other[1]
