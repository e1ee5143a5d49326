"""The vectors, in ChromaDB; the only place that imports it.

Two processes that write one folder corrupt it for good, so a folder has one owner, held by a lock
file; many processes share a Chroma server by its URL instead.
"""

import asyncio
import fcntl
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from brain.batching import Batcher
from brain.knowledge.ports import Near
from domain.errors import Unavailable
from domain.ids import CompanyId, PassageId, derived

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

Result = TypeVar("Result")
Floats = NDArray[np.float32]

_LOCK = ".owner"
_BATCH = 2_000  # rows a call; Chroma takes 5,461 at most
_THREADS = 2


class Chroma:
    """One Chroma database: a folder that this process owns, or a server."""

    def __init__(self, *, client: "ClientAPI", lock: int | None = None) -> None:
        self._client = client
        self._lock = lock
        self.executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="chroma")

    @classmethod
    async def open(cls, path: Path) -> "Chroma":
        """Own a folder. Raises Unavailable while another process holds it."""
        return await asyncio.to_thread(cls._opened, path)

    @classmethod
    async def connect(cls, url: str) -> "Chroma":
        """Share a server. Raises Unavailable when it doesn't answer."""
        return await asyncio.to_thread(cls._connected, url)

    @classmethod
    def _opened(cls, path: Path) -> "Chroma":
        lock = _locked(path)
        import chromadb

        try:
            return cls(client=chromadb.PersistentClient(path=str(path), settings=_settings()), lock=lock)
        except BaseException:
            os.close(lock)
            raise

    @classmethod
    def _connected(cls, url: str) -> "Chroma":
        import chromadb

        parts = urlsplit(url)
        secure = parts.scheme == "https"
        host, port = parts.hostname or "localhost", parts.port or (443 if secure else 8000)
        client = _translated(
            lambda: chromadb.HttpClient(host=host, port=port, ssl=secure, settings=_settings())
        )
        return cls(client=client)

    def index(self, company: CompanyId, encoder: str) -> "ChromaIndex":
        """The vectors of one company made by one encoder."""
        return ChromaIndex(chroma=self, company=company, encoder=encoder)

    def collection(self, company: CompanyId, encoder: str) -> "Collection":
        """Open or make a collection; blocking."""
        return self._client.get_or_create_collection(
            _name(company, encoder),
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine"}},
            metadata={"company": company, "encoder": encoder},
        )

    def drop(self, company: CompanyId, encoder: str) -> None:
        """Forget a collection, if it is there; blocking."""
        from chromadb.errors import NotFoundError

        with suppress(NotFoundError):
            self._client.delete_collection(_name(company, encoder))

    async def close(self) -> None:
        """Let the folder go."""
        await asyncio.to_thread(self.executor.shutdown)
        await asyncio.to_thread(self._client.close)  # type: ignore[attr-defined]  # missing in its interface
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


class ChromaIndex:
    """Implements `brain.knowledge.ports.Index`."""

    def __init__(self, *, chroma: Chroma, company: CompanyId, encoder: str) -> None:
        self._chroma = chroma
        self._key = (company, encoder)
        self._kept: Collection | None = None
        self._searches: Batcher[tuple[Floats, int], list[Near]] = Batcher(
            run=self._search, executor=chroma.executor, size=32
        )

    async def add(self, ids: Sequence[PassageId], vectors: Floats) -> None:
        """Keep vectors, or replace them."""
        for at in range(0, len(ids), _BATCH):
            part = list(ids[at : at + _BATCH])
            rows = vectors[at : at + _BATCH]
            await self._run(partial(self._upsert, part, rows))

    async def remove(self, ids: Sequence[PassageId]) -> None:
        """Forget vectors."""
        for at in range(0, len(ids), _BATCH):
            part = list(ids[at : at + _BATCH])
            await self._run(partial(self._delete, part))

    async def search(self, vectors: Floats, limit: int) -> list[list[Near]]:
        """The nearest passages of each vector; concurrent searches share a call."""
        return await self._searches.submit([(vector, limit) for vector in vectors])

    async def vectors(self, ids: Sequence[PassageId]) -> Mapping[PassageId, Floats]:
        """The vectors that are there."""
        found: dict[PassageId, Floats] = {}
        for at in range(0, len(ids), _BATCH):
            part = list(ids[at : at + _BATCH])
            rows = await self._run(partial(self._get, part))
            found |= zip(
                map(PassageId, rows["ids"]), np.asarray(rows["embeddings"], dtype=np.float32), strict=True
            )
        return found

    async def clear(self) -> None:
        """Forget everything."""
        self._kept = None
        await self._run(lambda: self._chroma.drop(*self._key))

    def _collection(self) -> "Collection":
        if self._kept is None:
            self._kept = self._chroma.collection(*self._key)
        return self._kept

    def _upsert(self, ids: list[PassageId], vectors: Floats) -> None:
        self._collection().upsert(ids=list[str](ids), embeddings=vectors)

    def _delete(self, ids: list[PassageId]) -> None:
        self._collection().delete(ids=list[str](ids))

    def _get(self, ids: list[PassageId]) -> Any:
        return self._collection().get(ids=list[str](ids), include=["embeddings"])

    def _search(self, wanted: Sequence[tuple[Floats, int]]) -> list[list[Near]]:
        vectors = np.stack([vector for vector, _ in wanted])
        most = max(limit for _, limit in wanted)
        found = _translated(
            lambda: self._collection().query(query_embeddings=vectors, n_results=most, include=["distances"])
        )
        return [
            [(PassageId(id), 1.0 - distance) for id, distance in zip(ids[:limit], distances, strict=False)]
            for (_, limit), ids, distances in zip(wanted, found["ids"], found["distances"] or [], strict=True)
        ]

    async def _run(self, work: Callable[[], Any]) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._chroma.executor, _translated, work)


def _name(company: CompanyId, encoder: str) -> str:
    """Company and encoder in one name: vectors of different models never meet."""
    return f"passages-{derived(company, encoder)}"


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _locked(path: Path) -> int:
    path.mkdir(parents=True, exist_ok=True)
    lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise Unavailable(
            f"Another Deskmate is using the search index in {path}. "
            "Stop it first, or let both share a Chroma server."
        ) from error
    return lock


def _translated(work: Callable[[], Result]) -> Result:
    import httpx
    from chromadb.errors import ChromaError

    try:
        return work()
    except (ChromaError, httpx.HTTPError, ValueError) as error:
        raise Unavailable(f"The search index does not answer: {type(error).__name__}.") from error
