"""A company's forum in Telegram: each topic is a conversation, and it is seen whose question is answered."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from sandbox.stand import Bubble, until
from sandbox.telegram_world import Chat
from settings import Settings
from tests.e2e.demo_case import GUESTS, QUESTION, Customer, Scene, capacities, seen, with_companies

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOPICS = (12, 13, 14)


@dataclass(slots=True, kw_only=True)
class Forum(Scene):
    """The product with one group for customers."""

    chat: Chat | None = field(default=None)

    def __post_init__(self) -> None:
        self.adapt = self.with_group

    def with_group(self, settings: Settings) -> Settings:
        telegram = self.stands.telegram
        if self.chat is None:
            self.chat = telegram.world.chats[telegram.group("Help", GUESTS[:3], forum=True)]
            self.chat.topics |= {topic: f"Topic {topic}" for topic in TOPICS}
        (company,) = capacities(500)(settings).companies
        bot = company.telegram[0].model_copy(update={"groups": (str(self.chat.id),)})
        return with_companies(settings, company.model_copy(update={"telegram": (bot,)}))

    def member(self, number: int) -> Customer:
        assert self.chat
        return Customer(
            scene=self,
            stand=self.stands.telegram,
            pane=self.chat.pane,
            name=GUESTS[number],
            channel=str(self.chat.id),
        )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def forum(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Forum]:
    running = Forum(folder=tmp_path_factory.mktemp("forum"), mongo_uri=mongo_uri)
    await running.start()
    yield running
    await running.stop()


def post(forum: Forum, bubble: Bubble) -> dict[str, object]:
    assert forum.chat
    return dict(forum.chat.posts[int(bubble.id)].data)


async def test_a_question_in_a_topic_is_quoted_by_its_answer_there(forum: Forum) -> None:
    member = forum.member(0)
    asked = await member.act("say", text=QUESTION, thread="12")
    answer = await member.sees("[1]")
    told = post(forum, answer)
    assert told["message_thread_id"] == 12
    quoted = told["reply_to_message"]
    assert isinstance(quoted, dict)
    assert str(quoted["message_id"]) == asked


async def test_two_topics_are_two_conversations(forum: Forum) -> None:
    before = len(await forum.member(0).conversations())
    for number, topic in ((0, "12"), (1, "13")):
        await forum.member(number).act("say", text=QUESTION, thread=topic)
    await until(lambda: len([w for w in forum.member(0).received if "[1]" in w]) >= 3)
    lanes = {row["lane"] for row in await forum.member(0).conversations()}
    assert len(lanes) == 2 >= before


async def test_an_agent_answers_in_the_topic(forum: Forum) -> None:
    member = forum.member(2)
    await member.act("say", text="I want to talk to a person", thread="14")
    await member.card("least busy")
    await member.agent_presses(forum.agents[0], "Claim")
    await member.agent_writes(forum.agents[0], "Hello from the team")
    shown = await until(lambda: seen(member.bubbles, has="Hello from the team"))
    assert post(forum, shown)["message_thread_id"] == 14


async def test_no_code_is_told_in_a_group(forum: Forum) -> None:
    member = forum.member(0)
    await member.act("say", text="/link", thread="12")
    await member.sees("in a private chat")


async def test_another_members_language_is_their_own(forum: Forum) -> None:
    """Whoever joins in a topic doesn't take over the customer who began it."""
    await forum.member(0).act("say", text=QUESTION, thread="12")
    await forum.member(1).act("say", text="And to zone 1?", thread="12")
    await forum.settled()
    names = {row["name"] for row in await forum.rows("customers", {})}
    assert {GUESTS[0], GUESTS[1]} <= names
