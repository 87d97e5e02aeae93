"""What a file leaves open, asked all at once, each question with what speaks for which answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmap.errors import FileUnreadableError
from gridmap.geo.coverage import Finding
from gridmap.geo.crs import Floats
from gridmap.geo.evidence import crs_candidates, is_swapped, middle_of, province_of
from gridmap.geo.locate import BBox
from gridmap.texts import text

SHOWN = 6
"""How many candidates people are shown; the rest stands in the error's details."""
_LOOKED_AT = 500

Near = Callable[[], BBox | None]
"""Asked only when it is needed: the lon/lat box of what is stored here, None where nothing is."""


@dataclass(frozen=True)
class Reference:
    """What the file's coordinates are: an EPSG number (None: as the file declares) and a datum."""

    epsg: int | None = None
    datum: str | None = None


@dataclass(frozen=True)
class Read:
    """What one layer gave: its rows, the doubts about them, and the questions it leaves open."""

    frame: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Question:
    """One thing that only a person can say.

    `question` is crs, encoding, layer or time_zone; `answer_with` is the option that answers it.
    `evidence` lists facts: each says by `says` which, and the text `evidence.<says>` tells it.
    """

    question: str
    answer_with: str
    evidence: tuple[Mapping[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """The question as JSON values."""
        evidence = [dict(fact) for fact in self.evidence]
        return {"question": self.question, "answer_with": self.answer_with, "evidence": evidence}


def ask(file: str, questions: Sequence[Question]) -> None:
    """Raises FileUnreadableError `file_leaves_open` with all of `questions`; nothing happens where there is none."""
    if questions:
        raise FileUnreadableError(
            "file_leaves_open",
            file=file,
            answers=[question.answer_with for question in questions],
            questions=[question.to_dict() for question in questions],
        )


def told(language: str, questions: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The questions of an error, as `to_dict` gives them, in lines for people: each with its evidence below."""
    for question in questions:
        asked = text(language, f"question.{question['question']}")
        yield f"  {asked} ({question['answer_with']})"
        for fact in question["evidence"][:SHOWN]:
            yield f"    - {_told_fact(language, fact)}"
        if len(question["evidence"]) > SHOWN:
            yield "    - " + text(language, "evidence.more", count=len(question["evidence"]) - SHOWN)


def _told_fact(language: str, fact: Mapping[str, Any]) -> str:
    fields = dict(fact)
    separator = "; " if language == "en" else "；"
    if "reasons" in fields:
        reasons = (text(language, f"evidence.{reason['says']}", **reason) for reason in fields["reasons"])
        fields["reasons"] = separator.join(reasons)
    return text(language, f"evidence.{fact['says']}", **fields)


def crs_question(frame: gpd.GeoDataFrame, near: Near | None = None) -> Question:
    """In which coordinate system the numbers of `frame` are; what they look like is the evidence."""
    xy = places_of(frame)
    candidates = crs_candidates(xy, province_of(_code_columns(frame)), near() if near else None)
    facts: list[dict[str, Any]] = [candidate.to_dict() for candidate in candidates]
    middle = middle_of(xy)
    answer = "--crs EPSG"
    if middle and any(reason["says"] == "degrees" for c in candidates for reason in c.reasons):
        facts.append({"says": "datum_instead"})
        answer = "--crs EPSG | --datum DATUM"
    if middle and is_swapped(*middle):
        facts.insert(0, {"says": "looks_swapped", "x": middle[0], "y": middle[1]})
    if not facts:
        facts.append({"says": "bounds", "bounds": bounds_of(frame)})
    return Question("crs", answer, tuple(facts))


def layer_question(choices: Sequence[str]) -> Question:
    """Which of the layers is meant."""
    return Question("layer", "--layer LAYER", tuple({"says": "layer", "layer": name} for name in choices))


def bounds_of(frame: gpd.GeoDataFrame) -> list[float]:
    """West, south, east, north of all raw numbers, for people to read."""
    return [round(float(bound), 3) for bound in frame.total_bounds]


def places_of(frame: gpd.GeoDataFrame) -> Floats:
    """The middle of each geometry's box, in the file's own numbers (n, 2); NaN for a missing one."""
    bounds = shapely.bounds(frame.geometry.to_numpy()).reshape(-1, 4)
    return np.asarray((bounds[:, :2] + bounds[:, 2:]) / 2)


def _code_columns(frame: pd.DataFrame) -> Iterator[list[str]]:
    for name in frame.columns:
        if name != "geometry" and not pd.api.types.is_float_dtype(frame[name]):
            values = [str(value).strip() for value in frame[name].iloc[:_LOOKED_AT] if not _is_none(value)]
            if any(values):
                yield [value for value in values if value]


def _is_none(value: Any) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))
