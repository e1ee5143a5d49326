"""Commands, buttons and forms on Discord, with discord.py against the stand-in."""

import asyncio
from dataclasses import replace

import pytest

from bots.discord import interact
from bots.discord.commands import Command, Option, default_commands
from desk.ports import Field, Form
from domain.content import Button, Buttons, Content, paragraph, text
from domain.errors import Unavailable, Unreachable
from domain.inbound import ButtonPressed, CommandReceived, FormSubmitted, MessageReceived
from sandbox.stand import until
from tests.contract.discord_case import BOT, CUSTOMER, discord_case, discord_stand

RATE = Content(
    (paragraph("How did we do?"), Buttons(tuple(Button("rate", str(n), f"r7-{n}") for n in range(1, 6))))
)
NOTE = Form(
    name="comment",
    title="Your comment",
    submit="Send",
    fields=(
        Field(name="words", label="What could be better?", kind="long_text"),
        Field(name="mood", label="Mood", kind="select", options=(("good", "Good"), ("bad", "Bad"))),
        Field(name="proof", label="A picture", kind="file", required=False),
    ),
)


@pytest.fixture
async def case():
    async with discord_case() as running:
        yield running
        assert running.faults() == []


def callbacks(case):
    return [one for one in case.stand.requests if one.path.endswith("/callback")]


async def test_the_commands_are_offered(case):
    pane = next(pane for pane in case.stand.panes() if pane.id == f"dm:{CUSTOMER}")
    names = [name for name, _ in pane.commands]
    assert names == [f"/{command.name}" for command in default_commands()]
    german = case.stand.world.commands[""][1]["description_localizations"]["de"]
    assert german == "Mit einem Menschen sprechen"


async def test_a_question_by_command_is_answered_where_it_was_asked(case):
    await case.act("command", name="ask", text="What does express cost?")
    event = await case.event(CommandReceived)
    assert (event.name, event.text) == ("ask", "What does express cost?")
    assert event.options == {"text": "What does express cost?"}
    assert event.source.startswith(f"discord:{BOT}:")
    assert event.address.channel == case.address.channel
    assert event.actor.language == "en-US"
    await until(lambda: case.bubbles() and case.bubbles()[-1].typing)
    ref = await case.channel.send(event.address, text("12 €"), key="k1")
    await case.channel.send(event.address, text("Anything else?"), key="k2")
    assert case.theirs() == ["12 €", "Anything else?"]
    assert not case.bubbles()[0].typing
    await case.channel.edit(ref, text("13 €"))
    assert case.theirs()[0] == "13 €"
    await case.channel.delete(ref)
    assert case.theirs() == ["Anything else?"]


async def test_a_command_is_acknowledged_only_after_it_was_stored(case):
    stored, release = asyncio.Event(), asyncio.Event()
    accept = case.accept

    async def slow(event):
        stored.set()
        await release.wait()
        await accept(event)

    await case.stop()
    case.accept = slow
    await case.start()
    await case.act("command", name="human")
    await stored.wait()
    assert callbacks(case) == []
    release.set()
    await until(lambda: callbacks(case))
    assert callbacks(case)[0].body["type"] == 5
    assert [event.name for event in case.accepted] == ["human"]


async def test_a_command_that_could_not_be_stored_is_not_acknowledged(case, monkeypatch):
    monkeypatch.setattr(interact, "ANSWER_SECONDS", 0.05)
    refused = []

    def refuse(event):
        if isinstance(event, CommandReceived):
            refused.append(event)
            raise Unavailable

    case.before_accept = refuse
    await case.act("command", name="human")
    await until(lambda: refused)
    await case.say("Hello?")
    await case.event(MessageReceived)
    assert callbacks(case) == []
    assert len(case.accepted) == 1


async def test_thinking_ends_when_the_answer_comes_as_an_ordinary_message(case):
    await case.act("command", name="human")
    await case.event(CommandReceived)
    await until(lambda: case.bubbles() and case.bubbles()[-1].typing)
    await case.channel.send(case.address, text("Maya will answer you."), key="k1")
    assert case.theirs() == ["Maya will answer you."]
    assert [bubble.text for bubble in case.bubbles() if bubble.typing and not bubble.deleted] == []


async def test_the_answer_comes_after_a_restart(case):
    await case.act("command", name="ask", text="What does express cost?")
    event = await case.event(CommandReceived)
    await until(lambda: callbacks(case))
    await case.stop()
    await case.start()
    await case.channel.send(event.address, text("12 €"), key="k1")
    assert case.theirs() == ["12 €"]
    assert not case.bubbles()[0].typing


