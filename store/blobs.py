"""Bytes on their way between platforms: GridFS, one file a key."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from gridfs.asynchronous import AsyncGridFSBucket
from gridfs.errors import NoFile

from domain.errors import Unavailable
from domain.ids import CompanyId
from store.client import translated
from store.scoped import Db


class MongoBlobs:
    """Files of one company; implements `desk.ports.Fetched` by being called with a key."""

    def __init__(self, *, db: Db, company: CompanyId) -> None:
        self._bucket = AsyncGridFSBucket(db, bucket_name="blobs")
        self._files = db["blobs.files"]
        self._company = company

    async def put(self, key: str, data: bytes) -> None:
        """Keep bytes under a key; keeping the same key again changes nothing.

        A file shows only once it is whole, so a crash in the middle leaves nothing under the key.
        """
        name = self._name(key)
        async with translated():
            if not await self._files.find_one({"filename": name, "metadata.company": self._company}):
                await self._bucket.upload_from_stream(name, data, metadata={"company": self._company})

    def _name(self, key: str) -> str:
        return f"{self._company}|{key}"

    async def drop(self, before: datetime) -> int:
        """Delete what was kept before a moment, unless somebody else has; how many there were."""
        async with translated():
            old = {"metadata.company": self._company, "uploadDate": {"$lt": before}}
            ids = [file._id async for file in self._bucket.find(old)]
            for id in ids:
                with suppress(NoFile):
                    await self._bucket.delete(id)
        return len(ids)

    async def erase(self, keys: Sequence[str]) -> int:
        """Delete the files of these keys; how many there were."""
        async with translated():
            wanted = {
                "metadata.company": self._company,
                "filename": {"$in": [self._name(key) for key in keys]},
            }
            ids = [file._id async for file in self._bucket.find(wanted)]
            for id in ids:
                with suppress(NoFile):
                    await self._bucket.delete(id)
        return len(ids)

    async def __call__(self, key: str) -> bytes:
        """The bytes of a key. Raises Unavailable when they are gone."""
        async with translated():
            try:
                stream = await self._bucket.open_download_stream_by_name(self._name(key))
            except NoFile as error:
                raise Unavailable("The file is not kept any more.") from error
            return await stream.read()
