"""The connection to MongoDB: options, translation of its errors, and transactions."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from bson.codec_options import CodecOptions
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import ConfigurationError, InvalidURI, PyMongoError

from domain.errors import Misconfigured, Unavailable
from store.scoped import Db, Row

T = TypeVar("T")
Client = AsyncMongoClient[Row]


def connect(uri: str) -> Client:
    """A client for a replica set: writes are acknowledged by the majority's journal.

    Raises Misconfigured when the address can't be understood.
    """
    try:
        return AsyncMongoClient(
            uri, tz_aware=True, w="majority", journal=True, retryWrites=True, serverSelectionTimeoutMS=10_000
        )
    except (InvalidURI, ConfigurationError, ValueError) as error:
        raise Misconfigured(
            "MONGODB_URI is not an address of MongoDB; it looks like mongodb://host:27017/?replicaSet=rs0."
        ) from error


def database(client: Client, name: str) -> Db:
    """A database whose times are aware UTC."""
    return client.get_database(name, codec_options=CodecOptions(tz_aware=True))


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """MongoDB's faults as Unavailable: whoever called may try again."""
    try:
        yield
    except PyMongoError as error:
        raise Unavailable("The database does not answer.") from error


async def transact(db: Db, step: Callable[[AsyncClientSession], Awaitable[T]]) -> T:
    """Run a step in one transaction, again on write conflicts. The step may run several times."""
    async with translated(), db.client.start_session() as session:
        return await session.with_transaction(step)
