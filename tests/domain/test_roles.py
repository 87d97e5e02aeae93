"""The role table: Qilin's 1+5+N as shipped, and every table that cannot be one refused at its line."""

from __future__ import annotations

import pytest

from gridmap.domain.roles import five, head_of, leader_role, read_roles
from gridmap.errors import InvalidInputError
from gridmap.resources import folder

HEADER = "code,name_zh,name_en,slot,level,order"
LEADER = "leader,网格长,Leader,1,grid,1"
FIVE = [f"officer_{n},人员{n},Officer {n},5,community,{n + 1}" for n in range(1, 6)]
HEAD = "street_head,街道负责人,Street head,head,street,8"
GOOD = [HEADER, LEADER, *FIVE, HEAD]  # lines 1, 2, 3 to 7, 8


def table(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def with_line(number: int, line: str) -> str:
    """The good table with its line `number` (the header is 1) put in place, or added below."""
    lines = list(GOOD)
    lines[number - 1 : number] = [line]
    return table(*lines)


@pytest.fixture(scope="module")
def shipped():
    return read_roles((folder("geodata") / "roles.csv").read_text(encoding="utf-8"))


def test_the_shipped_leader_is_the_one_of_the_grid(shipped):
    leader = leader_role(shipped)
    assert (leader.code, leader.name_zh, leader.slot, leader.level) == ("leader", "网格长", "1", "grid")


def test_the_shipped_five_are_qilins_in_their_order(shipped):
    assert [(r.code, r.name_zh, r.level) for r in five(shipped)] == [
        ("police", "社区民警", "community"),
        ("community_worker", "社区工作人员", "community"),
        ("urban_management", "城管执法人员", "community"),
        ("market_supervision", "市场监督管理人员", "community"),
        ("sanitation", "环卫保洁人员", "community"),
    ]


def test_the_shipped_others_and_heads(shipped):
    assert [r.code for r in shipped.values() if r.slot == "N"] == ["dynamic"]
    heads = {level: head_of(shipped, level) for level in ("community", "street", "district")}
    assert {level: head.code for level, head in heads.items()} == {
        "community": "community_head",
        "street": "street_head",
        "district": "district_head",
    }
    assert head_of(shipped, "grid") is None
    assert len(shipped) == 10


def test_roles_come_in_their_order_whatever_the_tables():
    shuffled = read_roles(table(HEADER, HEAD, *reversed(FIVE), LEADER))
    assert list(shuffled) == ["leader", *(f"officer_{n}" for n in range(1, 6)), "street_head"]
    assert [r.code for r in five(dict(reversed(shuffled.items())))] == [f"officer_{n}" for n in range(1, 6)]


def test_a_table_out_of_a_spreadsheet_is_read_as_it_is_meant():
    text = "\ufeff" + table(*GOOD).replace("\n", "\r\n").replace("leader,网格长", '"leader", 网格长 ')
    assert read_roles(text) == read_roles(table(*GOOD))


def test_further_columns_and_empty_lines_are_passed_over():
    text = table(f"{HEADER},remark", "", *(f"{line},我区自定" for line in GOOD[1:]))
    assert read_roles(text) == read_roles(table(*GOOD))


@pytest.mark.parametrize(
    ("text", "line", "reason", "value"),
    [
        (with_line(4, "police,民警,Police,6,community,3"), 4, "slot_unknown", "6"),
        (with_line(4, "police,民警,Police,5,village,3"), 4, "level_unknown", "village"),
        (with_line(4, "police,民警,Police,5,community,third"), 4, "order_invalid", "third"),
        (with_line(4, "police,,Police,5,community,3"), 4, "cell_empty", "name_zh"),
        (with_line(4, "police,民警,Police,5,community"), 4, "cells_miscounted", "6"),
        (with_line(4, "police,民警,Police,5,community,3,4"), 4, "cells_miscounted", "6"),
        (with_line(5, FIVE[0]), 5, "code_twice", "officer_1"),
        (with_line(9, "leader_2,副网格长,Deputy,1,grid,9"), 9, "slot_1_twice", "leader_2"),
        (with_line(9, "officer_6,人员6,Officer 6,5,grid,9"), 9, "slot_5_more_than_five", "officer_6"),
        (with_line(9, "street_2,副职,Second,head,street,9"), 9, "head_level_twice", "street_2"),
        (table(HEADER, *FIVE, HEAD), 1, "slot_1_missing", "1"),
        (table(HEADER, LEADER, *FIVE[:4], HEAD), 1, "slot_5_fewer_than_five", "4"),
        (table(*GOOD).replace("slot", "place"), 1, "column_missing", "slot"),
        (table(*GOOD).replace("order", "slot"), 1, "column_twice", "slot"),
        (table(*GOOD).replace(",", ";"), 1, "column_missing", "code"),
        ("", 1, "column_missing", "code"),
    ],
)
def test_a_table_that_cannot_be_is_refused_at_its_line(text, line, reason, value):
    with pytest.raises(InvalidInputError) as refused:
        read_roles(text)
    assert refused.value.code == "role_table_invalid"
    assert refused.value.details == {"line": line, "reason": reason, "value": value}


def test_text_that_is_no_csv_is_refused():
    with pytest.raises(InvalidInputError) as refused:
        read_roles(with_line(4, 'police,"民警,Police,5,community,3'))
    assert refused.value.details["reason"] == "csv_invalid"
