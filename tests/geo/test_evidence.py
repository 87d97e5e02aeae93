"""Numbers tell what they could be, strongest first; what cannot be is noticed, and nothing is chosen."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyproj
import pytest

from gridmap.geo.crs import CGCS2000, WEB_MERCATOR, WGS84, ZONES, known_crs, lon_lat_in, to_wgs84
from gridmap.geo.evidence import (
    PROVINCES,
    crs_candidates,
    datum_assumed,
    far_from_stored,
    is_swapped,
    middle_of,
    misfit,
    province_of,
    zone_doubt,
)

QUJING = (103.8, 25.5)
NEAR_QUJING = (103.7, 25.4, 103.9, 25.6)


def numbers(epsg: int, place: tuple[float, float] = QUJING) -> np.ndarray:
    """A place in the numbers of a coordinate system."""
    x, y = pyproj.Transformer.from_crs(WGS84, epsg, always_xy=True).transform(*place)
    return np.array([[x, y]])


def zone(number: int, width: int, *, prefixed: bool) -> int:
    return next(z.epsg for z in ZONES if (z.number, z.width_deg, z.is_prefixed) == (number, width, prefixed))


def says(candidate: object) -> set[str]:
    return {reason["says"] for reason in candidate.reasons}  # type: ignore[attr-defined]


@pytest.mark.parametrize("one", ZONES, ids=lambda one: f"{one.epsg}")
def test_the_table_of_zones_is_that_of_the_registry(one: object) -> None:
    parameters = {p.name: p.value for p in pyproj.CRS(one.epsg).coordinate_operation.params}  # type: ignore[attr-defined]
    assert parameters["Longitude of natural origin"] == one.meridian  # type: ignore[attr-defined]
    expected = 500_000 + one.number * 1_000_000 * one.is_prefixed  # type: ignore[attr-defined]
    assert parameters["False easting"] == expected
    assert one.number * one.width_deg - one.meridian == (0 if one.width_deg == 3 else 3)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("number", "width"), [(35, 3), (18, 6)])
def test_a_zones_number_before_the_easting_gives_it_away(number: int, width: int) -> None:
    epsg = zone(number, width, prefixed=True)
    (found, *others) = crs_candidates(numbers(epsg))
    assert (found.epsg, [other.epsg for other in others]) == (epsg, [WEB_MERCATOR][: width == 6])
    assert found.middle == pytest.approx(QUJING, abs=1e-4)
    assert says(found) == {"zone_prefix"}
    assert found.to_dict()["reasons"][0]["zone"] == number


def test_without_the_number_every_zone_is_possible_and_codes_and_store_weigh() -> None:
    xy = numbers(zone(35, 3, prefixed=False))
    found = crs_candidates(xy)
    assert {z.epsg for z in ZONES if z.width_deg == 3 and not z.is_prefixed} <= {c.epsg for c in found}
    assert len({c.middle.lon for c in found}) >= 21
    weighed = crs_candidates(xy, "53", NEAR_QUJING)
    assert weighed[0].epsg == zone(35, 3, prefixed=False)
    assert {"codes_agree", "near_stored"} <= says(weighed[0])
    assert {"codes_disagree", "far_from_stored"} <= says(weighed[-1])


def test_degrees_and_web_mercator_are_known() -> None:
    assert [c.epsg for c in crs_candidates(np.array([QUJING]))] == [WGS84, CGCS2000]
    (prague,) = crs_candidates(numbers(WEB_MERCATOR, (14.4, 50.1)))
    assert prague.epsg == WEB_MERCATOR
    assert crs_candidates(np.full((2, 2), np.nan)) == []
    assert crs_candidates(np.array([[9e9, 9e9]])) == []


def test_mercator_that_could_be_a_zone_is_weighed_by_the_codes() -> None:
    xy = numbers(WEB_MERCATOR, (116.4, 39.9))
    assert crs_candidates(xy, "11")[0].epsg == WEB_MERCATOR


def test_a_few_rows_at_zero_do_not_move_the_middle() -> None:
    assert middle_of(np.array([QUJING] * 9 + [(0.0, 0.0)] * 4)) == QUJING
    assert middle_of(np.array([(np.nan, 1.0)])) is None


@pytest.mark.parametrize(
    ("columns", "province"),
    [
        ([["530301", "530302"]], "53"),
        ([["156530381", "156530325"]], "53"),
        ([["河滨"], ["530301001001"]], "53"),
        ([["655000", "655001"], ["530301001", "530302001"]], "53"),
        ([["530301", "420301"]], None),
        ([["530301", "x"]], None),
        ([["13800000000"]], None),
        ([["990001"]], None),
        ([["５３０３０１"]], None),
        ([], None),
    ],
)
def test_codes_tell_the_province(columns: list[list[str]], province: str | None) -> None:
    assert province_of(columns) == province


def test_provinces_are_boxes_with_names() -> None:
    assert len(PROVINCES) == 31
    for name, (west, south, east, north) in PROVINCES.values():
        assert 73 <= west < east <= 136, name
        assert 3 <= south < north <= 54, name


@pytest.mark.parametrize(
    ("xy", "epsg", "fault"),
    [
        (numbers(WGS84), WGS84, None),
        (numbers(zone(35, 3, prefixed=True)), zone(35, 3, prefixed=True), None),
        (numbers(zone(34, 3, prefixed=True)), zone(34, 3, prefixed=True), None),
        (numbers(WEB_MERCATOR, (-118.2, 34.0)), WEB_MERCATOR, None),
        (numbers(WGS84), zone(35, 3, prefixed=True), "degrees_as_metres"),
        (numbers(zone(35, 3, prefixed=False)), CGCS2000, "metres_as_degrees"),
        (numbers(WGS84)[:, ::-1], WGS84, "axes_swapped"),
        (numbers(zone(35, 3, prefixed=True))[:, ::-1], zone(35, 3, prefixed=True), "axes_swapped"),
        (numbers(zone(35, 3, prefixed=True)), zone(39, 3, prefixed=True), "outside_area_of_use"),
        (numbers(zone(35, 3, prefixed=True)), zone(35, 3, prefixed=False), "outside_area_of_use"),
        (np.full((1, 2), np.nan), WGS84, None),
    ],
)
def test_numbers_that_cannot_be_in_a_system_are_noticed(xy: np.ndarray, epsg: int, fault: str | None) -> None:
    assert misfit(xy, known_crs(epsg)) == fault


def test_swapped_is_told_only_where_it_must_be() -> None:
    assert is_swapped(25.5, 103.8)
    assert is_swapped(2_800_000, 35_380_000)
    assert not is_swapped(103.8, 25.5)
    assert not is_swapped(40.0, 80.0)
    assert not is_swapped(500_000, 2_800_000)


def test_a_place_that_is_none_is_none() -> None:
    assert lon_lat_in(known_crs(zone(35, 3, prefixed=True)), 1e30, 1e30) is None


def test_a_datum_taken_for_granted_is_told_in_china_with_what_it_would_move() -> None:
    finding = datum_assumed(np.array([QUJING]))
    assert finding is not None
    there = to_wgs84(*QUJING, "gcj02")
    moved = pyproj.Geod(ellps="WGS84").inv(*QUJING, *there)[2]
    assert (finding.rule, finding.severity, finding.record) == ("datum_assumed", "warning", None)
    assert finding.details["moved_m"] == pytest.approx(moved, abs=1)
    for place in ((-118.2, 34.0), (103.85, 1.3)):
        assert datum_assumed(np.array([place])) is None
    assert datum_assumed(np.empty((0, 2))) is None


def test_what_lies_far_from_all_that_is_stored_is_told() -> None:
    assert far_from_stored(np.array([QUJING]), NEAR_QUJING) is None
    assert far_from_stored(np.array([QUJING]), None) is None
    finding = far_from_stored(np.array([[116.4, 39.9]]), NEAR_QUJING)
    assert finding is not None
    assert finding.details["km"] == pytest.approx(1950, rel=0.05)


NOON = [datetime(2026, 7, 1, 12)]


@pytest.mark.parametrize(
    ("lon", "zone_name", "is_doubtful"),
    [
        (116.4, "Asia/Shanghai", False),
        (76.0, "Asia/Shanghai", False),
        (-118.2, "Asia/Shanghai", True),
        (-118.2, "America/Los_Angeles", False),
        (0.0, "Asia/Shanghai", True),
        (-179.0, "Pacific/Auckland", False),
        (9.0, "Europe/Madrid", False),
    ],
)
def test_times_are_doubted_where_the_sun_says_otherwise(
    lon: float, zone_name: str, is_doubtful: bool
) -> None:
    doubt = zone_doubt(np.array([lon]), ZoneInfo(zone_name), NOON)
    assert (doubt is not None) == is_doubtful


def test_a_doubt_tells_both_offsets() -> None:
    doubt = zone_doubt(np.array([-118.2, np.nan, -118.3, 400]), ZoneInfo("Asia/Shanghai"), NOON)
    assert doubt is not None
    assert (doubt.sun_h, doubt.zone_h) == (-7.9, 8.0)
    assert zone_doubt(np.array([]), ZoneInfo("Asia/Shanghai"), NOON) is None
    assert zone_doubt(np.array([-118.2]), ZoneInfo("Asia/Shanghai"), []) is None
