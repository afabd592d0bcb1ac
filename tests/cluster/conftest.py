"""One cluster for the whole room."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.platforms import Platforms, running
from tests.cluster.cluster import Cluster, start
from tests.installation import ROOT, free_port


@pytest.fixture(scope="session")
def platforms() -> Iterator[Platforms]:
    with running() as platforms:
        yield platforms


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model that the cluster's workers load: a copy, which may be replaced."""
    copied = tmp_path_factory.mktemp("models") / "bilik.tar.gz"
    shutil.copy(ROOT / "models" / "bilik.tar.gz", copied)
    return copied


@pytest.fixture(scope="session")
def cluster(platforms: Platforms, model: Path) -> Iterator[Cluster]:
    own = {"BILIK_MODEL": str(model), "BILIK_METRICS_PORT": str(free_port())}
    with start({**platforms.settings(), **own}) as running:
        yield running
