"""Evaluation over HTTP: figures that open their matters, who may see whose, objections, the workbook."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from flask import Flask

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.files.evaluation_book import Book, Sheet, plain, write_book
from gridmap.web import build
from tests.conftest import Clock, settings_for
from tests.town import C1, C3, C4, CENTRES, EASTGATE, RIVERSIDE, RULES, STREET, actor_named, caller, report_at
from tests.web.asking import details, fault, fetch, signed_in

NOVEMBER = {"from": "2026-11", "to": "2026-11"}


@pytest.fixture
def numbers(office: Office, clock: Clock) -> list[str]:
    """Four matters of the seat's in November: two of C1 and one of C4 in time, one of C3 not; as of December."""
    made = []
    for cell, is_done in ((C1, True), (C1, True), (C4, True), (C3, False)):
        made.append(
            report(office, actor_named(office, "seat"), report_at(*CENTRES[cell], source="seat")).number
        )
        if is_done:
            act_on(office, actor_named(office, "sun"), made[-1], Act("finish"))
            clock.forward(minutes=10)
            act_on(office, actor_named(office, "head1"), made[-1], Act("close"))
    clock.forward(days=12)
    return made


@pytest.fixture
def small(office: Office) -> Any:
    """The application where two cases are enough to be told of a person."""
    app = build(settings_for(office, GRIDMAP_MIN_CASES="2"), office, RULES)
    yield app
    app.extensions["gridmap"].live.stop()


def table(app: Flask, office: Office, who: str, **query: Any) -> dict[str, Any]:
    response: Any = caller(app, office, who).get("/evaluation", **{**NOVEMBER, **query})
    assert response.status_code == 200, response.json
    return dict(response.json)


def refused(app: Flask, office: Office, who: str, path: str = "/evaluation", **query: Any) -> tuple[int, str]:
    return fault(caller(app, office, who).get(path, **query))


def shares(row: dict[str, Any], code: str) -> tuple[int, int]:
    return row["figures"][code]["numerator"], row["figures"][code]["denominator"]


def test_rows_add_up_to_the_total(app: Flask, office: Office, numbers: list[str]) -> None:
    answer = table(app, office, "seat", by="community")
    found = {row["group"]: shares(row, "closed_on_time") for row in answer["rows"]}
    assert found == {RIVERSIDE: (3, 3), EASTGATE: (0, 1)}
    assert shares(answer["total"], "closed_on_time") == (3, 4)
    assert (answer["elsewhere"], answer["is_final"], answer["months"]) == (None, True, ["2026-11"])
    assert table(app, office, "seat", by="month")["rows"][0]["figures"] == answer["total"]["figures"]


def test_an_empty_base_is_null_and_so_is_what_is_not_kept(
    app: Flask, office: Office, numbers: list[str]
) -> None:
    figures = table(app, office, "seat")["total"]["figures"]
    assert figures["content"] == {"numerator": 0, "denominator": 0, "value": None}
    assert figures["party_members"] == {"numerator": None, "denominator": None, "value": None}
    assert figures["handled_on_time"]["value"] == 0.75


@pytest.mark.parametrize("by", ["street", "community", "unit", "category", "month"])
def test_every_figure_opens_the_matters_it_was_computed_from(
    app: Flask, office: Office, numbers: list[str], by: str
) -> None:
    seat = caller(app, office, "seat")
    for row in table(app, office, "seat", by=by)["rows"]:
        for part in ("numerator", "denominator"):
            address = f"/api/v1/evaluation/matters?{row['matters']}&indicator=handled_on_time&part={part}"
            opened: Any = fetch(seat, address).json
            assert opened["times"] == row["figures"]["handled_on_time"][part]
            assert {one["number"] for one in opened["matters"]} <= set(numbers)


def test_departments_have_their_own_figures_only(
    app: Flask, office: Office, numbers: list[str], clock: Clock
) -> None:
    number = report(office, actor_named(office, "seat"), report_at(*CENTRES[C1])).number
    act_on(office, actor_named(office, "seat"), number, Act("dispatch", unit="water"))
    act_on(office, actor_named(office, "water"), number, Act("finish"))
    clock.forward(days=20)
    answer = table(app, office, "water", by="unit", to="2026-12")
    assert [row["group"] for row in answer["rows"]] == ["water"]
    assert shares(answer["total"], "handled_share") == (1, 1)
    matters: Any = caller(app, office, "water").get(
        "/evaluation/matters",
        by="unit",
        group="water",
        indicator="handled_share",
        **{**NOVEMBER, "to": "2026-12"},
    )
    assert [one["number"] for one in matters.json["matters"]] == [number]
    assert refused(
        app, office, "water", "/evaluation/matters", by="unit", group="gas", indicator="solved"
    ) == (
        404,
        "unit_not_found",
    )


