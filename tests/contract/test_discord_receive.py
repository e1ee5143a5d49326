"""What comes in from Discord: messages, edits, deletions, files, across drops and restarts."""

import asyncio

import pytest

from domain.content import Paragraph, text
from domain.errors import BadInput, Misconfigured, Unavailable
from domain.ids import MessageRef
from domain.inbound import MessageDeleted, MessageEdited, MessageReceived
from sandbox.stand import until
from tests.contract.discord_case import BOT, CUSTOMER, discord_case, discord_stand


@pytest.fixture
async def case():
    async with discord_case() as running:
        yield running
        assert running.faults() == []


def texts(case):
    return [event.text for event in case.accepted if isinstance(event, MessageReceived)]


async def test_a_direct_message_comes_in(case):
    said = await case.say("Where is my *parcel*?")
    event = await case.event(MessageReceived)
    assert event.source == f"discord:{BOT}:{said}"
    assert event.ref == MessageRef(address=case.address, id=said)
    assert event.text == "Where is my parcel?"
    assert isinstance(event.content.blocks[0], Paragraph)
    assert event.actor.name == CUSTOMER
    assert event.actor.identity.user == case.stand.world.person(CUSTOMER).id


@pytest.mark.trap(16)
async def test_our_own_messages_are_not_taken_for_a_customers(case):
    await case.say("Hello")
    await case.channel.send(case.address, text("Hello"), key="k1")
    ref = await case.channel.send(case.address, text("Hello"), key="k2")
    await case.channel.edit(ref, text("Hello, you"))
    await case.channel.delete(ref)
    await case.say("Hello")
    await case.event(MessageReceived, 2)
    assert len(case.accepted) == 2


async def test_a_burst_keeps_its_order(case):
    for number in range(20):
        await case.say(str(number))
    await case.event(MessageReceived, 20)
    assert texts(case) == [str(number) for number in range(20)]


@pytest.mark.trap(20)
async def test_an_edit_and_a_deletion_come_in(case):
    said = await case.say("Where is my parcle?")
    await case.act("edit", bubble=said, text="Where is my parcel?")
    edited = await case.event(MessageEdited)
    assert (edited.ref.id, edited.text) == (said, "Where is my parcel?")
    assert edited.source.startswith(f"discord:{BOT}:{said}:2")
    await case.act("delete", bubble=said)
    deleted = await case.event(MessageDeleted)
    assert deleted.ref == MessageRef(address=case.address, id=said)
    assert deleted.actor.identity == edited.actor.identity


async def test_who_deleted_is_known_after_a_restart(case):
    said = await case.say("Hello")
    await case.event(MessageReceived)
    await case.stop()
    await case.start()
    await case.act("delete", bubble=said)
    deleted = await case.event(MessageDeleted)
    assert deleted.actor.name == CUSTOMER


async def test_two_edits_are_two_events(case):
    said = await case.say("one")
    await case.act("edit", bubble=said, text="two")
    await case.act("edit", bubble=said, text="three")
    await case.event(MessageEdited, 2)
    assert len({event.source for event in case.accepted}) == 3


async def test_a_quoted_message_is_known(case):
    ref = await case.channel.send(case.address, text("Which one?"), key="k1")
    await case.say("The second", reply=ref.id)
    event = await case.event(MessageReceived)
    assert event.reply_to == ref


@pytest.mark.trap(17)
@pytest.mark.trap(19)
async def test_files_and_their_words_are_one_message(case):
    files = [("broken.png", b"\x89PNG1"), ("invoice.pdf", b"%PDF")]
    await case.say("Look at this", files=files)
    event = await case.event(MessageReceived)
    assert event.text == "Look at this"
    assert [(one.name, one.kind, one.mime, one.size) for one in event.attachments] == [
        ("broken.png", "image", "image/png", 5),
        ("invoice.pdf", "file", "application/pdf", 4),
    ]
    assert [await case.channel.fetch(one) for one in event.attachments] == [b"\x89PNG1", b"%PDF"]


async def test_a_file_whose_address_expired_is_found_again(case):
    await case.say("Look", files=[("a.png", b"picture")])
    attachment = (await case.event(MessageReceived)).attachments[0]
    channel = case.stand.dm(CUSTOMER)
    wire = next(iter(channel.messages.values()))["attachments"][0]
    key = next(iter(case.stand.world.files))
    case.stand.world.files["new/a.png"] = case.stand.world.files.pop(key)
    wire["url"] = case.stand.world.origin + "/attachments/new/a.png"
    assert await case.channel.fetch(attachment) == b"picture"
    case.stand.world.files.clear()
    with pytest.raises(BadInput):
        await case.channel.fetch(attachment)


