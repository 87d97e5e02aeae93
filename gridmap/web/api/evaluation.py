"""Routes of evaluation (考核评价): figures of areas, departments, categories and months, and their matters."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response, jsonify, send_file
from sqlalchemy.orm import Session

from gridmap.db import evaluation
from gridmap.db.evaluation import Counted, Population
from gridmap.domain.indicators import Indicator
from gridmap.domain.months import Month
from gridmap.domain.scope import Actor
from gridmap.files.evaluation_book import Book, Sheet, write_book
from gridmap.texts import text
from gridmap.web import shapes
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS
from gridmap.web.answers_evaluation import EvaluationAnswer, MattersAnswer
from gridmap.web.api.blueprint import EVALUATION, api
from gridmap.web.evaluated import Row, Table, group_of, indicator_named, rules, table_of
from gridmap.web.language import language
from gridmap.web.params import iso
from gridmap.web.params_evaluation import EvaluationQuery, MattersQuery

MOST_MATTERS = 1000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@api.get("/evaluation", tags=[EVALUATION], responses={200: EvaluationAnswer, **ERRORS})
@needs("read")
def read_evaluation(query: EvaluationQuery) -> Response:
    """Figures of one's areas (a department: of its own matters), by area, unit, category or month."""
    with office().database.reading() as session:
        table = table_of(session, actor(), query)
    return jsonify(
        by=query.by,
        area=query.area,
        months=[month.name for month in table.months],
        is_final=table.is_final,
        computed_at=iso(table.now),
        indicators=[told(one) for one in rules().indicators.values()],
        composites=[
            {"code": one.code, "name": _named(one), "weights": one.weights} for one in rules().composites
        ],
        rows=[_row(table, row) for row in table.rows],
        elsewhere=_row(table, table.elsewhere) if table.elsewhere else None,
        total=_row(table, table.total),
    )


def _named(one: Any) -> str:
    return str(one.name_en if language() == "en" else one.name_zh)


def told(one: Indicator) -> dict[str, Any]:
    """What an indicator means, in the reader's language."""
    return {
        "code": one.code,
        "theme": one.theme,
        "theme_name": text(language(), f"evaluation.theme_{one.theme}"),
        "name": _named(one),
        "formula": one.formula_en if language() == "en" else one.formula_zh,
        "lower_is_better": one.lower_is_better,
        "is_personal": one.is_personal,
        "is_computable": one.denominator is not None,
        "sureness": one.sureness,
        "source": one.source,
    }


def _row(table: Table, row: Row) -> dict[str, Any]:
    figures = {code: one.figure(row.counts) for code, one in rules().indicators.items()}
    scores = {one.code: rules().score(one, row.counts) for one in rules().composites}
    return {
        "group": row.group,
        "name": row.name,
        "figures": {code: {**figure._asdict(), "value": figure.value} for code, figure in figures.items()},
        "composites": {
            code: score._asdict() if score and table.has_composites else None
            for code, score in scores.items()
        },
        "matters": table.matters_query(row.group),
    }


@api.get("/evaluation/matters", tags=[EVALUATION], responses={200: MattersAnswer, **ERRORS})
@needs("read")
def list_evaluated_matters(query: MattersQuery) -> Response:
    """The matters one figure was computed from."""
    who, one = actor(), indicator_named(query.indicator)
    with office().database.reading() as session:
        whose, months = group_of(session, who, query, query.group)
        return matters_answer(session, who, one, query.part, whose, months)


def matters_answer(
    session: Session,
    who: Actor,
    one: Indicator,
    part: str,
    whose: Population,
    months: Sequence[Month],
    less: Sequence[Counted] = (),
) -> Response:
    """The matters of a figure, as far as they may be seen, but for those in `less`; the others only as a number."""
    now, count = office().clock(), getattr(one, part)
    asked = (session, whose, months, now, count)
    gone = {matter.number for matter in less}
    found = evaluation.matters(*asked, scope=who.scope, limit=MOST_MATTERS + 1 + len(gone)) if count else []
    told = evaluation.times(*asked, who.scope) if count else evaluation.Times(0, 0)
    shown = [matter for matter in found if matter.number not in gone]
    rows = evaluation.categories_by_id(session, {matter.category_id for matter in shown})
    return jsonify(
        indicator=one.code,
        part=part,
        times=told.all - sum(matter.times for matter in less),
        unseen=told.unseen,
        is_cut=len(shown) > MOST_MATTERS,
        matters=[_matter(matter, rows[matter.category_id]) for matter in shown[:MOST_MATTERS]],
    )


