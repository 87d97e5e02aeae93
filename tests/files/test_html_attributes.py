"""Names and values in HTML become columns; nothing is executed, nothing overwritten, nothing grows without end."""

from __future__ import annotations

import pandas as pd
import pytest

from gridmap.files.html_attributes import MAX_LENGTH, MAX_PAIRS, opened, pairs_in

HEADER = "<center><table><tr><th colspan='2'><em>Attributes</em></th></tr>"
ROW = '<tr bgcolor="#E3E3F3"> <th>SUBZONE_C</th> <td>MESZ01</td> </tr>'


@pytest.mark.parametrize(
    ("html", "pairs"),
    [
        (f"{HEADER}{ROW}</table></center>", {"SUBZONE_C": "MESZ01"}),
        ("<tr><td>a<td>1<tr><td>b<td>2</table>", {"a": "1", "b": "2"}),
        ("<tr><td>A&amp;B</td><td><b>&lt;1&gt;</b> 2</td></tr>", {"A&B": "<1> 2"}),
        ("<tr><td>a</td><td><script>x()</script>1</td></tr>", {"a": "1"}),
        ("<tr><td>a</td><td>1</td></tr><tr><td>a</td><td>2</td></tr>", {"a": "1"}),
        ("<tr><td></td><td>1</td></tr><tr><td>a</td><td>1</td><td>2</td></tr>", {}),
        ("<tr><td><table><tr><td>a</td><td>1</td></tr></table></td></tr>", {"a": "1"}),
        ("no table", {}),
        ("<tr><td>a", {}),
    ],
)
def test_pairs_of_an_html_text(html: str, pairs: dict[str, str]) -> None:
    assert pairs_in(html) == pairs


def test_what_is_too_much_is_left() -> None:
    row = "<tr><td>{}</td><td>1</td></tr>"
    assert len(pairs_in("".join(row.format(n) for n in range(1000)))) == MAX_PAIRS
    assert pairs_in(row.format("a") + " " * MAX_LENGTH) == {}
    assert pairs_in(row.format("n" * 101)) == {}
    assert pairs_in("<tr>" * 20_000) == {}


def test_columns_are_added_and_none_is_overwritten() -> None:
    html = f"<table>{ROW}<tr><td>NAME</td><td>other</td></tr></table>"
    frame = pd.DataFrame({"Name": ["kml_1", "kml_2"], "Description": [html, None], "n": [1, 2]})
    found = opened(frame)
    assert found["SUBZONE_C"].tolist() == ["MESZ01", ""]
    assert found["Name"].tolist() == ["kml_1", "kml_2"]
    assert list(found.columns) == ["Name", "Description", "n", "SUBZONE_C"]
    assert opened(frame[["Name", "n"]]).equals(frame[["Name", "n"]])
