"""Codes and paths: levels by length, foreign codes, and the byte range that holds exactly what lies below."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.domain import codes
from gridmap.errors import InvalidInputError

QILIN, NANNING, NANNING_1, CELL = "530302", "530302001", "530302001001", "530302001001007"

# Short codes of few letters are prefixes of one another, which is what can go wrong.
NEIGHBOURS_OF_SLASH = st.text(".-+0123 9aA".replace(" ", ""), min_size=1, max_size=3)
ANY_CODE = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Zs", "Zl", "Zp", "Cs"), exclude_characters="/"),
    min_size=1,
    max_size=64,
).filter(lambda code: re.search(r"\s", code) is None)
CODE = NEIGHBOURS_OF_SLASH | ANY_CODE
PATH = st.lists(CODE, min_size=1, max_size=4).map(lambda segments: "/".join(segments) + "/")


def as_stored(path: str) -> bytes:
    """What both engines compare: UTF-8, byte by byte."""
    return path.encode()


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        (QILIN, "district", None),
        (NANNING, "street", QILIN),
        (NANNING_1, "community", NANNING),
        (CELL, "grid", NANNING_1),
    ],
)
def test_a_chinese_code_tells_its_level_and_its_parent(code, level, parent):
    assert (codes.level_of(code), codes.parent_code(code)) == (level, parent)


@pytest.mark.parametrize(
    "foreign",
    ["", "1", "53030", "5303020", "5303020010010071", "53030A", "５３０３０２", "五三〇三〇二", "²²²²²²"],
)
def test_a_foreign_code_tells_neither(foreign):
    assert (codes.level_of(foreign), codes.parent_code(foreign)) == (None, None)


def test_no_county_bears_the_code_of_no_district():
    assert codes.level_of(codes.NO_DISTRICT) == "district"
    assert int(codes.NO_DISTRICT) == 0


@pytest.mark.parametrize("code", ["1", CELL, "网格-07", "a" * 64, "G.1#b", "é"])
def test_a_code_that_may_be_stored_comes_back_as_it_is(code):
    assert codes.check_code(code) == code


@pytest.mark.parametrize(
    "code",
    ["", "a" * 65, "1/2", "/", "a b", " a", "a\n", "a\t", "a\u3000b", "a\u00a0b", "a\x00", "a\x7f", "\x1b"],
)
def test_a_code_that_breaks_a_path_is_refused(code):
    for check in (codes.check_code, codes.path_of):
        with pytest.raises(InvalidInputError) as refused:
            check(code)
        assert (refused.value.code, refused.value.details) == ("code_invalid", {"area_code": code})


def test_a_path_lists_the_codes_from_the_root_down():
    street = codes.path_of(NANNING, codes.path_of(QILIN))
    assert street == "530302/530302001/"
    assert codes.codes_in(street) == [QILIN, NANNING]
    assert codes.ancestors(street) == ["530302/", "530302/530302001/"]


def test_nothing_has_no_ancestors():
    assert codes.codes_in("") == codes.ancestors("") == []


def test_the_foreign_1_is_no_ancestor_of_10():
    one, ten = codes.path_of("1"), codes.path_of("10")
    low, high = codes.range_below(one)
    assert not codes.is_below(ten, one)
    assert not low <= ten < high
    assert low <= codes.path_of("10", one) < high


def test_everything_lies_below_the_empty_path():
    assert codes.is_below("1/", "")
    assert codes.is_below("", "")
    assert not codes.is_below("", "1/")


@pytest.mark.parametrize("path", ["", "1", "1/2"])
def test_only_a_terminated_path_has_a_range(path):
    with pytest.raises(ValueError, match="terminated"):
        codes.range_below(path)


@given(root=PATH, other=PATH)
def test_the_range_holds_exactly_the_paths_that_begin_with_it(root, other):
    low, high = codes.range_below(root)
    assert (as_stored(low) <= as_stored(other) < as_stored(high)) is other.startswith(root)


@given(root=PATH, below=st.lists(CODE, max_size=3))
def test_the_range_holds_whatever_is_put_below(root, below):
    path = root
    for code in below:
        path = codes.path_of(code, path)
    low, high = codes.range_below(root)
    assert as_stored(low) <= as_stored(path) < as_stored(high)
    assert codes.is_below(path, root)


@given(parent=NEIGHBOURS_OF_SLASH, beside=NEIGHBOURS_OF_SLASH, tail=st.lists(NEIGHBOURS_OF_SLASH, max_size=2))
def test_the_range_leaves_out_every_path_of_another_root(parent, beside, tail):
    low, high = codes.range_below(parent + "/")
    path = "/".join([beside, *tail]) + "/"
    assert (low <= path < high) is (beside == parent)


@given(path=PATH)
def test_the_ancestors_are_what_a_path_lies_below(path):
    above = codes.ancestors(path)
    assert above[-1] == path
    assert [codes.codes_in(one)[-1] for one in above] == codes.codes_in(path)
    assert all(codes.is_below(path, one) for one in above)


def test_counts_are_added_up_by_the_area_they_lie_in_and_nothing_is_lost():
    counts = {"1/10/a/": (1, 2), "1/10/b/": (3, 4), "10/a/": (5, 6), "1/10/": (7, 8)}
    found = codes.summed_at(counts, {"1/10/", "10/a/"})
    assert found == {"1/10/": [11, 14], "10/a/": [5, 6]}
    assert codes.summed_at(counts, {"1/"}) == {"1/": [11, 14], "10/a/": [5, 6]}
    assert counts["1/10/a/"] == (1, 2)
