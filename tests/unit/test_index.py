"""The vectors in ChromaDB."""

import asyncio
import sys
from pathlib import Path

import numpy as np
import pytest

from brain.knowledge.index import Chroma
from brain.knowledge.memory import MemoryLibrary
from domain.errors import Unavailable
from domain.ids import CompanyId, PassageId
from tests.unit.knowledge_parts import Desk, WordEncoder

A, B = CompanyId("a"), CompanyId("b")
IDS = [PassageId("one"), PassageId("two"), PassageId("three")]
VECTORS = np.eye(3, 8, dtype=np.float32)


async def test_the_nearest_come_first_and_survive_a_restart(tmp_path: Path) -> None:
    chroma = await Chroma.open(tmp_path)
    await chroma.index(A, "m").add(IDS, VECTORS)
    await chroma.close()
    again = await Chroma.open(tmp_path)
    (near,) = await again.index(A, "m").search(VECTORS[1:2], 2)
    await again.close()
    assert near[0] == ("two", pytest.approx(1.0))
    assert len(near) == 2


async def test_companies_and_encoders_never_share_a_collection(tmp_path: Path) -> None:
    chroma = await Chroma.open(tmp_path)
    await chroma.index(A, "m").add(IDS, VECTORS)
    assert await chroma.index(B, "m").search(VECTORS[:1], 5) == [[]]
    other = np.eye(2, 4, dtype=np.float32)
    await chroma.index(A, "other").add(IDS[:2], other)
    assert len((await chroma.index(A, "other").search(other[:1], 5))[0]) == 2
    await chroma.close()


async def test_vectors_are_replaced_removed_and_cleared(tmp_path: Path) -> None:
    chroma = await Chroma.open(tmp_path)
    index = chroma.index(A, "m")
    await index.add(IDS, VECTORS)
    await index.add(IDS[:1], VECTORS[2:])
    assert (await index.vectors(IDS))[IDS[0]].tolist() == VECTORS[2].tolist()
    await index.remove([IDS[0], PassageId("unknown")])
    assert set(await index.vectors(IDS)) == {"two", "three"}
    await index.clear()
    await index.clear()
    assert await index.search(VECTORS[:1], 5) == [[]]
    await chroma.close()


async def test_searches_at_the_same_time_get_their_own_answers(tmp_path: Path) -> None:
    chroma = await Chroma.open(tmp_path)
    index = chroma.index(A, "m")
    await index.add(IDS, VECTORS)
    found = await asyncio.gather(*(index.search(VECTORS[n : n + 1], n + 1) for n in range(3)))
    assert [(near[0][0][0], len(near[0])) for near in found] == [("one", 1), ("two", 2), ("three", 3)]
    await chroma.close()


async def test_vectors_of_another_length_are_refused(tmp_path: Path) -> None:
    chroma = await Chroma.open(tmp_path)
    index = chroma.index(A, "m")
    await index.add(IDS, VECTORS)
    with pytest.raises(Unavailable):
        await index.search(np.ones((1, 5), dtype=np.float32), 1)
    await chroma.close()


async def test_a_folder_has_one_owner(tmp_path: Path) -> None:
    """Two processes that write one folder would corrupt it for good."""
    code = f"import fcntl, os; fd = os.open({str(tmp_path / '.owner')!r}, os.O_RDWR | os.O_CREAT);"
    code += "fcntl.flock(fd, fcntl.LOCK_EX); print('held', flush=True); input()"
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", code, **pipes)
    assert holder.stdout
    assert await holder.stdout.readline() == b"held\n"
    with pytest.raises(Unavailable, match="Another Deskmate is using the search index"):
        await Chroma.open(tmp_path)
    await holder.communicate(b"\n")
    chroma = await Chroma.open(tmp_path)
    with pytest.raises(Unavailable):
        await Chroma.open(tmp_path)
    await chroma.close()


async def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await Chroma.connect("http://127.0.0.1:9")


async def test_documents_are_found_through_chroma(tmp_path: Path) -> None:
    chroma = await Chroma.open(tmp_path)
    desk = Desk(index=chroma.index(A, "words"), company=A)
    await desk.knowledge.ingest("a.txt", b"Express parcels to Norway cost 63 euros.")
    await desk.knowledge.ingest("b.txt", b"Our shops are open from nine to six.")
    assert await desk.top("express to Norway") == "Express parcels to Norway cost 63 euros."
    assert await desk.knowledge.rebuild() == 2
    await desk.knowledge.remove("a.txt")
    assert await desk.texts("express to Norway") == ["Our shops are open from nine to six."]
    await chroma.close()


class LongerEncoder(WordEncoder):
    """Another model: other vectors, and more numbers in each."""

    id = "longer"
    dimensions = 96


async def test_another_encoder_gets_its_own_vectors_and_the_old_ones_stay(tmp_path: Path) -> None:
    chroma = await Chroma.open(tmp_path)
    library = MemoryLibrary()
    old = Desk(company=A, library=library, index=chroma.index(A, WordEncoder.id))
    await old.knowledge.ingest("prices.txt", b"Express parcels cost 40 euros.")
    new = Desk(company=A, library=library, index=chroma.index(A, LongerEncoder.id), encoder=LongerEncoder())
    assert await new.top("express parcels") == "Express parcels cost 40 euros."  # by its words
    assert await new.knowledge.complete() == 1
    ids = [passage.id for passage in await library.everything()]
    assert (await new.index.vectors(ids))[ids[0]].shape == (96,)
    assert (await old.index.vectors(ids))[ids[0]].shape == (64,)
    assert await old.knowledge.complete() == 0
    await chroma.close()
