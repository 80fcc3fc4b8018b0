"""A Dask cluster of processes on this machine, and a class to grade on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dask_cluster import DaskCluster
from lessons import Lesson, new_lesson


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A scheduler, and two workers with one slot each, under nannies that start them again."""
    with DaskCluster(tmp_path_factory.mktemp("dask")) as cluster:
        for _ in range(2):
            cluster.add_worker("--nthreads", "1", "--resources", "SLOT=1")
        yield cluster


@pytest.fixture
def cluster(two_workers: DaskCluster) -> DaskCluster:
    """The same, with both workers there again whatever the last test has done to them."""
    two_workers.wait_for_workers(2)
    return two_workers


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    """A course of one small week, built, in which nobody has handed in anything yet."""
    return new_lesson(tmp_path)
