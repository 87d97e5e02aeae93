"""Where somebody may be sent: to an address of ours, never elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit


def safe_target(target: str | None) -> str | None:
    """A path of ours, or None: nobody is sent elsewhere after signing in."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if not target.isprintable():
        return None  # browsers leave out tabs and line ends: “/”, tab, “/” is “//”
    parsed = urlsplit(target)
    return None if parsed.scheme or parsed.netloc or "\\" in target else target