async def test_a_lost_answer_is_not_shown_twice(case):
    await case.act("command", name="ask", text="What does express cost?")
    event = await case.event(CommandReceived)
    await until(lambda: callbacks(case))
    case.stand.fail_next(0, path="/webhooks/", method="POST", after=True)
    with pytest.raises(Unavailable):
        await case.channel.send(event.address, text("12 €"), key="k1")
    await case.channel.send(event.address, text("12 €"), key="k1", again=True)
    assert case.theirs() == ["12 €"]


async def test_an_answer_after_fifteen_minutes_comes_as_a_direct_message(case):
    await case.act("command", name="ask", text="What does express cost?")
    event = await case.event(CommandReceived)
    await until(lambda: callbacks(case))
    case.stand.expire_interactions()
    ref = await case.channel.send(event.address, text("12 €"), key="k1")
    await case.channel.edit(ref, text("13 €"))
    assert case.theirs() == ["", "13 €"]
    await case.block()
    with pytest.raises(Unreachable):
        await case.channel.send(event.address, text("12 €"), key="k2")


async def test_a_choice_is_an_option(case):
    await case.act("command", name="/language", text="de")
    event = await case.event(CommandReceived)
    assert (event.name, event.text, event.options) == ("language", "de", {"choice": "de"})


async def test_an_admins_upload_is_answered_for_their_eyes_only(case):
    await case.act("command", name="/upload", pane="#general", person="Ada", files=[("a.pdf", b"%PDF")])
    event = await case.event(CommandReceived)
    assert [await case.channel.fetch(one) for one in event.attachments] == [b"%PDF"]
    assert event.address.channel == case.stand.dm("Ada").id
    await until(lambda: callbacks(case))
    await case.channel.send(event.address, text("Reading it …"), key="k1")
    ref = await case.channel.send(event.address, text("Done: 3 pages"), key="k2")
    assert [bubble.only_for for bubble in case.bubbles("#general")] == ["Ada", "Ada"]
    await case.channel.edit(ref, text("Done: 4 pages"))
    assert case.theirs("#general") == ["Reading it …", "Done: 4 pages"]
    await case.channel.delete(ref)
    assert case.theirs("#general") == ["Reading it …"]


async def test_an_admins_answer_stays_private_after_a_restart(case):
    await case.act("command", name="report", text="csat 7d", pane="#general", person="Ada")
    event = await case.event(CommandReceived)
    assert (event.options, event.text) == ({"kind": "csat", "period": "7d"}, "")
    await until(lambda: callbacks(case))
    await case.stop()
    await case.start()
    for number in range(2):
        await case.channel.send(event.address, text(f"Part {number}"), key=f"k{number}")
    assert [bubble.only_for for bubble in case.bubbles("#general")] == ["Ada", "Ada"]


async def test_a_report_that_is_shared_is_seen_by_everybody_where_it_was_asked_for(case):
    await case.act("command", name="report", pane="#general", person="Ada", kind="csat", share="yes")
    event = await case.event(CommandReceived)
    assert event.options == {"kind": "csat", "share": "yes"}
    await until(lambda: callbacks(case))
    await case.channel.send(event.address, text("Good"), key="k1")
    assert case.theirs("#general") == ["Good"]
    assert [bubble.only_for for bubble in case.bubbles("#general")] == [""]


async def test_an_argument_alone_is_known_by_its_name(case):
    await case.act("command", name="report", period="30d")
    event = await case.event(CommandReceived)
    assert (event.options, event.text) == ({"period": "30d"}, "")


async def test_what_is_for_one_person_goes_to_their_direct_messages(case):
    person = case.stand.world.person(CUSTOMER).id
    await case.channel.send(replace(case.address, private_to=person), text("Psst"), key="k1")
    assert case.theirs() == ["Psst"]
    assert not [one for one in case.stand.requests if "/webhooks/" in one.path]


async def test_a_guild_has_its_admins_commands_and_other_guilds_are_ignored():
    async with discord_stand() as case:
        await case.start(guild=case.stand.world.guild)
        here = [one["name"] for one in case.stand.world.commands[case.stand.world.guild]]
        everywhere = [one["name"] for one in case.stand.world.commands[""]]
        assert here == ["kb", "upload", "report"]
        assert not set(here) & set(everywhere)
        known, case.stand.world.guild = case.stand.world.guild, "42"
        await case.act("command", name="human", pane="#general")
        case.stand.world.guild = known
        await case.act("command", name="status", pane="#general")
        assert (await case.event(CommandReceived)).name == "status"


async def test_a_server_that_the_bot_is_not_in_does_not_keep_customers_from_writing():
    async with discord_stand() as case:
        case.stand.fail_next(403, path="/guilds/42/commands", code=50001)
        await case.start(guild="42")
        await case.say("Hello")
        await case.event(MessageReceived)