async def test_a_file_over_the_limit_is_not_fetched():
    async with discord_case(max_file_bytes=10) as case:
        await case.say("Look", files=[("a.bin", bytes(11))])
        attachment = (await case.event(MessageReceived)).attachments[0]
        with pytest.raises(BadInput):
            await case.channel.fetch(attachment)


async def test_a_message_delivered_twice_has_the_same_source(case):
    await case.say("Hello")
    await case.event(MessageReceived)
    await case.redeliver()
    await case.say("Bye")
    await case.event(MessageReceived, 2)
    assert texts(case) == ["Hello", "Bye"]


async def test_what_was_said_while_the_connection_was_cut_is_replayed(case):
    await case.say("before")
    await case.event(MessageReceived)
    await case.stand.drop()
    await case.say("meanwhile")
    await case.event(MessageReceived, 2)
    assert texts(case) == ["before", "meanwhile"]
    assert (case.stand.gateway.resumed, case.stand.gateway.identified) == (1, 1)


@pytest.mark.parametrize(
    "event", ["MESSAGE_CREATE", "MESSAGE_UPDATE", "INTERACTION_CREATE", "CHANNEL_CREATE"]
)
async def test_an_event_that_can_not_be_read_holds_up_no_other(case, event):
    await case.stand.gateway.dispatch(event, {"id": "1", "half": "an event"}, intent=0)
    await case.stand.gateway.dispatch("SOMETHING_NEW", {"id": "2"}, intent=0)
    await case.say("Hello")
    assert (await case.event(MessageReceived)).text == "Hello"
    assert case.stand.gateway.identified == 1


async def test_discord_asks_to_reconnect(case):
    await case.stand.gateway.ask_reconnect()
    await until(lambda: case.stand.gateway.resumed)
    await case.say("Hello")
    await case.event(MessageReceived)


async def test_a_session_that_can_not_be_resumed_starts_anew_and_misses_nothing(case):
    await case.say("before")
    await case.event(MessageReceived)
    await case.stand.gateway.invalidate()
    await case.say("meanwhile")
    await case.event(MessageReceived, 2)
    assert texts(case) == ["before", "meanwhile"]
    assert case.stand.gateway.identified == 2


async def test_what_was_said_while_the_bot_was_down_is_answered_once(case):
    await case.say("before")
    await case.event(MessageReceived)
    await case.channel.send(case.address, text("An answer"), key="k1")
    await case.stop()
    for number in range(120):
        await case.say(f"missed {number}")
    await case.start()
    await case.say("after")
    await case.event(MessageReceived, 122)
    assert texts(case) == ["before", *(f"missed {number}" for number in range(120)), "after"]
    await case.stop()
    await case.start()
    await case.say("later")
    await case.event(MessageReceived, 123)
    assert texts(case)[-2:] == ["after", "later"]


@pytest.mark.trap(20)
async def test_what_was_edited_while_the_bot_was_down_is_told_once(case):
    first = await case.say("I live at 12 Elm Street")
    await case.say("my name is Dana")
    await case.event(MessageReceived, 2)
    await case.stop()
    await case.act("edit", bubble=first, text="I live at 21 Elm Street")
    await case.start()
    edited = await case.event(MessageEdited)
    assert (edited.ref.id, edited.text) == (first, "I live at 21 Elm Street")
    await case.start()
    await case.say("later")
    await case.event(MessageReceived, 3)
    assert len([event for event in case.accepted if isinstance(event, MessageEdited)]) == 1


async def test_a_store_that_is_down_for_a_moment_loses_nothing(case):
    failures = iter([True, True])

    def refuse(event):
        if event.text == "one" and next(failures, False):
            raise Unavailable

    case.before_accept = refuse
    await case.say("one")
    await case.say("two")
    await case.event(MessageReceived, 2)
    assert texts(case) == ["one", "two"]


async def test_what_was_not_stored_at_the_end_is_read_after_the_restart(case):
    await case.say("one")
    await case.event(MessageReceived)
    tried = asyncio.Event()

    def refuse(event):
        tried.set()
        raise Unavailable

    case.before_accept = refuse
    await case.say("two")
    await tried.wait()
    await case.stop()
    case.before_accept = lambda event: None
    await case.start()
    await case.event(MessageReceived, 2)
    assert texts(case) == ["one", "two"]


async def test_a_stop_lets_what_is_in_hand_be_stored():
    async with discord_case() as case:
        started, release = asyncio.Event(), asyncio.Event()
        accept = case.accept

        async def slow(event):
            started.set()
            await release.wait()
            await accept(event)

        case.channel = case.make()
        await case.stop()
        channel = case.channel = case.make()
        case.task = asyncio.create_task(channel.run(slow))
        await until(lambda: case.stand.gateway.connected)
        await case.say("Hello")
        await started.wait()
        stopping = asyncio.create_task(case.stop())
        await until(lambda: not case.stand.gateway.connected)
        release.set()
        await stopping
        assert texts(case) == ["Hello"]


