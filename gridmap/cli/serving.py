"""What `gridmap serve` says before it serves: what it listens on, how a phone gets there, which certificate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click
import segno

from gridmap.cli.desk import Desk
from gridmap.config import Settings

if TYPE_CHECKING:
    from gridmap.web.certificate import Certificate

EVERYWHERE = "0.0.0.0"  # noqa: S104  (only where --tls or somebody asks for it, and it is said)
_HERE_ONLY = ("127.0.0.1", "::1", "localhost")


def bound_host(settings: Settings, host: str | None, *, is_tls: bool) -> str:
    """Where to listen: `--host`, else GRIDMAP_HOST; with `--tls` every address of the machine, unless one is said."""
    if host:
        return host
    return EVERYWHERE if is_tls and settings.host in _HERE_ONLY else settings.host


def prepared(desk: Desk, host: str, port: int, *, is_tls: bool) -> tuple[Settings, Certificate | None]:
    """Settings to serve with, and the certificate where it is HTTPS; says what a person needs to know."""
    from gridmap.web.certificate import lan_addresses, own_certificate  # noqa: PLC0415  (serving only)

    settings, scheme = desk.settings, "https" if is_tls else "http"
    near = [] if host in _HERE_ONLY else [host] if host not in (EVERYWHERE, "::") else lan_addresses()
    urls = [f"{scheme}://{_in_url(one)}:{port}/" for one in near]
    if urls and not settings.public_url:
        settings = replace(settings, public_url=urls[0])
    certificate = None
    if is_tls:
        settings = replace(settings, secure_cookies=True)
        certificate = own_certificate(settings.data_dir / "tls", desk.office.clock(), near)
    _announce(desk, host, urls, settings, certificate)
    return settings, certificate


def _in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _announce(
    desk: Desk, host: str, urls: list[str], settings: Settings, certificate: Certificate | None
) -> None:
    if certificate is None:
        if urls:
            desk.say("serve_plain", urls=urls)
        return
    desk.say("serve_everywhere" if host == EVERYWHERE else "serve_bound", host=host)
    desk.say("serve_certificate", file=certificate.certificate, fingerprint=certificate.fingerprint)
    if not settings.public_url:
        return
    desk.say("serve_phone", url=settings.public_url, urls=urls)
    code = segno.make(settings.public_url, error="m", micro=False)
    code.terminal(out=click.get_text_stream("stderr"), compact=True)