def _matter(one: Counted, category: Any) -> dict[str, Any]:
    return {
        "number": one.number,
        "status": one.status,
        "category": f"{category.standard}:{category.kind}:{category.code}",
        "category_name": shapes.category_name(category),
        "reported_at": iso(one.reported_at),
        "due_at": iso(one.due_at),
        "closed_at": iso(one.closed_at),
        "times": one.times,
    }


@api.get("/evaluation/export.xlsx", tags=[EVALUATION], responses={200: None, **ERRORS})
@needs("read")
def export_evaluation(query: EvaluationQuery) -> Response:
    """The same figures as an Excel workbook, with what they are made of and what they mean; never of a person."""
    with office().database.reading() as session:
        table = table_of(session, actor(), query)
    held = io.BytesIO(write_book(_book(table)))
    name = f"evaluation-{query.by}-{table.months[0].name}-{table.months[-1].name}.xlsx"
    return send_file(held, mimetype=XLSX, as_attachment=True, download_name=name)


def _book(table: Table) -> Book:
    ones, lang = list(rules().indicators.values()), language()
    rows = [*table.rows, *([table.elsewhere] if table.elsewhere else []), table.total]
    names, scores = [_named(one) for one in ones], rules().composites if table.has_composites else ()
    say = {
        name: text(lang, f"evaluation.{name}") for name in ("sheet_values", "sheet_parts", "sheet_meaning")
    }
    values = [
        [*_labels(row), *(one.figure(row.counts).value for one in ones), *_scores(row, scores)]
        for row in rows
    ]
    parts = [[*_labels(row), *_parts(row, ones)] for row in rows]
    heads = [text(lang, "evaluation.group"), text(lang, "evaluation.name")]
    pairs = [
        f"{name} · {text(lang, f'evaluation.{part}')}"
        for name in names
        for part in ("numerator", "denominator")
    ]
    return Book(
        _said(table),
        [
            Sheet(say["sheet_values"], [*heads, *names, *map(_named, scores)], values, shares=len(names)),
            Sheet(say["sheet_parts"], [*heads, *pairs], parts),
            Sheet(say["sheet_meaning"], _meaning_heads(lang), [_meaning(one) for one in ones]),
        ],
    )


def _labels(row: Row) -> list[str]:
    return [row.group or "", row.name]


def _scores(row: Row, composites: Iterable[Any]) -> list[str | None]:
    found = [rules().score(one, row.counts) for one in composites]
    return [f"{score.value:.1f} {score.grade}" if score else None for score in found]


def _parts(row: Row, ones: Iterable[Indicator]) -> list[int | None]:
    return [part for one in ones for part in one.figure(row.counts)]


def _meaning_heads(lang: str) -> list[str]:
    keys = ("theme", "name", "formula", "lower_is_better", "source", "sureness")
    return [text(lang, f"evaluation.{key}") for key in keys]


def _meaning(one: Indicator) -> list[str]:
    meant = told(one)
    direction = text(language(), f"evaluation.{'lower' if one.lower_is_better else 'higher'}")
    return [meant["theme_name"], meant["name"], meant["formula"], direction, one.source, one.sureness]


def _said(table: Table) -> list[str]:
    lang, months = language(), table.months
    local = table.now.astimezone(office().zone)
    said = [
        text(lang, "evaluation.title"),
        text(
            lang, "evaluation.span", first=months[0].name, last=months[-1].name, at=f"{local:%Y-%m-%d %H:%M}"
        ),
    ]
    said += [] if table.is_final else [text(lang, "evaluation.running")]
    return [*said, text(lang, "evaluation.no_counts"), text(lang, "evaluation.dash")]