async def test_a_servers_other_talk_is_none_of_our_business(case):
    await case.act("say", pane="#general", text="Nice weather")
    await case.say("Hello")
    await case.event(MessageReceived)
    assert texts(case) == ["Hello"]


async def test_a_message_in_the_support_channel_opens_a_private_thread():
    async with discord_stand() as case:
        support = case.stand.world.text_channel("support").id
        await case.start(support_channel=support)
        await case.act("say", pane="#support", text="My parcel is lost")
        event = await case.event(MessageReceived)
        thread = case.stand.world.channels[event.address.channel]
        assert (thread.parent, thread.name) == (support, "Dana: My parcel is lost")
        assert case.stand.world.person(CUSTOMER).id in thread.members
        await case.channel.send(event.address, text("Let me see"), key="k1")
        assert case.theirs(thread.id) == ["Let me see"]
        await case.act("say", pane="#support", thread=thread.id, text="Thanks")
        follow = await case.event(MessageReceived, 2)
        assert (follow.text, follow.address) == ("Thanks", event.address)
        await case.redeliver()
        assert case.faults() == []


async def test_where_threads_are_not_allowed_the_answer_comes_by_direct_message():
    async with discord_stand() as case:
        support = case.stand.world.text_channel("support").id
        await case.start(support_channel=support)
        case.stand.fail_next(403, path="/threads", code=50013)
        await case.act("say", pane="#support", text="My parcel is lost")
        assert (await case.event(MessageReceived)).address == case.address


@pytest.mark.trap(14)
async def test_sixty_customers_need_no_channel_of_their_own():
    async with discord_stand() as case:
        support = case.stand.world.text_channel("support").id
        await case.start(support_channel=support)
        for number in range(60):
            await case.act("say", person=f"Customer {number}", text="Hello")
            await case.act("say", pane="#support", person=f"Customer {number}", text="Hello")
        await case.event(MessageReceived, 120)
        assert len({event.address for event in case.accepted}) == 120
        posted = {one.path for one in case.stand.requests if one.method == "POST"}
        assert posted == {f"/channels/{support}/threads"}
        assert [one.kind for one in case.stand.world.channels.values()].count(0) == 1


async def test_a_thread_is_caught_up_with_too():
    async with discord_stand() as case:
        support = case.stand.world.text_channel("support").id
        await case.start(support_channel=support)
        await case.act("say", pane="#support", text="one")
        thread = (await case.event(MessageReceived)).address.channel
        await case.act("say", pane="#support", thread=thread, text="two")
        await case.event(MessageReceived, 2)
        await case.stop()
        await case.act("say", pane="#support", thread=thread, text="three")
        await case.start(support_channel=support)
        event = await case.event(MessageReceived, 3)
        assert (event.text, event.address.channel) == ("three", thread)


async def test_a_wrong_token_says_what_to_do():
    async with discord_stand() as case:
        with pytest.raises(Misconfigured, match="token"):
            await case.start(token="wrong")
        with pytest.raises(Misconfigured, match="token"):
            await case.make(token="wrong").check()


async def test_a_token_that_is_withdrawn_while_connected_says_what_to_do(case):
    case.stand.gateway.token = case.stand.api._token = "another"
    await case.stand.drop()
    with pytest.raises(Misconfigured, match="token"):
        await case.task


async def test_a_missing_intent_says_what_to_switch_on():
    async with discord_stand() as case:
        support = case.stand.world.text_channel("support").id
        case.stand.allow(privileged=False)
        with pytest.raises(Misconfigured, match="Message Content Intent"):
            await case.start(support_channel=support)
        with pytest.raises(Misconfigured, match="Message Content Intent"):
            await case.make(support_channel=support).check()


async def test_direct_messages_need_no_privileged_intent():
    async with discord_stand() as case:
        case.stand.allow(privileged=False)
        await case.start()
        await case.say("Hello")
        assert (await case.event(MessageReceived)).text == "Hello"


async def test_discord_being_down_is_worth_another_try():
    async with discord_stand() as case:
        case.stand.fail_next(503, path="/users/@me")
        with pytest.raises(Unavailable):
            await case.start()
        await case.start()


async def test_doctor_says_where_the_bot_is(case):
    assert await case.channel.check() == "Deskmate is connected and in 1 server"


async def test_doctor_misses_a_server_and_permissions():
    async with discord_stand() as case:
        with pytest.raises(Misconfigured, match="server 42"):
            await case.make(guild="42").check()
        support = case.stand.world.text_channel("support").id
        case.stand.rest.flags = 1 << 18
        case.stand.rest.permissions = 1 << 10
        channel = case.channel = case.make(support_channel=support)
        with pytest.raises(Misconfigured, match="Create Private Threads"):
            await channel.check()
        case.stand.rest.permissions = 1 << 3
        assert "1 server" in await channel.check()