def test_cells_are_told_to_those_who_lead_them_or_stand_above(
    app: Flask, office: Office, numbers: list[str]
) -> None:
    assert [row["group"] for row in table(app, office, "wang", by="cell")["rows"]] == [C4]
    rows = {
        row["group"]: shares(row, "closed_share") for row in table(app, office, "head1", by="cell")["rows"]
    }
    assert (rows[C1], rows[C4]) == ((2, 2), (1, 1))
    cells = table(app, office, "streethead", by="cell")["rows"]
    assert [row["group"] for row in cells] == sorted(CENTRES)
    assert {score for row in cells for score in row["composites"].values()} == {None}
    for who in ("seat", "admin", "sun"):
        assert refused(app, office, who, by="cell") == (403, "cells_only_for_leaders")
        assert refused(app, office, who, by="month", area=C1) == (403, "cells_only_for_leaders")
    assert refused(app, office, "wang", by="month", area=C1) == (404, "area_not_found")
    assert refused(app, office, "dong") == (403, "no_area_figures")


def test_nobody_reaches_beyond_their_areas(app: Flask, office: Office, numbers: list[str]) -> None:
    assert refused(app, office, "head1", by="month", area=EASTGATE) == (404, "area_not_found")
    assert refused(app, office, "seat2", by="month", area=STREET) == (404, "area_not_found")
    asked = {"by": "community", "group": EASTGATE, "indicator": "closed_share"}
    assert refused(app, office, "head1", "/evaluation/matters", **asked) == (404, "area_not_found")
    assert shares(table(app, office, "seat2", by="community")["total"], "closed_share") == (0, 1)
    assert refused(app, office, "wall") == (403, "forbidden")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"from": "2026-11", "to": "2026-10"}, "months_invalid"),
        ({"from": "2026-13"}, "invalid_input"),
        ({"by": "person"}, "invalid_input"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    app: Flask, office: Office, query: dict[str, str], code: str
) -> None:
    assert refused(app, office, "seat", **query) == (422, code)


def test_of_which_figure_has_to_be_known(app: Flask, office: Office) -> None:
    path = "/evaluation/matters"
    assert refused(app, office, "seat", path, indicator="reports") == (422, "indicator_unknown")
    asked = {"indicator": "solved", "by": "month", "group": "2020-01"}
    assert refused(app, office, "seat", path, **asked) == (404, "month_not_asked")


def test_figures_about_a_person_are_for_them_and_their_direct_leader(
    small: Flask, office: Office, numbers: list[str]
) -> None:
    sun = actor_named(office, "sun").person_id
    for who, status in (
        ("sun", 200),
        ("head1", 200),
        ("streethead", 404),
        ("li", 404),
        ("seat", 404),
        ("admin", 404),
    ):
        response: Any = caller(small, office, who).get(f"/evaluation/people/{sun}", month="2026-11")
        assert response.status_code == status, who
    assert refused(small, office, "water", f"/evaluation/people/{sun}") == (403, "forbidden")
    assert refused(small, office, "wall", f"/evaluation/people/{sun}") == (403, "forbidden")


def figures_of(app: Flask, office: Office, who: str) -> dict[str, dict[str, Any]]:
    sun = actor_named(office, "sun").person_id
    answer: Any = caller(app, office, who).get(f"/evaluation/people/{sun}", month="2026-11").json
    return {one["indicator"]: one for one in answer["figures"]}


def test_few_cases_are_not_told_of_a_person(
    app: Flask, small: Flask, office: Office, numbers: list[str]
) -> None:
    hidden = figures_of(app, office, "head1")["handled_on_time"]
    assert hidden["cases"] == 3
    assert (hidden["is_few"], hidden["numerator"], hidden["denominator"], hidden["value"]) == (
        True,
        None,
        None,
        None,
    )
    told = figures_of(small, office, "head1")["handled_on_time"]
    assert (told["is_few"], told["numerator"], told["denominator"]) == (False, 3, 3)


def test_people_are_named_and_not_ranked(small: Flask, office: Office, numbers: list[str]) -> None:
    answer: Any = caller(small, office, "head1").get("/evaluation/people").json
    assert [one["name"] for one in answer["people"]] == ["Head One", "Li Leads", "Sun Cleans", "Wang Leads"]
    assert {tuple(one) for one in answer["people"]} == {("id", "name", "is_me", "roles")}
    for who in ("seat", "admin"):
        nobody: Any = caller(small, office, who).get("/evaluation/people").json
        assert nobody["people"] == []


def objection(number: str | None = None, **more: str) -> dict[str, str]:
    body = {"month": "2026-11", "indicator": "handled_on_time", "words": "=not mine", **more}
    return {**body, "issue": number} if number else body


