"""The stand-in for Slack is as strict as Slack: seen through the unmodified SDK."""

from collections.abc import AsyncIterator
from io import BytesIO

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import APP_TOKEN, BOT_TOKEN, SlackStand
from sandbox.slack_check import block_faults, view_faults
from tests.contract.slack_case import serve

ROOM = "C0SUPPORT"


@pytest.fixture
async def stand() -> AsyncIterator[SlackStand]:
    made = SlackStand()
    runner, url = await serve(made.app())
    made.origin = url
    yield made
    await runner.cleanup()


@pytest.fixture
def client(stand: SlackStand) -> AsyncWebClient:
    return AsyncWebClient(token=BOT_TOKEN, base_url=f"{stand.origin}/api/", retry_handlers=[])


async def refusal(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response.data["error"])


def section(words: str) -> dict:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}}


async def test_a_wrong_token_gets_nowhere(stand: SlackStand) -> None:
    base = f"{stand.origin}/api/"
    assert await refusal(AsyncWebClient(token="xoxb-no", base_url=base).auth_test()) == "invalid_auth"
    assert await refusal(AsyncWebClient(base_url=base).auth_test()) == "not_authed"
    swapped = AsyncWebClient(base_url=base)
    assert await refusal(swapped.apps_connections_open(app_token=BOT_TOKEN)) == "not_allowed_token_type"
    assert await refusal(AsyncWebClient(token=APP_TOKEN, base_url=base).auth_test()) == "invalid_auth"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": ROOM, "text": ""}, "no_text"),
        ({"channel": ROOM, "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "C0NONE", "text": "x"}, "channel_not_found"),
        ({"channel": ROOM, "text": "x", "thread_ts": "1.2"}, "thread_not_found"),
        ({"channel": ROOM, "text": "x", "blocks": [section("x" * 3001)]}, "invalid_blocks"),
        ({"channel": ROOM, "text": "x", "blocks": [section("x")] * 51}, "invalid_blocks"),
        ({"channel": ROOM, "text": "x", "metadata": {"key": "k"}}, "invalid_metadata_format"),
    ],
)
async def test_a_message_that_slack_refuses_is_refused(
    client: AsyncWebClient, stand: SlackStand, arguments: dict, error: str
) -> None:
    assert await refusal(client.api_call("chat.postMessage", json=arguments)) == error
    assert stand.requests[-1].faults[0] == error
    assert not stand.workspace.posts


BUTTON = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "A"}}


@pytest.mark.parametrize(
    "block",
    [
        section(""),
        {"type": "section"},
        {"type": "carousel_of_wishes"},
        {"type": "actions", "elements": []},
        {"type": "actions", "elements": [BUTTON, BUTTON]},
        {"type": "actions", "elements": [BUTTON | {"action_id": str(n)} for n in range(26)]},
        {"type": "actions", "elements": [BUTTON | {"action_id": "x" * 256}]},
        {"type": "actions", "elements": [BUTTON | {"value": "x" * 2001}]},
        {"type": "actions", "elements": [BUTTON | {"text": {"type": "plain_text", "text": "x" * 76}}]},
        {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}},
        {"type": "input", "label": {"type": "plain_text", "text": "L"}, "element": {"type": "file_input"}},
        {"type": "actions", "elements": [BUTTON | {"text": {"type": "mrkdwn", "text": "*A*"}}]},
        {"type": "actions", "elements": [BUTTON | {"colour": "red"}]},
        {"type": "actions", "elements": [BUTTON | {"style": "warning"}]},
        {"type": "actions", "elements": [{"type": "plain_text_input", "action_id": "a"}]},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "colour": "red"},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11},
        {"type": "divider", "block_id": "x" * 256},
        {"type": "image", "image_url": "https://example.com/a.png"},
        "not a block",
    ],
)
def test_blocks_that_slack_refuses_have_faults(block) -> None:
    assert block_faults([block])


def test_blocks_that_slack_takes_have_none() -> None:
    assert block_faults([section("x"), {"type": "divider"}, {"type": "actions", "elements": [BUTTON]}]) == []


@pytest.mark.parametrize(
    "change",
    [
        {"title": {"type": "plain_text", "text": "x" * 25}},
        {"title": None},
        {"private_metadata": "x" * 3001},
        {"callback_id": "x" * 256},
        {"submit": None},
        {"type": "window"},
        {"blocks": [section("x")] * 101},
    ],
)
def test_views_that_slack_refuses_have_faults(change: dict) -> None:
    element = {"type": "plain_text_input", "action_id": "a"}
    label = {"type": "plain_text", "text": "L"}
    good = {
        "type": "modal",
        "title": label,
        "submit": label,
        "blocks": [{"type": "input", "block_id": "b", "label": label, "element": element}],
    }
    assert view_faults(good) == []
    assert view_faults(good | change)


