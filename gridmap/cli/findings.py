"""Findings as people read them: in words of their language, rows counted as the file shows them, the grave ones first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gridmap.geo.coverage import ERROR, INFO, WARNING
from gridmap.texts import catalogue, text

SEVERITIES = (ERROR, WARNING, INFO)
SHOWN_PER_RULE = 20
_NAMED = ("other", "parent", "nearest")
_MOST_LISTED = 10
_WIDTH_UNWATCHED = 140
"""Columns where nobody looks: a log, a pipe."""
_COLOURS = {ERROR: "red", WARNING: "yellow", INFO: "blue"}
_PLACE = re.compile(r"\[(\S+) (\S+?)\]")

Told = dict[str, Any]
"""A finding as `Finding.to_dict` gives it, with `text`, and `row` counted as the file shows it (None: no one row)."""


def tell(findings: Iterable[Mapping[str, Any]], language: str, first_row: int = 1) -> list[Told]:
    """The findings with their texts, sorted by severity, then rule, then row.

    `first_row` is the number that the first record's row bears in the file: 1 for features, 2 below a
    header. A record without a code is called by that number, and rows among the details too.
    """
    told = [_told(finding, language, first_row) for finding in findings]
    return sorted(told, key=lambda f: (SEVERITIES.index(f["severity"]), f["rule"], f["row"] or 0))


def _told(finding: Mapping[str, Any], language: str, first_row: int) -> Told:
    details = {
        name: _counted(value, first_row) if name in ("row", "other_row", "rows") else value
        for name, value in finding["details"].items()
    }
    record = finding["record"]
    record = record + first_row if isinstance(record, int) else record
    row = details.get("row")
    if row is None and isinstance(details.get("rows"), list):
        row = details["rows"][0]
    told = {**finding, "record": record, "row": row, "details": details}
    return {**told, "text": _said(told, language)}


def _counted(value: Any, first_row: int) -> Any:
    """Positions as row numbers; a number of rows (no list) stays what it is where it is called `rows`."""
    if isinstance(value, list):
        return [row + first_row for row in value]
    return value + first_row if isinstance(value, int) else value


def _said(finding: Told, language: str) -> str:
    details, keys = finding["details"], [f"finding.{finding['rule']}"]
    if details.get("kind"):
        keys.insert(0, f"{keys[0]}_{details['kind']}")
    if finding["record"] is None:
        keys.insert(0, f"{keys[0]}_alone")
    key = next((key for key in keys if key in catalogue(language)), keys[-1])
    said = plain(text(language, key, record=finding["record"], **_fields(finding, language)))
    return said.replace("） ", "）")  # a full-width bracket brings its own blank


def _fields(finding: Told, language: str) -> dict[str, Any]:
    details = finding["details"]
    fields = {name: _shown(name, value, language) for name, value in details.items()}
    fields["here"] = _named(language, finding["record"], details.get("name"))
    for field in _NAMED:
        fields[f"{field}_here"] = _named(language, details.get(field), details.get(f"{field}_name"))
    beside = zip(details.get("neighbours", []), details.get("neighbour_names", []), strict=False)
    fields["neighbours_here"] = _shortened([_named(language, *one) for one in beside], language)
    return fields


def _named(language: str, code: Any, name: Any) -> str:
    is_named = name not in (None, "", code)
    return text(language, "word.named" if is_named else "word.nameless", code=code, name=name)


def _shown(name: str, value: Any, language: str) -> Any:
    if name.endswith("_m2"):
        return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}" if value >= 1 else f"{value:.2f}"
    if name in ("share", "change"):
        return f"{value:.1%}" if value >= 0.001 or not value else "<0.1%"
    if name == "reason":
        return _reason(str(value), language)
    if isinstance(value, list):
        return _shortened(["—" if one is None else one for one in value], language)
    word = {"level": f"word.level_{value}", "kind": f"word.shape_{value}"}.get(name, "")
    return text(language, word) if word in catalogue(language) else value


def _shortened(listed: Sequence[Any], language: str) -> list[Any] | str:
    """A list as people write it, cut where it grows long."""
    if len(listed) <= _MOST_LISTED:
        return list(listed)
    separator = ", " if language == "en" else "、"
    rest = text(language, "word.and_more", count=len(listed) - _MOST_LISTED)
    return separator.join(map(str, listed[:_MOST_LISTED])) + ("" if language != "en" else " ") + rest


def _reason(reason: str, language: str) -> str:
    """What GEOS says of an outline (“Self-intersection[103.8 1.3]”), in the reader's language."""
    key = "word.reason_" + re.sub(r"\W+", "_", _PLACE.sub("", reason).strip()).lower()
    said = text(language, key if key in catalogue(language) else "word.reason")
    found = _PLACE.search(reason)
    if found is None:
        return said
    lon, lat = (f"{float(number):.6f}" for number in found.groups())
    return f"{said}{' ' if language == 'en' else ''}{text(language, 'word.at', lon=lon, lat=lat)}"


def plain(said: Any) -> str:
    """Words of a file as a terminal may show them: nothing in them moves the cursor or rings a bell."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(said))


def show(findings: Sequence[Told], language: str) -> None:
    """The findings on standard error: how many of each rule first, then each rule's first SHOWN_PER_RULE."""
    if not findings:
        return
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH_UNWATCHED
    console.print(Text(text(language, "cli.findings_count", count=len(findings))))
    console.print(Padding(_summary(findings, language), (0, 0, 0, 2), expand=False))
    for part in _by_rule(findings, language):
        console.print(Padding(part, (0, 0, 0, 2), expand=False))


def _table(language: str, *columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        is_number = column in ("count", "row")
        overflow = "fold" if column in ("text", "record") else "ellipsis"
        table.add_column(
            text(language, f"cli.column_{column}"),
            justify="right" if is_number else "left",
            overflow=overflow,  # type: ignore[arg-type]
            no_wrap=is_number,
        )
    return table


def _severity(severity: str, language: str) -> Text:
    return Text(text(language, f"cli.{severity}"), style=_COLOURS[severity])


def _summary(findings: Sequence[Told], language: str) -> Table:
    table = _table(language, "severity", "count", "rule")
    counts = Counter((finding["severity"], finding["rule"]) for finding in findings)
    for (severity, rule), count in counts.items():
        title = Text(f"{title_of(rule, language)}  ")
        title.append(rule, style="dim")
        table.add_row(_severity(severity, language), f"{count:,}", title)
    return table


def title_of(rule: str, language: str) -> str:
    """A rule's short name; the rule itself where it has none."""
    key = f"rule_title.{rule}"
    return text(language, key) if key in catalogue(language) else rule


def _by_rule(findings: Sequence[Told], language: str) -> Iterator[Table | Text]:
    groups: dict[tuple[str, str], list[Told]] = {}
    for finding in findings:
        groups.setdefault((finding["severity"], finding["rule"]), []).append(finding)
    for (severity, rule), group in groups.items():
        yield Text("\n") + _severity(severity, language) + Text(f"  {title_of(rule, language)}", style="bold")
        table = _table(language, "record", "row", "text")
        for finding in group[:SHOWN_PER_RULE]:
            table.add_row(Text(plain(called(finding))), str(finding["row"] or ""), Text(finding["text"]))
        yield table
        if len(group) > SHOWN_PER_RULE:
            rest = f"{len(group) - SHOWN_PER_RULE:,}"
            yield Text(text(language, "cli.more_of_rule", count=rest), style="dim")


def called(finding: Told) -> str:
    """How a finding's record is called: its code, “—” where it has none."""
    return finding["record"] if isinstance(finding["record"], str) else "—"