def test_an_objection_is_heard_and_answered(small: Flask, office: Office, numbers: list[str]) -> None:
    sun, head = caller(small, office, "sun"), caller(small, office, "head1")
    made: Any = sun.post("/evaluation/objections", objection(numbers[0]))
    assert made.status_code == 201
    assert fault(sun.post("/evaluation/objections", objection(numbers[0]))) == (409, "objection_twice")
    answer = f"/evaluation/objections/{made.json['id']}/answer"
    for who in ("sun", "streethead", "li", "admin"):
        refusal = caller(small, office, who).post(answer, {"accepted": True, "words": "yes"})
        assert fault(refusal) == (404, "objection_not_found"), who
    assert head.post(answer, {"accepted": True, "words": "it was the water board's"}).status_code == 200  # type: ignore[attr-defined]
    assert fault(head.post(answer, {"accepted": False, "words": "or not"})) == (409, "objection_answered")
    told = figures_of(small, office, "sun")["handled_on_time"]
    assert (told["numerator"], told["denominator"], told["left_out"]) == (2, 2, 1)
    assert figures_of(small, office, "sun")["handled_share"]["left_out"] == 0
    seen: list[Any] = [who.get("/evaluation/objections").json["objections"][0] for who in (sun, head)]  # type: ignore[attr-defined]
    assert [one["is_mine"] for one in seen] == [True, False]
    assert {
        (one["words"], one["answer"], one["answered_by"], one["is_accepted"], one["issue"]) for one in seen
    } == {("=not mine", "it was the water board's", "Head One", True, numbers[0])}


def test_objections_of_others_are_nobodys_business(small: Flask, office: Office, numbers: list[str]) -> None:
    caller(small, office, "sun").post("/evaluation/objections", objection())
    for who in ("streethead", "li", "seat", "admin"):
        found: Any = caller(small, office, who).get("/evaluation/objections").json
        assert found["objections"] == [], who


@pytest.mark.parametrize(
    ("who", "body", "expected"),
    [
        ("seat", {}, (403, "no_figures")),
        ("sun", {"indicator": "closed_share"}, (422, "indicator_unknown")),
        ("sun", {"words": "  "}, (422, "field_missing")),
        ("sun", {"month": "2026-00"}, (422, "invalid_input")),
        ("sun", {"issue": "990001-20261120-0004"}, (404, "matter_not_in_figure")),
        ("li", {"issue": "990001-20261120-0001"}, (404, "matter_not_in_figure")),
    ],
)
def test_an_objection_that_cannot_be_meant_is_refused(
    small: Flask,
    office: Office,
    numbers: list[str],
    who: str,
    body: dict[str, str],
    expected: tuple[int, str],
) -> None:
    response: Any = caller(small, office, who).post("/evaluation/objections", objection(**body))
    assert fault(response) == expected
    assert "details" in response.json["error"] and details(response) is not None


def test_the_workbook_says_what_the_page_says(app: Flask, office: Office, numbers: list[str]) -> None:
    response = fetch(caller(app, office, "seat"), "/api/v1/evaluation/export.xlsx?by=community&from=2026-11")
    book = openpyxl.load_workbook(io.BytesIO(response.data))
    assert book.sheetnames == ["指标", "分子分母", "口径说明"]
    rows = [[cell.value for cell in row] for row in book["指标"].iter_rows()]
    head = next(row for row in rows if row[0] == "编码")
    riverside = dict(zip(head, next(row for row in rows if row[0] == RIVERSIDE), strict=True))
    assert (riverside["按期结案率"], riverside["满意率"], riverside["党员贡献度"]) == (1, "—", "—")
    assert any("上报数量不是评分" in str(row[0]) for row in rows)
    said = {str(cell.value) for page in book for row in page.iter_rows() for cell in row}
    assert not {one for one in said if "Li Leads" in one or "Sun Cleans" in one}
    assert len(list(book["口径说明"].iter_rows())) == len(table(app, office, "seat")["indicators"]) + 1


def test_no_cell_of_a_workbook_can_be_a_formula() -> None:
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "河滨", "—"]
    book = openpyxl.load_workbook(io.BytesIO(write_book(Book(texts, [Sheet("a", texts, [texts])]))))
    cells = [cell for row in book["a"].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell.value for cell in cells if cell.value[0] in "=+-@\t\r"]
    assert plain("河滨") == "河滨"


def test_the_page_offers_what_its_reader_may_see(app: Flask, office: Office) -> None:
    for who, offered in (
        ("seat", ["street", "community", "unit", "category", "month"]),
        ("head1", ["community", "cell", "unit", "category", "month"]),
        ("li", ["cell", "unit", "category", "month"]),
        ("dong", []),
    ):
        page = signed_in(app, who).get("/evaluation").text
        listed = ", ".join(f'"{level}"' for level in offered)
        assert f'"levels": [{listed}]' in page, who
