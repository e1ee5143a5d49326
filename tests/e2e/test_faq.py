"""*Add to knowledge base*: from an agent's reply to an answer that customers get."""

import pytest

from sandbox.stand import Bubble, until
from tests.e2e.demo_case import Customer, Scene, seen

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def form_of(scene: Scene, agent: str, message: str) -> dict[str, str]:
    """The form that opens when somebody chooses a message."""
    slack = scene.stands.slack
    await slack.act(slack.channel, agent, "shortcut", bubble=message, name="kb_shortcut")
    (form,) = slack.forms(agent)
    return {"id": form.id, **{blank.name: blank.value for blank in form.blanks}}


async def submit(scene: Scene, agent: str, form: str, **fields: str) -> None:
    slack = scene.stands.slack
    await slack.act(slack.channel, agent, "submit", form=form, fields=fields)


async def in_channel(scene: Scene, words: str) -> Bubble:
    slack = scene.stands.slack

    def shown() -> Bubble | None:
        room = next(pane for pane in slack.panes() if pane.id == slack.channel)
        return seen(room.bubbles, has=words)

    found = await until(shown)
    assert isinstance(found, Bubble)
    return found


async def replied(customer: Customer, question: str, answer: str) -> str:
    """A customer asks, an agent replies; the reply's id."""
    agent = await customer.claimed()
    await customer.say(question)
    await customer.thread(question)
    stamp = await customer.agent_writes(agent, answer)
    await customer.sees(answer)
    return stamp


async def test_an_agents_answer_is_published_once_an_admin_approves(scene: Scene) -> None:
    customer = scene.customer()
    question = "Do you deliver parcels to the Faroe Islands?"
    stamp = await replied(customer, question, "Yes, to Torshavn in 5 days. Ask me at ben@example.com.")
    form = await form_of(scene, "Ben Okafor", stamp)
    assert form["question"] == question
    assert form["answer"] == "Yes, to Torshavn in 5 days. Ask me at [email]."
    await submit(scene, "Ben Okafor", form["id"], question=question, answer="Yes, to Torshavn in 5 days.")

    suggested = await in_channel(scene, "Ben Okafor suggests an answer")
    approve = next(id for id, label in suggested.buttons if label == "Approve")
    slack = scene.stands.slack
    await slack.act(slack.channel, "Ben Okafor", "press", bubble=suggested.id, button=approve)
    assert (await in_channel(scene, "Only admins")).only_for == "Ben Okafor"
    await slack.act(slack.channel, "Alma Reyes", "press", bubble=suggested.id, button=approve)
    settled = await in_channel(scene, "Approved by Alma")
    assert (settled.id, settled.buttons) == (suggested.id, [])
    assert "Torshavn" in settled.text

    other = scene.customer()
    await other.say(question)
    await other.sees("Torshavn in 5 days")
    await slack.act(
        slack.channel, "Alma Reyes", "command", name="kb", text="remove FAQ " + question[:-1] + ".md"
    )


async def test_a_declined_answer_is_not_used_and_the_second_admin_is_told(scene: Scene) -> None:
    slack = scene.stands.slack
    said = await slack.act(slack.channel, "Ben Okafor", "say", text="Lamps are insured up to 40 EUR.")
    form = await form_of(scene, "Ben Okafor", str(said["bubble"]))
    assert (form["question"], form["answer"]) == ("", "Lamps are insured up to 40 EUR.")
    await submit(scene, "Ben Okafor", form["id"], question="Are lamps insured?")
    suggested = await in_channel(scene, "Are lamps insured?")
    buttons = {label: id for id, label in suggested.buttons}
    await slack.act(slack.channel, "Alma Reyes", "press", bubble=suggested.id, button=buttons["Decline"])
    await in_channel(scene, "Declined by Alma")
    assert not [one for one in await scene.branch.books.library.current() if "lamps" in one.name]


async def test_an_admins_own_answer_is_published_at_once(scene: Scene) -> None:
    slack = scene.stands.slack
    said = await slack.act(slack.channel, "Alma Reyes", "say", text="Sledges travel as bulky goods.")
    form = await form_of(scene, "Alma Reyes", str(said["bubble"]))
    await submit(scene, "Alma Reyes", form["id"], question="How do sledges travel?")
    told = await in_channel(scene, "In the knowledge base as FAQ How do sledges travel.md")
    assert told.only_for == "Alma Reyes"
    await scene.branch.books.knowledge.remove("FAQ How do sledges travel.md")
