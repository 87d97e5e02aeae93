"""The rule tables of this installation: roles, categories, deadlines and working time out of geodata/."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from gridmap.domain.categories import Category, Group, Synonyms, read_categories, read_groups, read_synonyms
from gridmap.domain.deadlines import Deadlines, read_area_classes, read_limits, read_stages
from gridmap.domain.door import Choice, read_choices
from gridmap.domain.indicators import Rules as Indicators
from gridmap.domain.indicators import read_composites, read_grades, read_indicators
from gridmap.domain.notices import NoticeTable, read_notices
from gridmap.domain.roles import Role, read_roles
from gridmap.domain.whistle import Whistles, read_whistles
from gridmap.domain.workflow import Workflow, read_workflow
from gridmap.domain.worktime import Rules, WorkingTime, read_rules
from gridmap.errors import InvalidInputError
from gridmap.files.workdays import known_years, workdays_of
from gridmap.resources import folder


def load_roles() -> dict[str, Role]:
    """The role table. Raises InvalidInputError `role_table_invalid`."""
    return read_roles((folder("geodata") / "roles.csv").read_text(encoding="utf-8"))


def load_categories() -> dict[str, Category]:
    """Every category of every catalogue by key. Raises InvalidInputError `category_table_invalid`."""
    roles, known = load_roles(), dict[str, Category]()
    for file in sorted((folder("geodata") / "categories").glob("*.csv")):
        if file.name == "groups.csv":
            continue
        for category in read_categories(file.read_text(encoding="utf-8"), roles):
            if category.key in known:
                raise InvalidInputError(
                    "category_table_invalid", line=0, reason="key_twice", value=category.key
                )
            known[category.key] = category
    return known


def load_groups() -> dict[str, Group]:
    """Every group (大类) of the catalogues by key. Raises InvalidInputError `category_group_table_invalid`."""
    return read_groups((folder("geodata") / "categories" / "groups.csv").read_text(encoding="utf-8"))


def load_synonyms() -> list[Synonyms]:
    """By which everyday words categories are found. Raises InvalidInputError `synonym_table_invalid`."""
    return read_synonyms(_table("synonyms.csv"))


def load_worktime() -> Rules:
    """The rules of working time. Raises InvalidInputError `worktime_table_invalid`."""
    return read_rules((folder("geodata") / "worktime.toml").read_text(encoding="utf-8"))


def load_deadlines(zone: ZoneInfo) -> Deadlines:
    """Limits, steps, classes of areas and working time, whose hours are in `zone`.

    Raises InvalidInputError `deadline_table_invalid` or what the tables it refers to raise.
    """
    rules = load_worktime()
    return Deadlines(
        WorkingTime(rules.hours, workdays_of(rules), zone),
        read_limits(_table("deadlines.csv"), load_categories(), load_groups()),
        read_stages(_table("stages.csv")),
        read_area_classes(_table("area_classes.csv")),
        known_years(rules),
    )


def load_workflow() -> Workflow:
    """What can be done to a matter. Raises InvalidInputError `workflow_table_invalid`."""
    return read_workflow(_table("workflow.csv"))


def load_whistles() -> Whistles:
    """How soon whistles must be answered. Raises InvalidInputError `whistle_table_invalid`."""
    return read_whistles(_table("whistle.csv"))


def load_door_choices() -> list[Choice]:
    """The categories that the residents' door offers. Raises InvalidInputError `door_table_invalid`."""
    return read_choices(_table("door_categories.csv"), load_categories())


def load_indicators() -> Indicators:
    """The indicators of evaluation, their composites and grades.

    Raises InvalidInputError `indicator_table_invalid`, `composite_table_invalid`, `grade_table_invalid`.
    """
    indicators = read_indicators(_table("indicators.csv"))
    composites = read_composites(_table("composites.csv"), indicators)
    return Indicators(indicators, composites, read_grades(_table("grades.csv")))


def load_notices() -> NoticeTable:
    """Who is told what. Raises InvalidInputError `notice_table_invalid`."""
    return read_notices(_table("notices.csv"))


def _table(name: str) -> str:
    return (folder("geodata") / name).read_text(encoding="utf-8")
