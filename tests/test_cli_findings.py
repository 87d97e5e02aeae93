"""What an import found, as people get it: sorted and counted on screen, with its texts as JSON, as a page that opens from disk."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from shapely import box

from gridmap.actions.office import Office
from gridmap.cli.findings import SHOWN_PER_RULE, show, tell
from gridmap.geo.coverage import Finding
from gridmap.texts import LANGUAGES, catalogue
from tests.test_cli import Run, cells, done, refused, run, table
from tests.town import C3, C6, CENTRES, EASTGATE, square

__all__ = ["run"]

AREAS = ("--level", "grid", "--code", "bh", "--name", "mc")


def said(finding: Finding, language: str = "en", first_row: int = 1) -> str:
    (told,) = tell([finding.to_dict()], language, first_row)
    return str(told["text"])


def test_grave_findings_come_first_then_rules_then_rows() -> None:
    found = [
        ("sliver", "info", 9),
        ("overlap", "warning", 5),
        ("code_missing", "error", 7),
        ("overlap", "warning", 2),
    ]
    told = tell(
        [Finding(rule, severity, str(row), {"row": row}).to_dict() for rule, severity, row in found], "en"
    )
    assert [(f["rule"], f["row"]) for f in told] == [
        ("code_missing", 8),
        ("overlap", 3),
        ("overlap", 6),
        ("sliver", 10),
    ]


def test_rows_are_counted_as_the_file_shows_them() -> None:
    twice = Finding("code_duplicate", "error", "a", {"rows": [0, 4], "count": 2})
    assert said(twice) == "the same code in rows 1, 5"
    assert said(twice, first_row=2) == "the same code in rows 2, 6"
    (nameless,) = tell([Finding("code_missing", "error", 3, {"row": 3}).to_dict()], "en", 2)
    assert (nameless["record"], nameless["row"], nameless["details"]["row"]) == (5, 5, 5)


OVERLAP = {
    "row": 0,
    "name": "河滨",
    "other": "c2",
    "other_name": "东门",
    "other_row": 1,
    "area_m2": 12345.67,
    "share": 0.25,
}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "河滨 (c1) and 东门 (c2) overlap by 12,346 m², 25.0% of the smaller one"),
        ("zh-CN", "河滨（c1）与 东门（c2）重叠 12,346 m²，占较小一方的 25.0%"),
    ],
)
def test_an_overlap_names_both_areas_and_its_size(language: str, expected: str) -> None:
    assert said(Finding("overlap", "warning", "c1", OVERLAP), language) == expected


def test_a_gap_names_the_parent_and_the_neighbours() -> None:
    details = {"name": "白石街道", "neighbours": ["a", "b"], "neighbour_names": ["甲", None], "area_m2": 50.0}
    assert said(Finding("gap", "warning", "p", details), "zh-CN") == (
        "白石街道（p）内有 50.0 m² 不属于任何下级区域，旁边是 甲（a）、b"
    )
    assert said(Finding("gap", "warning", None, details)).startswith("甲 (a), b enclose 50.0 m²")


def test_the_reason_of_a_broken_outline_is_in_the_readers_language() -> None:
    details = {
        "row": 0,
        "kind": "changed",
        "reason": "Self-intersection[103.85041 1.2291108]",
        "change": 0.25,
    }
    shown = said(Finding("geometry_invalid", "error", "a", details), "zh-CN")
    assert shown == "边界自相交（103.850410, 1.229111 附近），修复会使面积变化 25.0%（超过 0.1%），请核对原图"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_a_short_name(language: str) -> None:
    texts = catalogue(language)
    rules = {key.split(".")[1] for key in texts if key.startswith("finding.")}
    named = {key.split(".")[1] for key in texts if key.startswith("rule_title.")}
    assert [rule for rule in rules - named if not any(rule.startswith(f"{known}_") for known in named)] == []


def test_many_of_one_rule_do_not_bury_one_of_another(capsys: pytest.CaptureFixture[str]) -> None:
    many = [Finding("null_island", "warning", f"b{n}", {"row": n}) for n in range(4000)]
    show(tell([f.to_dict() for f in [*many, Finding("code_missing", "error", 7, {"row": 7})]], "en"), "en")
    shown = capsys.readouterr().err
    assert len(shown.splitlines()) < SHOWN_PER_RULE + 20
    assert shown.index("error") < shown.index("4,000") < shown.index("b0 ")
    assert f"… and {4000 - SHOWN_PER_RULE:,} more, all in --report" in shown


def test_words_of_a_file_cannot_move_the_cursor_or_paint(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = Finding("parent_unknown", "error", "\x1b[2Ja[red]", {"row": 0, "parent": "\x1b]0;x\x07"})
    show(tell([hostile.to_dict()], "en"), "en")
    shown = capsys.readouterr().err
    assert "\x1b" not in shown
    assert "[red]" in shown


def overlapping(folder: Path) -> Path:
    west, south, _, north = square(C3).bounds  # type: ignore[attr-defined]
    name = "</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"
    return cells(
        folder,
        (C3, name, box(west, south, west + 0.012, north)),
        (C6, "东门第2网格", square(C6)),
        (f"{EASTGATE}009", "x", box(west + 0.01, south, west + 0.02, north)),
    )


def test_the_report_says_in_words_what_was_found(run: Run, office: Office, tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    done(
        run(
            "import",
            "areas",
            overlapping(tmp_path),
            *AREAS,
            "--report",
            report,
            "--dry-run",
            language="zh-CN",
        )
    )
    told = json.loads(report.read_text(encoding="utf-8"))
    (overlap,) = (f for f in told["findings"] if f["rule"] == "overlap")
    assert set(overlap) == {"rule", "severity", "record", "row", "text", "details", "geometry"}
    assert (overlap["record"], overlap["row"], overlap["details"]["other_row"]) == (C3, 1, 3)
    assert re.search(r"重叠 [\d,]+ m²", overlap["text"])
    assert (told["dry_run"], told["refused"]) == (True, False)


def test_the_map_opens_from_disk_and_names_stay_names(
    run: Run, office: Office, tmp_path: Path, browser: Browser
) -> None:
    page_file, complaints, asked = tmp_path / "m.html", list[str](), list[str]()
    done(run("import", "areas", overlapping(tmp_path), *AREAS, "--map", page_file))
    context = browser.new_context()
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    page.wait_for_selector("#list li button")
    items = page.locator("#list li button").all_inner_texts()
    context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert any("</script><img src=x onerror=alert(1)>{{ 7 * 7 }}" in item for item in items)


def test_a_refused_import_is_drawn_too_and_its_list_filters(
    run: Run, office: Office, tmp_path: Path, browser: Browser
) -> None:
    page_file = tmp_path / "m.html"
    file = cells(tmp_path, (C3, "a", square(C3)), (C3, "b", square(C3)), (C6, "c", square(C6)))
    refused(run("import", "areas", file, *AREAS, "--map", page_file), "import_refused")
    page = browser.new_page()
    page.goto(page_file.as_uri())
    assert page.locator(".outcome").inner_text() == "There are errors: nothing was stored"
    page.locator("#chips button", has_text="Code twice").click()
    seen = page.locator("#list li:visible")
    texts = seen.all_inner_texts()
    seen.first.locator("button").click()
    current = page.locator('[aria-current="true"]').count()
    page.close()
    assert len(texts) == 1
    assert "the same code in rows 1, 2" in texts[0]
    assert current == 1


def test_buildings_and_matters_have_a_map_too(run: Run, office: Office, tmp_path: Path) -> None:
    lon, lat = CENTRES[C3]
    file = table(tmp_path, "b.csv", {"code": "a", "lon": lon, "lat": lat}, {"code": "b", "lon": 0, "lat": 0})
    result = done(run("import", "buildings", file, "--map", tmp_path / "b.html"))
    assert json.loads(result.stdout)["left_out"] == 1
    assert re.search(r"b +3 +the coordinates are 0, 0", result.stderr)
    assert "gridmapFindings" in (tmp_path / "b.html").read_text(encoding="utf-8")


def test_a_map_that_cannot_be_written_is_refused_before_anything_is_done(
    run: Run, office: Office, tmp_path: Path
) -> None:
    result = run("import", "areas", overlapping(tmp_path), *AREAS, "--map", tmp_path / "nowhere" / "m.html")
    assert result.exit_code == 2
