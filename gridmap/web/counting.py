"""How open matters stand, counted where that costs least: in the columns at hand where they are many, else in the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy.orm import Session

from gridmap.actions.office import Office
from gridmap.db import areas, issues
from gridmap.db.columns import Columns
from gridmap.db.due import Now
from gridmap.db.issues import Filter
from gridmap.db.state import State, state_of
from gridmap.db.tallies import Groups, Ordered, can_tell, groups, in_order, open_at, tally
from gridmap.domain.codes import ancestors, summed_at
from gridmap.domain.scope import Actor, Scope
from gridmap.web.access import office
from gridmap.web.warmth import households_of, kept

CELLS = "grid"
_ALL = Filter()


@contextmanager
def at_hand(scope: Scope, wanted: Filter = _ALL) -> Iterator[Columns | None]:
    """The columns, where they are at hand and a whole district is asked for; None: the store is to be asked.

    Both know the same. The store would go through every matter of a district each time; what is less an index finds.
    """
    if not (_are_many(scope, wanted) and can_tell(scope, wanted)):
        yield None
        return
    with kept().matters.at_hand(office().clock()) as columns:
        yield columns


def counted(session: Session, scope: Scope, wanted: Filter, now: Now, by: str = CELLS) -> State:
    """How the open matters in `scope` stand; `cells` of the answer are areas of the level `by`, each by its path.

    What lies in no such area stands by the path of its cell.
    """
    with at_hand(scope, wanted) as columns:
        return counted_in(columns, session, scope, wanted, now, by)


def counted_in(
    columns: Columns | None, session: Session, scope: Scope, wanted: Filter, now: Now, by: str = CELLS
) -> State:
    """The same, from what `at_hand` gave."""
    if columns is not None:
        return tally(columns, scope, wanted, now, _groups(session, columns, by))
    found = state_of(session, scope, wanted, now)
    if by == CELLS:
        return found
    cells = summed_at(found.cells, areas.paths_of_level(session, by))
    return found._replace(cells={path: (a, b, c, d) for path, (a, b, c, d) in cells.items()})


def open_below(session: Session, scope: Scope, paths: Sequence[str]) -> Mapping[str, int]:
    """How many open matters in `scope` lie at or below each of `paths`."""
    with at_hand(scope) as columns:
        if columns is not None:
            return open_at(columns, scope, _order(columns), paths)
    return issues.open_below(session, scope)


def homes_by(session: Session, here: Office, who: Actor, by: str) -> Mapping[str, int]:
    """How many households each of one's own areas of a level has, by its path; those without any are left out.

    As `counted` has it: what lies in no such area stands by the path of its cell. For a whole district
    they are added up once, and kept until buildings or areas change.
    """
    if not _is_whole_district(who.scope):
        return _homes_in(session, here, who, by)
    key = (kept().matters.buildings_changed, areas.net_version(session))
    return kept().good_for(f"homes-{by}-{who.scope.paths}", key, lambda: _homes_in(session, here, who, by))


def _homes_in(session: Session, here: Office, who: Actor, by: str) -> dict[str, int]:
    found = households_of(here, who).by_path()
    by_cell = {path: [round(number)] for path, number in found.items() if number and path}
    if by != CELLS:
        by_cell = summed_at(by_cell, areas.paths_of_level(session, by))
    return {path: number for path, (number,) in by_cell.items()}


def _is_whole_district(scope: Scope) -> bool:
    return any(len(ancestors(path)) <= 1 for path in scope.paths)


def _are_many(scope: Scope, wanted: Filter) -> bool:
    """Whether a whole district is asked for: less than that an index finds."""
    if wanted.mine:
        return False
    if wanted.area_path is not None and len(ancestors(wanted.area_path)) > 1:
        return False
    return _is_whole_district(scope)


def _groups(session: Session, columns: Columns, by: str) -> Groups:
    """The paths of the columns by area of a level; kept until there are others of either."""
    net = areas.net_version(session)
    key = (net, columns.paths, len(columns.paths))
    return kept().good_for(
        f"groups-{by}",
        key,
        lambda: groups(
            columns.paths.words, frozenset() if by == CELLS else areas.paths_of_level(session, by)
        ),
    )


def _order(columns: Columns) -> Ordered:
    """The paths of the columns in their order; kept until there are others."""
    key = (columns.paths, len(columns.paths))
    return kept().good_for("order", key, lambda: in_order(columns.paths.words))
