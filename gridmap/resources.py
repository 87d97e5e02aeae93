"""Where templates, rule tables and static files lie: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder `name` (`templates` or `geodata`) of this installation.

    Raises FileNotFoundError where neither the wheel's nor the checkout's copy exists.
    """
    for candidate in (PACKAGE / f"_{name}", PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"gridmap was installed without its {name}/")
