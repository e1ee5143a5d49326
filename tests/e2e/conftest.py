"""A real mongod for the whole run, and a fresh database for each test."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from store import indexes
from store.client import connect, database
from store.local import LocalMongod
from store.scoped import Db
from tests.e2e.demo_case import Scene, capacities


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a private mongod."""
    folder: Path = tmp_path_factory.mktemp("mongo")
    mongod = LocalMongod(folder=folder)
    uri = asyncio.run(mongod.start())
    yield uri
    asyncio.run(mongod.stop())


@pytest.fixture
async def db(mongo_uri: str) -> AsyncIterator[Db]:
    """An empty database with its indexes."""
    client = connect(mongo_uri)
    name = f"test_{uuid.uuid4().hex[:12]}"
    fresh = database(client, name)
    await indexes.create(fresh)
    yield fresh
    await client.drop_database(name)
    await client.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def scene(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """The whole product at work; each test brings its own customers."""
    running = Scene(folder=tmp_path_factory.mktemp("scene"), mongo_uri=mongo_uri, adapt=capacities(500))
    await running.start()
    yield running
    await running.stop()
