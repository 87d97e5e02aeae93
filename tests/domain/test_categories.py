"""The catalogues as shipped (counts, anchors, roles), and what a short word may and may not mean."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from gridmap.domain.categories import Category, read_categories, read_groups, resolve
from gridmap.domain.roles import read_roles
from gridmap.errors import ChoiceNeededError, InvalidInputError
from gridmap.resources import folder

HEADER = "standard,kind,code,name_zh,name_en,group_code,group_zh,role"
GOOD = "own,matter,A01,矛盾纠纷,Dispute,A,矛盾,police"
GROUP_HEADER = "standard,kind,group_code,name_zh,name_en"
LAST_SERIAL = {
    "01": 77,
    "02": 44,
    "03": 16,
    "04": 14,
    "05": 9,
    "06": 52,
    "07": 8,
    "08": 16,
    "09": 22,
    "10": 2,
}
GAPS = {"01": {16}, "05": {1, 4, 5, 6, 7, 8}, "06": {31}, "07": {5}, "09": {7}}

COMPONENT_ANCHORS = {
    "01001": "供水井盖",
    "01010": "热力井盖",
    "01015": "信号灯电源井盖",
    "01017": "电缆井盖",
    "01020": "公交井盖",
    "01030": "电力立杆",
    "01040": "报刊亭",
    "01050": "监控电子眼设施",
    "01060": "路灯配电箱",
    "01070": "水域护栏",
    "01077": "综合杆",
    "02010": "交通标志牌及标线",
    "02020": "人行横道桩",
    "02030": "水域标示牌",
    "02040": "景区标识牌",
    "02044": "公路隧道",
    "03016": "烟头收集器或灭烟处",
    "04014": "林地及林地管护设施",
    "05002": "公房地下室",
    "05003": "车辆加油(气、电)站",
    "05009": "文物古迹",
}
MATTER_ANCHORS = {
    "06001": "私搭乱建",
    "06010": "暴露垃圾",
    "06020": "焚烧垃圾、树叶",
    "06030": "乱倒乱排污水、废水",
    "06032": "非正规垃圾填埋场",
    "06040": "私设地锁、阻车桩",
    "06050": "路缘石缺损",
    "06052": "无障碍坡道破损",
    "07004": "广告语言文字不规范",
    "07006": "违规牌匾标识",
    "07008": "公益性宣传品缺损",
    "08010": "施工完成后未场光地净",
    "08016": "无证建设",
    "09008": "非法出版物销售",
    "09010": "非机动车乱停放",
    "09020": "农贸市场秩序问题",
    "09022": "占道促销宣传",
    "10002": "架空线缆脱落",
}


def shipped_text(name: str) -> str:
    return (folder("geodata") / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def roles():
    return read_roles(shipped_text("roles.csv"))


@pytest.fixture(scope="module")
def shipped(roles):
    """Every shipped category by key."""
    names = ("gbt47678", "gbt30428", "own")
    return {c.key: c for n in names for c in read_categories(shipped_text(f"categories/{n}.csv"), roles)}


@pytest.fixture(scope="module")
def new(shipped):
    """The new catalogue: kind, then code, to category."""
    return {
        kind: {c.code: c for c in shipped.values() if (c.standard, c.kind) == ("GBT47678", kind)}
        for kind in ("component", "matter")
    }


def test_the_new_catalogue_has_153_components_and_250_matters(new):
    assert (len(new["component"]), len(new["matter"])) == (153, 250)
    assert Counter(c.group_code for c in new["component"].values()) == {
        "01": 76,
        "02": 44,
        "03": 16,
        "04": 14,
        "05": 3,
    }
    assert sum(code >= "06" for code in new["matter"]) == 97


@pytest.mark.parametrize("group", LAST_SERIAL)
def test_numbers_run_from_001_to_the_last_with_the_known_gaps_only(new, group):
    serials = {int(code[2:]) for code in new["matter"] if code.startswith(group)}
    assert serials == set(range(1, LAST_SERIAL[group] + 1)) - GAPS.get(group, set())


def test_every_anchor_lands_on_its_number(new):
    assert {code: new["component"][code].name_zh for code in COMPONENT_ANCHORS} == COMPONENT_ANCHORS
    assert {code: new["matter"][code].name_zh for code in MATTER_ANCHORS} == MATTER_ANCHORS


def test_each_component_has_its_fault_as_a_matter_under_the_same_code(new):
    for code, component in new["component"].items():
        fault = new["matter"][code]
        assert fault.name_zh == f"{component.name_zh}异常"
        assert fault.name_en == f"{component.name_en}: fault"
        assert (fault.group_code, fault.role) == (component.group_code, component.role)


def test_of_the_old_catalogue_only_what_is_known_is_listed(shipped):
    old = [c for c in shipped.values() if c.standard == "GBT30428"]
    assert [c.code for c in old] == [f"05{n:02d}" for n in range(1, 9)]
    assert old[0].name_zh == "供水管道破裂" and old[-1].name_zh == "架空线缆脱落"
    assert {(c.kind, c.group_code, c.group_zh) for c in old} == {("matter", "05", "突发事件")}


def test_the_projects_own_codes_cannot_be_taken_for_a_standards(shipped):
    own = [c for c in shipped.values() if c.standard == "own"]
    assert 10 <= len(own) <= 16
    assert all(re.fullmatch(r"[A-Z]\d\d", c.code) and c.kind == "matter" for c in own)


def test_every_name_is_there_once_in_both_languages(shipped):
    for language, alphabet in (("name_zh", r"[\u4e00-\u9fff]"), ("name_en", r"[A-Za-z]")):
        names = Counter((c.standard, c.kind, getattr(c, language)) for c in shipped.values())
        assert [name for name, count in names.items() if count > 1] == []
        assert [c.key for c in shipped.values() if not re.match(alphabet, getattr(c, language))] == []
    assert [c.key for c in shipped.values() if not c.name_en.isascii() or len(c.name_en) > 60] == []


def test_every_category_stands_in_a_known_group_under_the_same_name(shipped):
    groups = read_groups(shipped_text("categories/groups.csv"))
    for category in shipped.values():
        assert (
            groups[f"{category.standard}:{category.kind}:{category.group_code}"].name_zh == category.group_zh
        )
    assert Counter((g.standard, g.kind) for g in groups.values())["GBT30428", "matter"] == 6


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("暴露垃圾", "sanitation"),
        ("道路不洁", "sanitation"),
        ("占道经营", "urban_management"),
        ("私搭乱建", "urban_management"),
        ("违规户外广告", "urban_management"),
        ("供水井盖异常", "urban_management"),
        ("无证餐饮", "market_supervision"),
        ("农贸市场秩序问题", "market_supervision"),
        ("占用消防通道", "police"),
        ("流浪乞讨", "police"),
        ("机动车乱停放", "police"),
        ("矛盾纠纷", "community_worker"),
    ],
)
def test_who_handles_what(shipped, word, role):
    assert resolve(word, shipped).role == role


def test_each_of_the_five_has_something_to_do_and_nothing_is_left_over(shipped):
    assert {c.role for c in shipped.values()} == {
        "police",
        "community_worker",
        "urban_management",
        "market_supervision",
        "sanitation",
    }


def test_a_full_key_means_itself(shipped):
    assert resolve("GBT47678:component:01001", shipped).name_zh == "供水井盖"
    assert resolve("GBT47678:matter:01001", shipped).name_zh == "供水井盖异常"


def test_a_short_word_is_taken_where_only_one_thing_bears_it(shipped):
    for word in ("06010", "暴露垃圾", " 06010 "):
        assert resolve(word, shipped).key == "GBT47678:matter:06010"


@pytest.mark.parametrize(
    ("word", "choices"),
    [
        ("01001", ["GBT47678:component:01001", "GBT47678:matter:01001"]),
        ("架空线缆脱落", ["GBT30428:matter:0508", "GBT47678:matter:10002"]),
    ],
)
def test_a_short_word_for_two_things_asks_which(shipped, word, choices):
    with pytest.raises(ChoiceNeededError) as asked:
        resolve(word, shipped)
    assert asked.value.code == "category_ambiguous"
    assert asked.value.details == {"category": word, "choices": choices}


@pytest.mark.parametrize("word", ["", " ", "99999", "暴露", "GBT47678:01001", "gbt47678:matter:06010"])
def test_what_no_table_knows_is_refused(shipped, word):
    with pytest.raises(InvalidInputError) as refused:
        resolve(word, shipped)
    assert refused.value.code == "category_unknown"
    assert refused.value.details == {"category": word}


def test_a_category_may_name_no_role(roles):
    [category] = read_categories(f"{HEADER}\n{GOOD.replace('police', '')}\n", roles)
    assert category == Category("own", "matter", "A01", "矛盾纠纷", "Dispute", "A", "矛盾", None)


@pytest.mark.parametrize(
    ("bad", "reason", "value"),
    [
        ("own,event,A02,纠纷,Dispute,A,矛盾,police", "kind_unknown", "own:event:A02"),
        (GOOD, "key_twice", "own:matter:A01"),
        ("own,matter,A:02,纠纷,Dispute,A,矛盾,police", "key_invalid", "own:matter:A:02"),
        ("own,matter,A02,纠纷,Dispute,A,矛盾,leader", "role_not_of_the_five", "leader"),
        ("own,matter,A02,纠纷,Dispute,A,矛盾,fireman", "role_not_of_the_five", "fireman"),
        ("own,matter,,纠纷,Dispute,A,矛盾,police", "cell_empty", "code"),
        ("own,matter,A02,纠纷,Dispute,A,矛盾", "cells_miscounted", "8"),
    ],
)
def test_a_bad_row_is_refused_at_its_line(roles, bad, reason, value):
    with pytest.raises(InvalidInputError) as refused:
        read_categories(f"{HEADER}\n{GOOD}\n\n{bad}\n", roles)
    assert refused.value.code == "category_table_invalid"
    assert refused.value.details == {"line": 4, "reason": reason, "value": value}


@pytest.mark.parametrize(
    ("bad", "reason", "value"),
    [
        ("own,matter,A,又一类,Again", "key_twice", "own:matter:A"),
        ("own,thing,B,物,Thing", "kind_unknown", "own:thing:B"),
        ("own,matter,B,,Nameless", "cell_empty", "name_zh"),
    ],
)
def test_a_bad_group_is_refused_at_its_line(bad, reason, value):
    with pytest.raises(InvalidInputError) as refused:
        read_groups(f"{GROUP_HEADER}\nown,matter,A,矛盾,Disputes\n{bad}\n")
    assert refused.value.code == "category_group_table_invalid"
    assert refused.value.details == {"line": 3, "reason": reason, "value": value}
