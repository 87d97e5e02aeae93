"""What can go wrong, as domain words: a stable code for machines, fields for the text; nothing of HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class GridmapError(Exception):
    """The base of every error a person can cause.

    `code` is stable and stands in the contract; `details` are the fields that the text in the
    catalogue of the reader's language (`gridmap/texts`) is filled with, and are shown as they are.
    """

    code = "error"

    def __init__(self, code: str | None = None, **details: Any) -> None:
        self.code = code or type(self).code
        self.details: Mapping[str, Any] = details
        super().__init__(f"{self.code} {details}" if details else self.code)


class InvalidInputError(GridmapError):
    """A value that cannot be meant: outside its range, of the wrong kind, unknown to the tables."""

    code = "invalid_input"


class ChoiceNeededError(InvalidInputError):
    """A short word that means several things; `choices` lists them."""

    code = "choice_needed"


class FileUnreadableError(InvalidInputError):
    """A file that cannot be read as what it is said to be, or leaves a question open."""

    code = "file_unreadable"


class FindingsError(InvalidInputError):
    """An import that was refused; `findings` lists every fault found, and nothing was stored."""

    code = "import_refused"


class NotFoundError(GridmapError):
    """There is no such thing, or it is none of the asker's business (the answer is the same)."""

    code = "not_found"


class NotSignedInError(GridmapError):
    """Nobody is known behind the request: no sign-in or token, or one that is wrong or revoked."""

    code = "not_signed_in"


class ForbiddenError(GridmapError):
    """Somebody is known, but may not do this."""

    code = "forbidden"


class ConflictError(GridmapError):
    """It contradicts what is stored: the same `client_id` with another body, a changed state."""

    code = "conflict"


class TooManyError(GridmapError):
    """A limit was reached; `retry_after_s` says when to come again."""

    code = "too_many"


class TooLargeError(GridmapError):
    """What was sent is larger than what is taken; `limit` says how much is taken."""

    code = "too_large"


class UnavailableError(GridmapError):
    """The installation cannot answer now: the database is gone, locked, or not initialised."""

    code = "unavailable"


class SourceFailedError(GridmapError):
    """Another server, which the operator named, answered with what is of no use."""

    code = "source_failed"


class SourceSilentError(SourceFailedError):
    """It did not answer, or not in time."""

    code = "source_silent"