async def test_a_reaction_is_put_on_once(client: AsyncWebClient) -> None:
    sent = await client.chat_postMessage(channel=ROOM, text="x")
    where = {"channel": ROOM, "timestamp": sent["ts"]}
    await client.reactions_add(name="eyes", **where)
    assert await refusal(client.reactions_add(name="eyes", **where)) == "already_reacted"
    await client.reactions_remove(name="eyes", **where)
    assert await refusal(client.reactions_remove(name="eyes", **where)) == "no_reaction"


async def test_only_own_and_present_messages_can_be_changed(
    client: AsyncWebClient, stand: SlackStand
) -> None:
    said = await stand.act(ROOM, "Ben", "say", text="mine")
    assert (
        await refusal(client.chat_update(channel=ROOM, ts=said["bubble"], text="y")) == "cant_update_message"
    )
    assert await refusal(client.chat_delete(channel=ROOM, ts="1.2")) == "message_not_found"


async def test_a_trigger_is_good_once_and_for_three_seconds(
    client: AsyncWebClient, stand: SlackStand
) -> None:
    view = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [section("x")]}
    trigger = stand.workspace.trigger("U0BEN")
    await client.views_open(trigger_id=trigger, view=view)
    assert await refusal(client.views_open(trigger_id=trigger, view=view)) == "invalid_trigger_id"
    late = stand.workspace.trigger("U0BEN")
    until, person = stand.workspace.triggers[late]
    stand.workspace.triggers[late] = (until - 4, person)
    assert await refusal(client.views_open(trigger_id=late, view=view)) == "expired_trigger_id"


async def test_the_sdks_own_upload_works_and_a_wrong_length_does_not(
    client: AsyncWebClient, stand: SlackStand
) -> None:
    await client.files_upload_v2(content=b"abc", filename="a.txt", channel=ROOM, initial_comment="look")
    assert stand.panes()[0].bubbles[-1].files[0][0] == "a.txt"
    place = await client.files_getUploadURLExternal(filename="b.txt", length=3)
    async with (
        aiohttp.ClientSession() as session,
        session.post(place["upload_url"], data=BytesIO(b"four")) as answer,
    ):
        assert answer.status == 400
    files = [{"id": place["file_id"], "title": "b"}]
    assert (
        await refusal(client.files_completeUploadExternal(files=files, channel_id=ROOM)) == "file_not_found"
    )


async def test_a_file_without_the_token_is_slacks_sign_in_page(stand: SlackStand) -> None:
    await stand.act(ROOM, "Ben", "say", text="see", files=[("a.txt", b"secret")])
    (stored,) = stand.workspace.files.values()
    address = f"{stand.origin}/files-pri/T-{stored.id}/download/a.txt"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        assert answer.content_type == "text/html"
        assert b"secret" not in await answer.read()


async def test_history_shows_roots_and_replies_shows_the_thread(client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel=ROOM, text="root")
    for number in range(3):
        await client.chat_postMessage(channel=ROOM, text=f"reply {number}", thread_ts=root["ts"])
    history = await client.conversations_history(channel=ROOM)
    assert [one["text"] for one in history["messages"]] == ["root"]
    first = await client.conversations_replies(channel=ROOM, ts=root["ts"], limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    rest = await client.conversations_replies(channel=ROOM, ts=root["ts"], limit=3, cursor=cursor)
    texts = [one["text"] for one in (*first["messages"], *rest["messages"])]
    assert texts == ["root", "reply 0", "reply 1", "reply 2"]


async def test_a_required_field_can_not_be_left_empty(client: AsyncWebClient, stand: SlackStand) -> None:
    label = {"type": "plain_text", "text": "Note"}
    element = {"type": "plain_text_input", "action_id": "a"}
    view = {
        "type": "modal",
        "callback_id": "c",
        "title": label,
        "submit": label,
        "blocks": [{"type": "input", "block_id": "b", "label": label, "element": element}],
    }
    await client.views_open(trigger_id=stand.workspace.trigger("U0BEN"), view=view)
    with pytest.raises(ValueError, match="Note is missing"):
        await stand.act(ROOM, "Ben", "submit", form="c", fields={})
    (form,) = stand.panes()[0].forms
    assert (form.person, form.title, form.blanks[0].label) == ("Ben Okafor", "Note", "Note")
    await stand.act(ROOM, "Ben", "cancel", form=form.id)
    assert not stand.forms("Ben")
