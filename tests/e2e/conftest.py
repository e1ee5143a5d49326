"""A real mongod for the whole run, and a fresh database for each test."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from store import indexes
from store.client import connect, database
from store.local import LocalMongod
from store.scoped import Db


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
