"""What Discord's gateway sends (tests/payloads/discord), through discord.py, as our events."""

import json
from datetime import UTC, datetime
from pathlib import Path

import discord
import pytest

from bots.discord import markdown
from bots.discord.interact import asked_form
from bots.discord.parse import Parser, unhandle
from domain.content import Bullets, Code, Heading, Item, Paragraph, Quote, Span, Style
from domain.ids import Address, BotId, Identity, MessageRef, Platform
from domain.inbound import ButtonPressed, CommandReceived, FormSubmitted

PAYLOADS = Path(__file__).parents[1] / "payloads" / "discord"
PARSER = Parser(bot=BotId("discord-eu"))
HOME = "1260000000000000001"
ADDRESS = Address(platform=Platform.DISCORD, bot=BotId("discord-eu"), workspace="discord-eu", channel=HOME)
NELLY = Identity(platform=Platform.DISCORD, workspace="discord-eu", user="80351110224678912")


@pytest.fixture
async def heard():
    """What discord.py makes of a payload."""
    client = discord.Client(intents=discord.Intents.none())

    def hear(name):
        payload = json.loads((PAYLOADS / f"{name}.json").read_text())
        found = []
        client._connection.dispatch = lambda event, *arguments: found.append(arguments)
        client._connection.parsers[payload["t"]](payload["d"])
        return found[-1][0]

    return hear


async def test_a_message(heard):
    event = PARSER.message(heard("message"))
    assert event.source == "discord:discord-eu:1270000000000000001"
    assert event.at == datetime(2024, 8, 5, 12, 46, 35, 458000, tzinfo=UTC)
    assert (event.actor.identity, event.actor.name) == (NELLY, "Nelly P.")
    assert event.address == ADDRESS
    assert event.ref == MessageRef(address=ADDRESS, id="1270000000000000001")
    assert (event.text, event.content, event.attachments, event.reply_to) == (
        "Where is my parcel?",
        None,
        (),
        None,
    )


async def test_formatting_mentions_emoji_and_times(heard):
    event = PARSER.message(heard("message_formatted"))
    assert event.content.blocks == (
        Heading((Span("Help"),)),
        Paragraph(
            (
                Span("My "),
                Span("parcel", Style.BOLD),
                Span(" "),
                Span("P-1", Style.MONO),
                Span(" is at 2023-11-14 22:13 UTC, says @deskmate :sad:"),
            )
        ),
        Bullets((Item((Span("one"),)), Item((Span("two"),), 1))),
        Quote((Span("quoted_text"),)),
        Code("x = 1", "py"),
    )
    assert event.text.startswith(
        "Help\nMy parcel P-1 is at 2023-11-14 22:13 UTC, says @deskmate :sad:\n- one\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one\ntwo",
        "snake_case_name 2 * 3 * 4",
        "https://a.b/c_d_e?f=*g*h **",
        "  lead",
        "#1 <3 \\o/",
        "1) a\n2) b",
        "7. a\n8. b",
    ],
)
def test_ordinary_words_stay_as_they_are(text):
    assert markdown.read(text, names={}) == (text, None)


def test_styles_of_people():
    assert markdown.read("a ~~b~~ __c__ [d](https://e.f)", names={})[1].blocks == (
        Paragraph(
            (
                Span("a "),
                Span("b", Style.STRIKE),
                Span(" "),
                Span("c", Style.BOLD),
                Span(" "),
                Span("d", url="https://e.f"),
            )
        ),
    )


def test_addresses_and_names_keep_their_marks_within_formatting():
    text, content = markdown.read(
        "**see https://a.b/c_d_e** `<@5>` [x](https://a.b/_c_)", names={"@5": "@x_y_z"}
    )
    assert text == "see https://a.b/c_d_e @x_y_z x"
    assert content.blocks[0].spans[0] == Span("see https://a.b/c_d_e", Style.BOLD)
    assert content.blocks[0].spans[-1] == Span("x", url="https://a.b/_c_")


async def test_a_reply_names_what_it_quotes(heard):
    event = PARSER.message(heard("message_reply"))
    assert event.reply_to == MessageRef(address=ADDRESS, id="1269999999999999999")


