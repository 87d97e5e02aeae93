"""What every import shares: all findings first, then all or nothing; a dry run; what was taken in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gridmap.actions.office import Work
from gridmap.db.engine import hold
from gridmap.db.models import ImportRow
from gridmap.errors import FindingsError
from gridmap.geo.coverage import ERROR, Finding, rows_of

IMPORTING = 0x696D706F7274  # “import”

Progress = Callable[[str, int, int], None]
"""Told the stage (a key of the text catalogue), how much of it is done, and of how much."""


def no_progress(_stage: str, _done: int, _of: int) -> None:
    """For callers that do not watch."""


@dataclass(frozen=True)
class ImportFile:
    """Where rows came from: the file's name and the digest of its bytes, and whether this is a dry run."""

    name: str
    digest: str
    is_dry_run: bool = False


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or would do: how many rows were new, changed, unchanged, ended; every finding."""

    counts: dict[str, int]
    findings: tuple[Finding, ...]
    is_dry_run: bool
    codes: tuple[tuple[str, str, str], ...] = field(default=(), repr=False)
    """For new staff: user name, name, one-time code."""

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values, without the one-time codes."""
        return {
            "counts": self.counts,
            "dry_run": self.is_dry_run,
            "findings": [finding.to_dict() for finding in self.findings],
        }


def refuse_errors(findings: Iterable[Finding]) -> None:
    """Raises FindingsError where one of the findings is an error; `findings` then holds all of them."""
    found = list(findings)
    errors = sum(finding.severity == ERROR for finding in found)
    if errors:
        rules = Counter(finding.rule for finding in found if finding.severity == ERROR)
        shown = [finding.to_dict() for finding in found]
        raise FindingsError("import_refused", errors=errors, rules=dict(rules), findings=shown)


def left_out(frame: gpd.GeoDataFrame, findings: list[Finding]) -> tuple[list[Finding], pd.Series]:
    """The findings as severe as they are for this file, and which rows of it stay.

    Where more than half of the rows are left out, it is the file that is wrong: those findings are errors.
    """
    gone = {finding.details["row"] for finding in findings if finding.details.get("left_out")}
    if len(gone) * 2 > len(frame):
        findings = [replace(f, severity=ERROR) if f.details.get("left_out") else f for f in findings]
    return list(findings), pd.Series([row not in gone for row in rows_of(frame)], dtype=bool)


def text_faults(frame: gpd.GeoDataFrame, limits: Mapping[str, int]) -> Iterator[Finding]:
    """Texts longer than the store's columns hold: `limits` are characters by field."""
    for field_, limit in limits.items():
        for at in np.flatnonzero(frame[field_].str.len() > limit):
            row = rows_of(frame)[at]
            code = frame["code"].iloc[at] if "code" in frame and field_ != "code" else ""
            details = {"row": row, "field": field_, "limit": limit, "length": len(frame[field_].iloc[at])}
            yield Finding("text_too_long", ERROR, code or row, details)


def one_at_a_time(work: Work) -> None:
    """Wait for other imports of areas, buildings or staff, and keep them waiting until this one is committed.

    They compare a file with what is stored: two at once would store the same twice, or place a
    building in a cell that is just being redrawn.
    """
    hold(work.session.connection(), IMPORTING)


def note_import(work: Work, kind: str, file: ImportFile, counts: dict[str, int]) -> None:
    """Keep that a file was taken in, where it changed anything; abandon a dry run."""
    if file.is_dry_run:
        work.abandon()
    elif any(number for name, number in counts.items() if name not in ("unchanged", "left_out")):
        work.session.add(
            ImportRow(
                kind=kind, file_name=file.name[:300], file_digest=file.digest, at=work.now, counts=counts
            )
        )
