"""What could not be delivered is kept, listed, and can be tried again."""

import pytest

from commands.outbox import tried_again
from domain.errors import BadInput
from sandbox.stand import until
from tests.e2e.demo_case import QUESTION, Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_an_answer_that_could_not_be_delivered_is_listed_and_can_be_tried_again(
    scene: Scene, platform: str
) -> None:
    customer = scene.customer() if platform == "discord" else scene.telegram_customer()
    shut, opened = ("close", "open") if platform == "discord" else ("block", "unblock")
    await customer.say("Hello")
    await customer.sees("help you")
    await customer.say(QUESTION)
    await customer.act(shut)
    outbox = scene.branch.stores.outbox

    async def letters() -> list[str]:
        return [one.row.key for one in await outbox.dead_letters() if one.row.to.channel == customer.channel]

    (key,) = await until(letters)
    await customer.act(opened)
    with pytest.raises(BadInput):
        await tried_again(scene.branch, await outbox.dead_letters(), ["no such key"])
    assert await tried_again(scene.branch, await outbox.dead_letters(), [key[:12]]) == [key]
    await customer.sees("[1]")
    await scene.settled()
    assert await letters() == []