@pytest.mark.trap(19)
async def test_several_files_are_one_message(heard):
    event = PARSER.message(heard("message_files"))
    assert [(one.name, one.kind, one.mime, one.size) for one in event.attachments] == [
        ("invoice.pdf", "file", "application/pdf", 1234),
        ("crack.jpg", "image", "image/jpeg", 1234),
    ]
    assert unhandle(event.attachments[0].handle)[1:] == (HOME, "1270000000000000001", "1280000000000000001")


async def test_a_voice_message_a_sticker_and_a_forwarded_message(heard):
    assert [one.kind for one in PARSER.message(heard("message_voice")).attachments] == ["voice"]
    assert PARSER.message(heard("message_sticker")).text == "[Wave]"
    forwarded = PARSER.message(heard("message_forwarded"))
    assert (forwarded.text, len(forwarded.attachments)) == ("Your parcel is late.", 1)
    assert forwarded.reply_to is None


@pytest.mark.trap(20)
async def test_an_edit_carries_when_it_was_made(heard):
    event = PARSER.edited(heard("message_edited").message)
    assert event.source == "discord:discord-eu:1270000000000000001:2026-11-24T04:01:00.500000+00:00"
    assert (event.text, event.ref.id) == ("Where is my parcel P-1?", "1270000000000000001")


async def test_a_preview_that_appears_is_no_edit(heard):
    assert PARSER.edited(heard("message_previewed").message) is None


@pytest.mark.trap(20)
async def test_a_deletion_has_a_source_of_its_own(heard):
    payload = heard("message_deleted")
    actor = PARSER.actor(None)
    event = PARSER.deleted(payload.channel_id, payload.message_id, actor=actor, at=datetime.now(UTC))
    assert event.source == "discord:discord-eu:1270000000000000001:deleted"
    assert event.ref == MessageRef(address=ADDRESS, id="1270000000000000001")


def interaction(heard, name, *, hidden=False):
    return PARSER.interaction(heard(name), home=HOME, hidden=hidden)


async def test_a_command(heard):
    event = interaction(heard, "command")
    assert isinstance(event, CommandReceived)
    assert (event.name, event.text) == ("ask", "What does express cost?")
    assert event.options == {"text": "What does express cost?"}
    assert event.source == "discord:discord-eu:1290000000000000001"
    assert (event.address.channel, event.address.private_to) == (HOME, "aW50ZXJhY3Rpb24")
    assert (event.actor.identity, event.actor.language) == (NELLY, "de")


async def test_a_command_with_a_file(heard):
    event = interaction(heard, "command_upload", hidden=True)
    assert (event.text, event.options) == ("", {})
    assert [(one.name, one.mime) for one in event.attachments] == [("invoice.pdf", "application/pdf")]


async def test_what_we_do_not_use_is_left_alone(heard):
    assert interaction(heard, "command_autocomplete") is None


@pytest.mark.trap(13)
async def test_a_press(heard):
    event = interaction(heard, "press")
    assert isinstance(event, ButtonPressed)
    assert (event.action, event.value) == ("rate", "r7-4")
    assert event.address == ADDRESS
    assert event.ref == MessageRef(address=ADDRESS, id="1269999999999999990")


async def test_a_press_on_a_private_message_can_be_answered_privately(heard):
    event = interaction(heard, "press_private", hidden=True)
    assert event.address.private_to == event.ref.address.private_to == "aW50ZXJhY3Rpb24"


async def test_a_form(heard):
    event = interaction(heard, "form")
    assert isinstance(event, FormSubmitted)
    assert (event.form, event.value) == ("comment", "r7")
    assert event.fields == {"words": "Faster!", "mood": "good", "old_style": "x"}
    assert [one.name for one in event.attachments] == ["invoice.pdf"]
    assert event.address == ADDRESS


async def test_which_form_is_asked_for(heard):
    assert asked_form(heard("press")) == ("button:rate", "r7-4")
    assert asked_form(heard("command")) == ("", "")
    assert asked_form(heard("form")) == ("", "")
