"""A certificate of one's own, made once: what lets a phone give its place without anybody's paid certificate.

It stands for this machine alone (it can sign no other), for its names and for the addresses it has now.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = timedelta(days=397)
"""Browsers of Apple refuse certificates that live longer (support.apple.com/102028: 398 days)."""
RENEW_BEFORE = timedelta(days=30)
_GET_ADDRESS = 0x8915  # SIOCGIFADDR of Linux


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key as PEM files, and its SHA-256 fingerprint as people compare it (AB:CD:…)."""

    certificate: Path
    key: Path
    fingerprint: str


def own_certificate(folder: Path, now: datetime, addresses: list[str] | None = None) -> Certificate:
    """The certificate kept in `folder`; made anew where there is none, it ends soon, or a name is missing.

    It is for localhost, this machine's name, and `addresses` (default: those it has). The key's file is
    readable by its owner only.
    """
    names = ["localhost", socket.gethostname()]
    numbers = ["127.0.0.1", "::1", *(lan_addresses() if addresses is None else addresses)]
    files = folder / "certificate.pem", folder / "key.pem"
    found = _read(*files)
    if found is None or not _still_serves(found, names, numbers, now):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = _make(*files, names, numbers, now)
    return Certificate(*files, ":".join(f"{byte:02X}" for byte in found.fingerprint(hashes.SHA256())))


def _read(certificate: Path, key: Path) -> x509.Certificate | None:
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        own = serialization.load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError):
        return None
    return found if own.public_key() == found.public_key() else None


def _still_serves(found: x509.Certificate, names: list[str], numbers: list[str], now: datetime) -> bool:
    if not found.not_valid_before_utc <= now < found.not_valid_after_utc - RENEW_BEFORE:
        return False
    held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    has_names = set(names) <= set(held.get_values_for_type(x509.DNSName))
    return has_names and {ipaddress.ip_address(n) for n in numbers} <= set(
        held.get_values_for_type(x509.IPAddress)
    )


def _make(
    certificate: Path, key: Path, names: list[str], numbers: list[str], now: datetime
) -> x509.Certificate:
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    made = _signed(private, names, numbers, now)
    _write(key, pem, 0o600)
    _write(certificate, made.public_bytes(serialization.Encoding.PEM), 0o644)
    return made


def _signed(
    private: ec.EllipticCurvePrivateKey, names: list[str], numbers: list[str], now: datetime
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gridmap")])
    others: list[x509.GeneralName] = [x509.DNSName(name) for name in dict.fromkeys(names)]
    others += [x509.IPAddress(ipaddress.ip_address(number)) for number in dict.fromkeys(numbers)]
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # a phone's clock may be late
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName(others), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )


def _write(file: Path, content: bytes, mode: int) -> None:
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    fresh.replace(file)


def lan_addresses() -> list[str]:
    """The IPv4 addresses of this machine beside the loopback, the one that leads outside first."""
    found = [_leading_outside(), *(_address_of(name) for _, name in socket.if_nameindex())]
    usable = [n for n in found if n and not ipaddress.ip_address(n).is_loopback]
    return [n for n in dict.fromkeys(usable) if not ipaddress.ip_address(n).is_link_local]


def _leading_outside() -> str | None:
    # Connecting a datagram socket sends nothing: it only asks which address would be used. The
    # other end is one kept for documentation (RFC 5737), so it is nobody's.
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("203.0.113.1", 9))
        return str(probe.getsockname()[0])
    return None


def _address_of(interface: str) -> str | None:
    try:
        import fcntl  # noqa: PLC0415  (Linux and its kin)

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            asked = struct.pack("256s", interface.encode()[:15])
            return socket.inet_ntoa(fcntl.ioctl(probe.fileno(), _GET_ADDRESS, asked)[20:24])
    except (ImportError, OSError):
        return None
