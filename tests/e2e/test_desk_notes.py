"""What agents write for each other stays among them."""

import pytest

from tests.e2e.demo_case import Customer, Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = "the parcel fell off the van"


async def _never_told(scene: Scene, customer: Customer) -> None:
    """Something sent after the note has arrived, and everything is delivered: the note was not."""
    await customer.agent_writes(scene.agents[0], "A word for you.")
    await customer.sees("A word for you.")
    await scene.settled()
    assert not [one for one in customer.bubbles if SECRET in one.text or any(SECRET in o for o in one.old)]
    assert not [one for one in customer.bubbles if one.files]


@pytest.mark.trap(21)
@pytest.mark.parametrize("prefix", ["note:", "Note: ", "  NOTE:"])
async def test_a_note_in_the_thread_never_reaches_the_customer(scene: Scene, prefix: str) -> None:
    customer = scene.customer()
    agent = await customer.claimed()
    await customer.agent_writes(agent, f"{prefix}{SECRET}", files=[("proof.txt", b"secret")])
    await customer.marked(SECRET)
    await _never_told(scene, customer)


@pytest.mark.trap(21)
async def test_a_note_made_with_the_form_is_seen_by_agents_only(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.claimed()
    await customer.agent_presses(agent, "Note")
    (form,) = scene.stands.slack.forms(agent)
    await customer.agent_does(agent, "submit", form=form.id, fields={"note": SECRET})
    noted = await customer.thread(SECRET)
    assert "Internal note" in noted.text
    await _never_told(scene, customer)


@pytest.mark.trap(21)
async def test_a_note_that_is_edited_later_still_never_reaches_the_customer(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.claimed()
    note = await customer.agent_writes(agent, "note: call the driver")
    await customer.marked("call the driver")
    await customer.agent_does(agent, "edit", bubble=note, text=SECRET)
    await _never_told(scene, customer)


@pytest.mark.trap(21)
async def test_a_reply_that_is_edited_into_a_note_disappears_for_the_customer(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.claimed()
    reply = await customer.agent_writes(agent, "Oh dear, the van again")
    await customer.sees("Oh dear")
    await customer.agent_does(agent, "edit", bubble=reply, text=f"note: {SECRET}")
    await _never_told(scene, customer)
    assert not [words for words in customer.received if "Oh dear" in words]