@pytest.mark.trap(13)
async def test_buttons_work_after_a_restart(case):
    ref = await case.channel.send(case.address, RATE, key="k1")
    await case.stop()
    await case.start()
    await case.press(ref.id, "4")
    event = await case.event(ButtonPressed)
    assert (event.action, event.value, event.ref) == ("rate", "r7-4", ref)
    assert event.address == case.address
    await until(lambda: callbacks(case))
    assert callbacks(case)[0].body == {"type": 6}
    await case.channel.edit(event.ref, text("Thank you!"))
    assert case.theirs() == ["Thank you!"]


@pytest.mark.trap(6)
async def test_two_presses_are_two_events_of_the_same_button(case):
    ref = await case.channel.send(case.address, RATE, key="k1")
    await case.press(ref.id, "4")
    await case.press(ref.id, "4")
    first, second = await case.event(ButtonPressed), await case.event(ButtonPressed, 2)
    assert (first.action, first.value, first.ref) == (second.action, second.value, second.ref)
    assert first.source != second.source
    await case.redeliver()
    await case.say("Done")
    await case.event(MessageReceived)
    assert len(case.accepted) == 3


async def test_a_button_of_a_private_message_is_answered_privately(case):
    await case.act("command", name="report", text="csat 7d", pane="#general", person="Ada")
    command = await case.event(CommandReceived)
    await until(lambda: callbacks(case))
    ref = await case.channel.send(command.address, RATE, key="k1")
    await case.act("press", pane="#general", person="Ada", bubble=ref.id, button="5")
    event = await case.event(ButtonPressed)
    assert event.address.private_to
    await until(lambda: len(callbacks(case)) == 2)
    await case.channel.edit(event.ref, text("Thank you!"))
    await case.channel.send(event.address, text("Noted."), key="k2")
    assert [(bubble.text, bubble.only_for) for bubble in case.bubbles("#general")] == [
        ("Thank you!", "Ada"),
        ("Noted.", "Ada"),
    ]


async def test_a_press_opens_a_form_and_the_form_comes_back():
    async with discord_case(forms={"button:comment": NOTE}) as case:
        ref = await case.channel.send(
            case.address,
            Content((paragraph("Thanks"), Buttons((Button("comment", "Comment", "r7"),)))),
            key="k1",
        )
        await case.press(ref.id, "Comment")
        pane = await until(lambda: next((pane for pane in case.stand.panes() if pane.forms), None))
        sheet = pane.forms[0]
        assert [blank.kind for blank in sheet.blanks] == ["long_text", "select", "file"]
        await case.act(
            "submit", form=sheet.id, fields={"words": "Faster!", "mood": "good"}, files=[("a.png", b"png")]
        )
        event = await case.event(FormSubmitted)
        assert (event.form, event.value) == ("comment", "r7")
        assert event.fields == {"words": "Faster!", "mood": "good"}
        assert [await case.channel.fetch(one) for one in event.attachments] == [b"png"]
        assert event.address == case.address
        await until(lambda: len(callbacks(case)) == 2)
        assert [one.body["type"] for one in callbacks(case)] == [9, 6]
        assert len(case.accepted) == 1
        assert case.faults() == []


async def test_a_bare_command_opens_a_form_and_one_with_arguments_does_not():
    code = Option(name="code", description="A code", required=False)
    link = Command(name="link", description="Join accounts", options=(code,))
    async with discord_case(forms={"command:link": NOTE}, commands=(link,)) as case:
        await case.act("command", name="link")
        await until(lambda: any(pane.forms for pane in case.stand.panes()))
        await case.act("submit", fields={"words": "x", "mood": "bad"})
        event = await case.event(FormSubmitted)
        await until(lambda: len(callbacks(case)) == 2)
        await case.channel.send(event.address, text("Thank you"), key="k1")
        assert case.theirs() == ["Thank you"]
        await case.act("command", name="link", text="123456")
        assert (await case.event(CommandReceived)).text == "123456"
        assert case.faults() == []


async def test_an_answer_that_is_ready_before_the_command_is_acknowledged_still_comes_through_it(case):
    answers = []

    def at_once(event):
        answers.append(asyncio.create_task(case.channel.send(event.address, text("quick"), key="k1")))

    case.before_accept = at_once
    await case.act("command", name="status")
    await case.event(CommandReceived)
    await answers[0]
    asked = [one.path for one in case.stand.requests if "/callback" in one.path or "/webhooks/" in one.path]
    assert asked[0].endswith("/callback")
    assert len(asked) == 2
    assert case.bubbles()[-1].text == "quick"
