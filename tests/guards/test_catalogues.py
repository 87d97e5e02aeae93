"""Whatever can be said has a text in both languages: errors, findings, and every key that is asked for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping

import pytest

from gridmap.domain.issues import STATUSES
from gridmap.domain.roster import DUTIES
from gridmap.files.tables import load_workflow
from gridmap.texts import LANGUAGES, catalogue
from gridmap.web import errors as web_errors
from tests.guards.source import TEMPLATES, Module, made_up, read_modules
from tests.guards.spoken import Reader, Said

Texts = Mapping[str, str]
BOTH = [catalogue(language) for language in LANGUAGES]

MISFITS = {"degrees_as_metres", "metres_as_degrees", "axes_swapped", "outside_area_of_use"}

# What the source alone does not tell: (module, how the code reads there) to what it can be.
PASSED_ON: dict[tuple[str, str], set[str]] = {
    # What `_place` refuses of one row of a file of areas.
    ("gridmap.actions.importing_areas", "fault.code"): {
        "code_invalid",
        "code_has_other_level",
        "parent_unknown",
        "parent_level_wrong",
        "parent_contradicts_code",
    },
    # What `evidence.misfit` answers.
    ("gridmap.files.places", "fault"): MISFITS,
    ("gridmap.files.doubts", "fault"): MISFITS,
}
BY_HTTP = {*web_errors._HTTP_CODES.values(), "internal"}
ENGLISH_NAMES_MONTHS = {"time.day", "time.day_of_year", "wall.day", "wall.month_day"}


def error_classes(modules: Iterable[Module]) -> dict[str, str | None]:
    """The errors of the errors module, each with the code it has where none is given."""
    found: dict[str, str | None] = {}
    for module in modules:
        if module.name == "gridmap.errors":
            for node in module.tree.body:
                if isinstance(node, ast.ClassDef):
                    own = [n.value.value for n in node.body if isinstance(n, ast.Assign) and _sets_code(n)]  # type: ignore[attr-defined]
                    found[node.name] = own[0] if own else None
    return found


def _sets_code(node: ast.Assign) -> bool:
    return [getattr(target, "id", "") for target in node.targets] == ["code"]


def errors_said(modules: list[Module]) -> list[Said]:
    classes = error_classes(modules)
    by_class = [Said(code, name, "gridmap.errors", 0) for name, code in classes.items() if code]
    return by_class + list(Reader(modules).said([*classes, "answer"]))


def findings_said(modules: list[Module]) -> list[Said]:
    return list(Reader(modules).said(["Finding"]))


def without_text(said: Iterable[Said], section: str, catalogues: list[Texts]) -> list[str]:
    """What is said without a text in each catalogue, and what cannot be told."""
    faults = []
    for one in said:
        codes = PASSED_ON.get((one.module, one.shown)) if one.code is None else {one.code}
        if codes is None:
            faults.append(f"{one}: cannot be told from the source")
        for code in sorted(codes or ()):
            faults += [
                f"{one}: no {section}.{code}" for texts in catalogues if f"{section}.{code}" not in texts
            ]
    return faults


def unfilled(said: Iterable[Said], section: str, catalogues: list[Texts]) -> list[str]:
    """Fields that a text names and its error does not give."""
    return [
        f"{one}: {name}"
        for one in said
        if one.fields is not None and one.code is not None
        for texts in catalogues
        for name in sorted(fields(texts.get(f"{section}.{one.code}", "")) - one.fields)
    ]


def fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", text))


def unlike(one: Texts, other: Texts) -> list[str]:
    """Keys that only one catalogue has, or whose fields differ."""
    return sorted(one.keys() ^ other.keys()) + [
        key for key in one.keys() & other.keys() if fields(one[key]) != fields(other[key])
    ]


def unknown_keys(template: str, texts: Texts) -> list[str]:
    """Keys a template asks for that the catalogue has not."""
    asked = re.findall(r"""\bt\(\s*["']([^"']+)["']\s*[,)]""", template)
    return [key for key in asked if key not in texts]


def unknown_texts(modules: list[Module], texts: Texts) -> list[str]:
    """Keys that `text(language, "section.key")` asks for in the source that the catalogue has not."""
    reader = Reader(modules)
    found = []
    for module, call in reader.calls("text"):
        keys = reader.values(call.args[1], module) if len(call.args) > 1 else None
        found += [f"{module.name}: {key}" for key in sorted(keys or ()) if key not in texts]
    return found


def test_every_error_has_a_text():
    said = [one for one in errors_said(read_modules()) if not _is_answer_by_http(one)]
    assert without_text(said, "error", BOTH) == []
    assert len({one.code for one in said}) > 60


def _is_answer_by_http(one: Said) -> bool:
    return one.module == "gridmap.web.errors" and one.code is None


def test_every_answer_of_http_has_a_text():
    assert [code for code in BY_HTTP for texts in BOTH if f"error.{code}" not in texts] == []


def test_every_finding_has_a_text():
    said = findings_said(read_modules())
    assert without_text(said, "finding", BOTH) == []
    assert {one.code for one in said} >= {
        "overlap",
        "gap",
        "outside_parent",
        "area_missing",
        "code_duplicate",
    }


def test_every_error_and_every_finding_gives_the_fields_its_text_names():
    modules = read_modules()
    assert unfilled(errors_said(modules), "error", BOTH) == []
    assert unfilled(findings_said(modules), "finding", BOTH) == []


def test_what_is_passed_on_is_still_passed_on():
    modules = read_modules()
    unknown = {
        (one.module, one.shown) for one in errors_said(modules) + findings_said(modules) if one.code is None
    }
    assert set(PASSED_ON) <= unknown


def test_both_languages_say_the_same_with_the_same_fields():
    assert set(unlike(*BOTH)) <= ENGLISH_NAMES_MONTHS


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_every_key_of_a_template_exists(template):
    assert unknown_keys(template.read_text(encoding="utf-8"), catalogue("en")) == []


def test_every_key_of_the_source_exists():
    assert unknown_texts(read_modules(), catalogue("en")) == []


HOW = ("inherited", "leader_instead", "head_instead", "head_without_cell", "nobody")
HOW += ("tier", "deputy", "off_duty", "handed_over")


@pytest.mark.parametrize("texts", BOTH, ids=LANGUAGES)
def test_what_the_workflow_and_the_assignment_say_has_a_text(texts):
    notes = "no_place no_cell leader_inherited leader_vacant owner_nobody role_vacant handler_nobody category_without_role"
    notes += " role_off_duty nearest_off_duty least_loaded leader_off_duty head_vacant head_off_duty off_duty"
    keys = {f"status.{status}" for status in STATUSES} | {
        f"panel.event_{name}" for name in load_workflow().actions
    }
    keys |= {f"panel.note_{note}" for note in notes.split()}
    keys |= {f"panel.how_{how}" for how in HOW}
    keys |= {f"panel.duty_{duty}" for duty in DUTIES}
    rules = "covered_by_one covered_by_several_smaller_area_wins covered_by_none"
    assert keys | {f"rule.{rule}" for rule in rules.split()} <= texts.keys()


# --- the guards can fail

ERRORS = (
    'class GridmapError(Exception):\n    code = "error"\nclass LostError(GridmapError):\n    """Lost."""\n'
)
TEXTS = {"error.error": "", "error.known": "", "finding.known": ""}


def said_of(tmp_path, text: str) -> list[str]:
    modules = made_up(tmp_path, {"errors.py": ERRORS, "a.py": text})
    return without_text(errors_said(modules), "error", [TEXTS]) + without_text(
        findings_said(modules), "finding", [TEXTS]
    )


@pytest.mark.parametrize(
    "text",
    [
        'raise LostError("{}")',
        'raise errors.LostError("{}", number=1)',
        'raise LostError("known" if x else "{}")',
        'CODE = "{}"\nraise LostError(CODE)',
        'def f():\n    code = "{}" if x else "known"\n    raise LostError(code)',
        'def refuse(line, code):\n    raise LostError(code)\nrefuse(1, "{}")',
        'def refuse(code):\n    raise LostError(code)\ndef g(code):\n    refuse(code=code)\ng("{}")',
        'class A:\n    def refuse(self, code):\n        raise LostError(code)\nA().refuse("{}")',
        'yield Finding("{}", ERROR, None, {{}})',
        'for rule in ("known", "{}"):\n    Finding(rule, ERROR)',
        'def f():\n    rules: list = [("known", 1), ("{}", 2)]\n    for rule, n in rules:\n        Finding(rule, n)',
        'found = [Finding(f"{{end}}", ERROR) for end in ("known", "{}")]',
    ],
)
def test_a_code_without_a_text_is_found(tmp_path, text):
    assert said_of(tmp_path, text.format("known")) == []
    assert len(said_of(tmp_path, text.format("lost"))) == 1


def test_a_constant_of_another_module_is_followed(tmp_path):
    files = {
        "errors.py": ERRORS,
        "a.py": 'CODE = "lost"',
        "b.py": "from gridmap.a import CODE\nraise LostError(CODE)",
    }
    assert len(without_text(errors_said(made_up(tmp_path, files)), "error", [TEXTS])) == 1


@pytest.mark.parametrize(
    "text", ["raise LostError(who_knows())", "raise LostError(error.code)", "LostError(a[0])"]
)
def test_a_code_that_cannot_be_told_is_found(tmp_path, text):
    assert len(said_of(tmp_path, text)) == 1


def test_a_code_of_a_class_without_a_text_is_found(tmp_path):
    modules = made_up(tmp_path, {"errors.py": ERRORS + 'class NewError(GridmapError):\n    code = "new"\n'})
    assert len(without_text(errors_said(modules), "error", [TEXTS])) == 1


def test_a_field_a_finding_does_not_give_is_found(tmp_path):
    text = 'Finding("known", ERROR, 1, {"rows": 2})\nFinding("known", ERROR, 1, {**more})\nFinding("known", ERROR, 1, d)'
    said = findings_said(made_up(tmp_path, {"a.py": text}))
    assert unfilled(said, "finding", [{"finding.known": "{rows}"}]) == []
    assert len(unfilled(said, "finding", [{"finding.known": "{rows} {area}"}])) == 1


def test_a_field_that_is_not_given_is_found(tmp_path):
    texts = {"error.known": "{number} of {all}"}
    text = 'LostError("known", number=1)\nLostError("known", **details)\nLostError("known", number=1, all=2)'
    said = errors_said(made_up(tmp_path, {"errors.py": ERRORS, "a.py": text}))
    assert [fault.split(": ")[1] for fault in unfilled(said, "error", [texts])] == ["all"]


@pytest.mark.parametrize("other", [{}, {"a.b": "{n} {more}"}, {"a.b": "none"}, {"a.b": "{n}", "a.c": "more"}])
def test_catalogues_that_differ_are_found(other):
    assert unlike({"a.b": "第{n}条"}, {"a.b": "no. {n}"}) == []
    assert unlike({"a.b": "第{n}条"}, other) != []


@pytest.mark.parametrize(
    "template", ['{{ t("a.x") }}', "<a title=\"{{ t('a.x') }}\">", '{{ t( "a.x", n=1) }}']
)
def test_an_unknown_key_of_a_template_is_found(template):
    assert unknown_keys(template, {"a.b": ""}) == ["a.x"]
    assert unknown_keys(template, {"a.x": ""}) == []


@pytest.mark.parametrize("line", ['text(language(), "a.x")', 'text(language, "a.x" if b else "a.b", n=1)'])
def test_an_unknown_key_of_the_source_is_found(tmp_path, line):
    assert len(unknown_texts(made_up(tmp_path, {"a.py": line}), {"a.b": ""})) == 1
