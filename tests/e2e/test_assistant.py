"""Agents ask the assistant in direct messages with the app, and in its pane."""

import pytest

from desk.assistant import PROMPTS
from sandbox.slack_state import Post
from sandbox.stand import until
from tests.e2e.demo_case import QUESTION, Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def asked(scene: Scene, room: str, question: str, **more: str) -> str:
    done = await scene.stands.slack.act(room, "Chloe", "say", text=question, **more)
    return str(done["bubble"])


async def replies(scene: Scene, room: str, thread: str, count: int) -> list[Post]:
    """What the app has said in a thread, once it has said so much."""

    def said() -> list[Post]:
        found = scene.stands.slack.workspace.thread(room, thread)
        return [post for post in found if post.bot and post.ts != thread]

    await until(lambda: len(said()) >= count)
    return said()


async def test_a_direct_message_is_answered_in_its_thread_with_sources(scene: Scene) -> None:
    stamp = await asked(scene, "D0CHLOE", QUESTION)
    (answer,) = await replies(scene, "D0CHLOE", stamp, 1)
    assert "[1]" in answer.text
    assert scene.stands.slack.workspace.talks["D0CHLOE", stamp].statuses[0]
    assert not await scene.rows("conversations", {"address.channel": "D0CHLOE"})


async def test_a_further_question_in_the_thread_is_understood_and_answered(scene: Scene) -> None:
    stamp = await asked(scene, "D0CHLOE", QUESTION)
    await replies(scene, "D0CHLOE", stamp, 1)
    await asked(scene, "D0CHLOE", "And to zone 4?", thread=stamp)
    _, further = await replies(scene, "D0CHLOE", stamp, 2)
    assert "zone 4" in further.text.lower()


async def test_the_pane_suggests_questions_and_is_named_after_the_first(scene: Scene) -> None:
    slack = scene.stands.slack
    opened = await slack.act("D0CHLOE", "Chloe", "open_assistant")
    talk = slack.workspace.talks["D0CHLOE", opened["bubble"]]
    await until(lambda: talk.prompts)
    assert [(one["title"], one["message"]) for one in talk.prompts] == list(PROMPTS)
    await asked(scene, "D0CHLOE", QUESTION, thread=str(opened["bubble"]))
    await replies(scene, "D0CHLOE", str(opened["bubble"]), 1)
    await until(lambda: talk.title == QUESTION)
    assert talk.statuses


async def test_people_who_talk_in_a_thread_of_the_channel_are_left_alone(scene: Scene) -> None:
    slack = scene.stands.slack
    stamp = await asked(scene, slack.channel, "Lunch?")
    await asked(scene, slack.channel, "Yes!", thread=stamp)
    await scene.settled()
    assert not [post for post in slack.workspace.thread(slack.channel, stamp) if post.bot]
