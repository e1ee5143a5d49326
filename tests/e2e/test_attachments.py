"""What customers' files say is seen by the agent at a glance, and a suggested reply may rest on it."""

import pytest

from sandbox.stand import until
from tests.e2e.demo_case import Scene
from tests.unit.knowledge_parts import pdf

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = "Invoice 4711: one crate of porcelain, insured for 250 euros."


async def test_the_agent_reads_the_words_of_a_pdf_in_the_thread(scene: Scene) -> None:
    customer = scene.customer()
    await customer.claimed()
    await customer.act("say", text="Here is my invoice", files=[("invoice.pdf", pdf(WORDS, "page two"))])
    told = await customer.thread("In invoice.pdf, 2 pages:")
    assert WORDS in told.text
    [talk] = await customer.conversations()
    key = talk["_id"].partition("|")[2]

    async def kept() -> list[str]:
        rows = await scene.rows("messages", {"conversation": key, "author": "customer"})
        return [row["text"] for row in rows if row["text"].startswith("[invoice.pdf]")]

    assert await until(kept) == [f"[invoice.pdf] {WORDS} page two"]


async def test_a_file_that_says_nothing_is_passed_on_as_it_is(scene: Scene) -> None:
    customer = scene.customer()
    await customer.claimed()
    await customer.act("say", text="Look at this", files=[("film.mp4", b"\x00\x00\x00\x18ftypmp42")])
    await customer.thread("Look at this")
    await customer.act("say", text="And this", files=[("broken.pdf", b"%PDF-1.7 broken")])
    await customer.thread("And this")
    assert not [one for card in customer.cards for one in card.thread if "In broken.pdf" in one.text]
