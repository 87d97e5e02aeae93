"""Questions are told in both languages with all that speaks for an answer; doubts of a table are asked too."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from gridmap.errors import FileUnreadableError, InvalidInputError
from gridmap.files.doubts import doubts_about_matters
from gridmap.files.matters import MatterColumns
from gridmap.files.places import Reference, in_wgs84
from gridmap.files.questions import Question, ask, crs_question, layer_question, told
from gridmap.files.reading import Source
from gridmap.geo.crs import WEB_MERCATOR, WGS84, from_wgs84
from gridmap.texts import LANGUAGES
from tests.files.delivered import ZONE_35

HOME = (103.805, 25.505)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def points(*places: tuple[float, float], crs: int | None = None, **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=[Point(place) for place in places], crs=crs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_is_told_without_gaps(language: str) -> None:
    metres = points(HOME, crs=WGS84).to_crs(4544)
    bare = metres.set_crs(None, allow_override=True).assign(code=["530301"])
    questions = [
        crs_question(bare, lambda: (103.7, 25.4, 103.9, 25.6)),
        crs_question(points(HOME)),
        crs_question(points((25.5, 103.8))),
        crs_question(points((9e12, 9e12))),
        layer_question([f"layer {n}" for n in range(9)]),
    ]
    lines = list(told(language, [question.to_dict() for question in questions]))
    assert not any("{" in line or "evidence." in line or "question." in line for line in lines)
    assert any("4544" in line and "530" not in line and "53" in line for line in lines)
    assert any("3" in line for line in lines if "layer" not in line)


def test_no_question_is_no_error() -> None:
    ask("a.shp", [])
    with pytest.raises(FileUnreadableError) as caught:
        ask("a.shp", [Question("crs", "--crs EPSG", ()), Question("encoding", "--encoding ENCODING", ())])
    assert caught.value.details["answers"] == ["--crs EPSG", "--encoding ENCODING"]


def test_degrees_may_be_answered_by_their_datum() -> None:
    assert "--datum" in crs_question(points(HOME)).answer_with
    assert "--datum" not in crs_question(points((35_380_000, 2_800_000))).answer_with


def test_what_is_stored_is_only_looked_at_for_a_question() -> None:
    def near() -> None:
        raise AssertionError("asked for")

    in_wgs84(points(HOME, crs=WGS84), Reference(), "a", near)  # type: ignore[arg-type]


@pytest.mark.parametrize(("datum", "crs"), [("bd09", ZONE_35), ("gcj02", ZONE_35), ("bd09", WEB_MERCATOR)])
def test_a_shifted_datum_contradicts_a_projected_system(datum: str, crs: int) -> None:
    for frame, epsg in (
        (points(HOME, crs=WGS84).to_crs(crs), None),
        (points((1.2e7, 2.9e6)), crs),
    ):
        with pytest.raises(InvalidInputError, match="datum_contradicts_crs"):
            in_wgs84(frame, Reference(epsg, datum), "a")


def test_web_mercator_of_gcj02_exists() -> None:
    shifted = points(from_wgs84(*HOME, "gcj02"), crs=WGS84).to_crs(WEB_MERCATOR)
    point = in_wgs84(shifted, Reference(None, "gcj02"), "a").geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx(HOME, abs=1e-7)


@pytest.mark.parametrize(
    ("place", "reference", "code"),
    [
        ((35_380_000, 2_822_000), Reference(None, "wgs84"), "metres_as_degrees"),
        (HOME, Reference(ZONE_35), "degrees_as_metres"),
        ((2_822_000, 35_380_000), Reference(ZONE_35), "axes_swapped"),
        ((39_380_000, 2_822_000), Reference(ZONE_35), "outside_area_of_use"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_with_the_question(
    place: tuple[float, float], reference: Reference, code: str
) -> None:
    with pytest.raises(FileUnreadableError) as caught:
        in_wgs84(points(place), reference, "a")
    assert caught.value.code == code
    assert [question["question"] for question in caught.value.details["questions"]] == ["crs"]


def doubts(place: tuple[float, float], time: str = "2026-07-01 12:00", **given: bool) -> list[str]:
    table = pd.DataFrame({"lon": [str(place[0])], "lat": [str(place[1])], "created": [time]})
    known = {"zone_given": False, "datum_given": False} | given
    found = doubts_about_matters(Source(table, "a.csv", ""), MatterColumns(), SHANGHAI, **known)
    return [finding.rule for finding in found]


def test_a_table_at_home_is_asked_nothing_and_told_the_datum() -> None:
    assert doubts(HOME) == ["datum_assumed"]
    assert doubts(HOME, datum_given=True) == []


def test_a_table_far_away_is_asked_for_its_zone_unless_it_names_one() -> None:
    with pytest.raises(FileUnreadableError) as caught:
        doubts((-118.2, 34.0))
    (question,) = caught.value.details["questions"]
    assert (question["question"], question["answer_with"]) == ("time_zone", "--tz ZONE")
    assert doubts((-118.2, 34.0), zone_given=True) == []
    assert doubts((-118.2, 34.0), "2026-07-01T12:00:00-08:00") == []
    assert doubts((-118.2, 34.0), "no time") == []


@pytest.mark.parametrize(
    ("place", "code"), [((25.5, 103.8), "axes_swapped"), ((35e6, 2.8e6), "metres_as_degrees")]
)
def test_columns_that_are_no_longitude_and_latitude_are_refused(
    place: tuple[float, float], code: str
) -> None:
    with pytest.raises(FileUnreadableError) as caught:
        doubts(place)
    assert caught.value.code == code
