"""Keeps words from outside away from folium's templates: a placeholder goes in, the word comes back after.

branca renders what a layer has rendered once more as a template, data included: a cell whose name has
braces in it would be run on the server. So no text that was taken in from anywhere may pass through it.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from jinja2.utils import htmlsafe_json_dumps


class Veil:
    """Placeholders for the strings of one page; nobody outside can guess one."""

    def __init__(self) -> None:
        self._mark = f"veiled-{secrets.token_hex(8)}-"
        self._words: list[str] = []

    def hide(self, value: Any) -> Any:
        """A placeholder for a string; any other value as it is."""
        if not isinstance(value, str):
            return value
        self._words.append(value)
        return f"{self._mark}{len(self._words) - 1}-"

    def reveal(self, script: str) -> str:
        """The finished script with every placeholder, quotes included, as the JSON of its string."""
        return re.sub(
            rf'"{self._mark}(\d+)-"',
            lambda found: str(htmlsafe_json_dumps(self._words[int(found[1])])),
            script,
        )
