"""Servers, PostgreSQL and a cluster for the tests, and an end to all of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cluster import Cluster, Postgres
from tests.integration.server import HTTP, Server


@pytest.fixture(scope="session", autouse=True)
def _close_connections() -> Iterator[None]:
    yield
    HTTP.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    """Starts servers, all on the same store, and ends what is left of them."""
    servers: list[Server] = []

    def make(*arguments: str, **environment: str) -> Server:
        server = Server(tmp_path / "data", *arguments, **environment)
        servers.append(server)
        server.start()
        return server

    yield make
    for server in servers:
        if server.is_running:
            server.kill_all()


@pytest.fixture(scope="module")
def postgres(postgres_home: Path) -> Iterator[Postgres]:
    server = Postgres(postgres_home / f"killed-{time.monotonic_ns()}")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.close()
