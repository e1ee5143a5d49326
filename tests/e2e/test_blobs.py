"""Files on their way: whole or not there, and each company's own."""

import pytest

from domain.errors import Unavailable
from domain.ids import CompanyId
from store.blobs import MongoBlobs
from store.scoped import Db


async def test_a_file_whose_upload_a_crash_broke_off_is_kept_at_the_next_try(db: Db) -> None:
    blobs = MongoBlobs(db=db, company=CompanyId("acme"))
    broken = blobs._bucket.open_upload_stream("acme|photo")
    await broken.write(b"x" * 600_000)  # two chunks are stored, the file is never closed
    with pytest.raises(Unavailable):
        await blobs("photo")
    await blobs.put("photo", b"whole")
    await blobs.put("photo", b"whole")
    assert await blobs("photo") == b"whole"
    assert await db["blobs.files"].count_documents({}) == 1


async def test_a_company_never_reads_the_file_of_another(db: Db) -> None:
    await MongoBlobs(db=db, company=CompanyId("acme")).put("photo", b"acme's")
    with pytest.raises(Unavailable):
        await MongoBlobs(db=db, company=CompanyId("other"))("photo")
