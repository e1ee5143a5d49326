"""Concurrent callers share batches, and none is lost, mixed up or kept waiting."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from brain.batching import BatchedEncoder, Batcher


class Model:
    """Upper-cases; notes each batch; holds a batch back while `open` is cleared."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()

    def run(self, texts: Sequence[str]) -> list[str]:
        self.batches.append(list(texts))
        self.entered.set()
        assert self.open.wait(30)
        if "bad" in texts:
            raise ValueError("bad text")
        return [text.upper() for text in texts]


@pytest.fixture
async def executor() -> AsyncIterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


async def entered(model: Model) -> None:
    assert await asyncio.to_thread(model.entered.wait, 30)


async def test_a_lone_caller_gets_its_own_results(executor: ThreadPoolExecutor) -> None:
    model = Model()
    batcher = Batcher(run=model.run, executor=executor)
    assert await batcher.submit(["a", "b"]) == ["A", "B"]
    assert model.batches == [["a", "b"]]


async def test_callers_that_arrive_during_a_batch_share_the_next_one(executor: ThreadPoolExecutor) -> None:
    model = Model()
    model.open.clear()
    batcher = Batcher(run=model.run, executor=executor)
    first = asyncio.create_task(batcher.submit(["first"]))
    await entered(model)
    later = [asyncio.create_task(batcher.submit([f"t{i}", f"u{i}"])) for i in range(5)]
    await asyncio.sleep(0)
    model.open.set()
    assert await first == ["FIRST"]
    assert await asyncio.gather(*later) == [[f"T{i}", f"U{i}"] for i in range(5)]
    assert len(model.batches) == 2


async def test_a_batch_holds_no_more_than_its_size(executor: ThreadPoolExecutor) -> None:
    model = Model()
    model.open.clear()
    batcher = Batcher(run=model.run, executor=executor, size=4)
    first = asyncio.create_task(batcher.submit(["first"]))
    await entered(model)
    later = [asyncio.create_task(batcher.submit(["x", "y", "z"])) for _ in range(3)]
    large = asyncio.create_task(batcher.submit(["w"] * 9))
    await asyncio.sleep(0)
    model.open.set()
    await asyncio.gather(first, *later)
    assert await large == ["W"] * 9
    assert [len(batch) for batch in model.batches] == [1, 3, 3, 3, 9]


async def test_a_busy_batcher_does_not_wait_for_callers_that_never_come(executor: ThreadPoolExecutor) -> None:
    batcher = Batcher(run=Model().run, executor=executor, wait=0.001)
    for _ in range(2):
        await asyncio.wait_for(asyncio.gather(*(batcher.submit(["a"]) for _ in range(8))), 30)
    assert await asyncio.wait_for(batcher.submit(["alone"]), 30) == ["ALONE"]


async def test_an_error_reaches_its_batch_and_the_next_one_works(executor: ThreadPoolExecutor) -> None:
    batcher = Batcher(run=Model().run, executor=executor)
    with pytest.raises(ValueError, match="bad text"):
        await batcher.submit(["bad"])
    assert await batcher.submit(["good"]) == ["GOOD"]


async def test_a_cancelled_caller_does_not_disturb_the_others(executor: ThreadPoolExecutor) -> None:
    model = Model()
    model.open.clear()
    batcher = Batcher(run=model.run, executor=executor)
    first = asyncio.create_task(batcher.submit(["first"]))
    await entered(model)
    gone, stays = (asyncio.create_task(batcher.submit([name])) for name in ("gone", "stays"))
    await asyncio.sleep(0)
    first.cancel()
    gone.cancel()
    model.open.set()
    assert await stays == ["STAYS"]
    assert model.batches == [["first"], ["stays"]]
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_nothing_asked_runs_nothing(executor: ThreadPoolExecutor) -> None:
    model = Model()
    assert await Batcher(run=model.run, executor=executor).submit([]) == []
    assert model.batches == []


class Lengths:
    """An encoder whose vector is the text's length."""

    id = "lengths-1"
    dimensions = 1

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([[len(text)] for text in texts], dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


async def test_a_batched_encoder_gives_each_caller_its_rows(executor: ThreadPoolExecutor) -> None:
    encoder = BatchedEncoder(Lengths(), executor=executor)
    one, two, none = await asyncio.gather(
        encoder.encode(["a", "bbb"]), encoder.encode(["cc"]), encoder.encode([])
    )
    assert one.tolist() == [[1.0], [3.0]]
    assert two.tolist() == [[2.0]]
    assert none.shape == (0, 1)
    assert (encoder.id, encoder.dimensions, encoder.count_tokens(["a b c"])) == ("lengths-1", 1, [3])
