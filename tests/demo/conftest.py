"""The demo district drawn once for all its tests, and put into a store once for each engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from gridmap.actions.office import Office
from gridmap.actions.signing_in import SignInRules
from gridmap.demo import build
from gridmap.demo.build import build_demo
from gridmap.demo.district import NOW, DemoDistrict, draw_district
from tests.conftest import Clock, Templates, make_office

SEED = 990001
PHOTOS = 8


def silent(_stage: str, _done: int, _of: int) -> None:
    pass


@pytest.fixture(scope="session")
def district() -> DemoDistrict:
    return draw_district()


@pytest.fixture(scope="session")
def build_once(
    district: DemoDistrict, templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Office]]:
    """The demo in a store of an engine, a few photos only; built when first asked for."""
    offices = dict[str, Office]()

    def made(engine: str) -> Office:
        if engine not in offices:
            clock, folder = Clock(), tmp_path_factory.mktemp("demo")
            clock.now = NOW
            office = offices[engine] = make_office(templates.copy(engine, False, folder), folder, clock)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(build, "draw_district", lambda *_: district)
                build_demo(office, SignInRules(), SEED, silent, with_photos=PHOTOS)
        return offices[engine]

    yield made
    for office in offices.values():
        office.database.dispose()


@pytest.fixture
def demo_office(engine: str, build_once: Callable[[str], Office]) -> Office:
    return build_once(engine)
