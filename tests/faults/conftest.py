"""A PostgreSQL cluster of this folder's own, which tests may stop, starve and start again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gridmap.actions.office import Office
from gridmap.app import initialise
from tests.conftest import Clock, make_office
from tests.faults.cluster import Cluster
from tests.town import build_town


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    made = Cluster()
    yield made
    made.end()


@pytest.fixture(scope="session")
def town_on_cluster(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database with the town, to copy."""
    url = cluster.empty()
    office = make_office(url, tmp_path_factory.mktemp("cluster"), Clock())
    initialise(office)
    build_town(office)
    office.database.dispose()
    return url


@pytest.fixture
def own(cluster: Cluster, town_on_cluster: str, clock: Clock, tmp_path: Path) -> Iterator[Office]:
    """The town on that cluster."""
    cluster.start()
    url = cluster.copy_of(town_on_cluster)
    office = make_office(url, tmp_path, clock)
    yield office
    office.database.dispose()
    cluster.start()
    cluster.limit_files(None)
    cluster.drop(url)
