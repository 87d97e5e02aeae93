"""The timeline says what was decided: which unit, which cell, which category, which words."""

from __future__ import annotations

from typing import Any

import pytest

from gridmap.maps.page import page_texts
from gridmap.texts import catalogue

CELL = {"code": "990001003012002", "name": "河滨第2网格", "version": 1}
DUE, LATER = "2026-11-20T07:52:00Z", "2026-11-21T01:00:00Z"
NAMES = [["own:matter:E01", "装修垃圾待清运"]]


@pytest.fixture(scope="module")
def said(functions: Any) -> Any:
    """The Chinese words of an event of that kind with that data, done by 王芳."""
    functions.call("texts.js", "m.setTexts(a[0]) || 1", page_texts(catalogue("zh-CN")))

    def words(kind: str, data: dict[str, Any], actor: str | None = "王芳") -> str:
        event = {"kind": kind, "data": data, "actor": actor and {"name": actor, "kind": "staff"}}
        matter = {"description": "门口有堆土"}
        answer: str = functions.call(
            "map/event_words.js", "m.eventWords(a[0], new Map(a[1]), a[2])", event, NAMES, matter
        )
        return answer

    return words


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        (
            "reported",
            {"category": "own:matter:E01", "cell": CELL},
            "王芳 · 装修垃圾待清运 · 网格：河滨第2网格",
        ),
        ("start", {"from": "reported", "to": "handling"}, "王芳"),
        ("forward", {"unit": "市政中心"}, "王芳 · 转市政中心"),
        ("choose_cell", {"cell": CELL}, "王芳 · 网格：河滨第2网格"),
        ("move", {"cell": None}, "王芳 · 不在任何网格内"),
        ("recategorise", {"category": "own:matter:E01"}, "王芳 · 改为装修垃圾待清运"),
        ("recategorise", {"category": "own:matter:X99"}, "王芳 · 改为own:matter:X99"),
        (
            "amend",
            {"category": "own:matter:E01", "cell": CELL},
            "王芳 · 改为装修垃圾待清运 · 网格：河滨第2网格",
        ),
        ("comment", {"words": [{"id": 7, "text": "明早清运", "erased": False}]}, "王芳 · “明早清运”"),
        ("comment", {"words": [{"id": 7, "text": None, "erased": True}]}, "王芳 · 已删除"),
        ("erase", {"erased": 7}, "王芳 · 文字已删除"),
        ("photo", {"photo": 3}, "王芳"),
        ("import_amended", {"from": "reported", "to": "closed"}, "王芳 · 状态改为已办结"),
        ("dispatch", {"unit": "市政中心", "due_at": DUE}, "王芳 · 转市政中心 · 新时限 11-20 15:52"),
        ("dispatch", {"handler": {"id": 3, "name": "张立"}}, "王芳 · 派给张立"),
        ("dispatch", {}, "王芳 · 按规则派给处置人"),
        ("return", {"returned_by": "市政中心"}, "王芳 · 市政中心退回"),
        ("extend", {"due_before": DUE, "due_at": LATER}, "王芳 · 时限 11-20 15:52 → 11-21 09:00"),
        ("raise", {"tier": {"from": 2, "to": 3}}, "王芳 · 小事 → 中事"),
        ("merge", {"into": "990001-20261120-0007"}, "王芳 · 并入 990001-20261120-0007"),
        ("merged_in", {"number": "990001-20261120-0009"}, "王芳 · 990001-20261120-0009 并入"),
        ("rate", {"solved": 1, "satisfaction": 0}, "王芳 · 部分解决 · 不满意"),
        ("photo", {"photo": 3, "photo_kind": "after"}, "王芳 · 处置后"),
    ],
)
def test_an_event_says_what_it_decided(said: Any, kind: str, data: dict[str, Any], words: str) -> None:
    assert said(kind, data) == words


def test_a_matters_own_words_are_not_said_twice(said: Any) -> None:
    assert said("reported", {"words": [{"id": 1, "text": "门口有堆土", "erased": False}]}) == "王芳"


def test_what_no_person_did_names_nobody(said: Any) -> None:
    assert said("imported", {}, actor=None) == ""
