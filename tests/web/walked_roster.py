"""What the walk through every route needs of the roster: somebody to be away on each side, and who may say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_staff import import_staff
from gridmap.actions.office import Office
from gridmap.db.loop_models import Absence, Recheck
from gridmap.db.models import Issue, Person, Post
from tests.town import RULES, staff_rows

NONE = "401 401 401"
_ABOVE = (f"200 200 200 404 403 404 200 404 {NONE}", f"200 404 404 404 403 404 404 404 {NONE}")
ROSTER_ROWS: dict[str, tuple[str, ...]] = {
    "POST /account/absences": (f"422 422 422 422 403 422 422 422 {NONE}",),  # without times
    "POST /account/absences/<int(max=9007199254740991):absence_id>/end": (
        f"302 302 302 404 403 404 302 404 {NONE}",
        f"302 404 404 404 403 404 404 404 {NONE}",
    ),
    "GET /api/v1/roster": (
        f"200 200 200 404 403 403 200 404 {NONE}",
        f"200 404 404 404 403 403 404 404 {NONE}",
    ),
    "PUT /api/v1/posts/<int:post_id>/shifts": _ABOVE,
    "POST /api/v1/posts/<int:post_id>/hand-over": (  # to nobody
        f"422 422 422 404 403 404 422 404 {NONE}",
        f"422 404 404 404 403 404 404 404 {NONE}",
    ),
    "POST /api/v1/absences": (
        f"201 201 201 404 403 404 201 404 {NONE}",
        f"201 404 404 404 403 404 404 404 {NONE}",
    ),
    "DELETE /api/v1/absences/<int:absence_id>": _ABOVE,
    "GET /api/v1/rechecks": (f"200 200 200 200 403 403 200 200 {NONE}",),
    "POST /api/v1/rechecks/<int:recheck_id>": (  # without words; li is no head
        f"422 422 422 404 403 404 403 404 {NONE}",
        f"422 404 404 404 403 404 404 404 {NONE}",
    ),
}
SHIFTS = {"shifts": [{"weekdays": "1-5", "begins": "22:00", "ends": "06:00"}]}


@dataclass
class Walked:
    """By place: a post, a re-check, and absences of its holder to take back, each once."""

    post: dict[str, int]
    recheck: dict[str, int]
    absences: dict[str, list[int]]
    fresh: Iterator[int] = field(default_factory=count)

    def address(self, rule: str, place: str) -> str:
        """A rule with the ids of that place."""
        if "absence_id>" in rule:
            key = str(self.absences[place].pop())
            rule = rule.replace("<int(max=9007199254740991):absence_id>", key).replace(
                "<int:absence_id>", key
            )
        return rule.replace("<int:post_id>", str(self.post[place])).replace(
            "<int:recheck_id>", str(self.recheck[place])
        )

    def body(self, rule: str, place: str) -> dict[str, object] | None:
        """What a route of the roster is sent; None for other routes."""
        if rule == "/api/v1/absences":
            return self._absence(place)
        return {
            "/api/v1/posts/<int:post_id>/shifts": SHIFTS,
            "/api/v1/posts/<int:post_id>/hand-over": {"person": "nobody"},
            "/api/v1/rechecks/<int:recheck_id>": {"well": False},
        }.get(rule)

    def _absence(self, place: str) -> dict[str, object]:
        n = next(self.fresh)
        day = f"20{30 + n // 300}-{1 + n // 25 % 12:02d}-{1 + n % 25:02d}"
        person = {"near": "dong", "far": "fang"}[place]
        return {"person": person, "begins": f"{day}T00:00:00Z", "ends": f"{day}T08:00:00Z"}


def staff_both(office: Office, far: str, numbers: dict[str, str]) -> Walked:
    """Somebody in a post on each side, with absences to come, and each side's matter drawn to be looked at again."""
    import_staff(
        office, staff_rows(office, (("fang", "Fang Far", "leader", far),)), ImportFile("far", "3"), RULES
    )
    found = Walked({}, {}, {})
    with office.work() as work:
        for place, code in (("near", "dong"), ("far", "fang")):
            person = work.session.query(Person).filter_by(code=code).one()
            issue = work.session.query(Issue).filter_by(number=numbers[place]).one()
            away = [_away(person, work.now + timedelta(days=n)) for n in range(1, 40)]
            drawn = Recheck(
                district_code=issue.district_code,
                issue_id=issue.id,
                path=issue.path,
                month="2026-10",
                drawn_at=work.now,
            )
            work.session.add_all([*away, drawn])
            work.session.flush()
            found.post[place] = work.session.query(Post).filter_by(person_id=person.id).one().id
            found.recheck[place], found.absences[place] = drawn.id, [one.id for one in away]
    return found


def _away(person: Person, begin: object) -> Absence:
    return Absence(
        district_code=person.district_code,
        person_id=person.id,
        begins_at=begin,
        ends_at=begin + timedelta(hours=1),  # type: ignore[operator]
        noted_at=begin,
    )
