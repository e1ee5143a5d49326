"""What Telegram sends becomes what the desk understands."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from telegram import Update

from bots.telegram.parse import ALLOWED_UPDATES, Here, parse
from domain.content import Code, Content, Paragraph, Quote, Span, Style
from domain.ids import BotId
from domain.inbound import (
    AddressMoved,
    Attachment,
    Blocked,
    ButtonPressed,
    CommandReceived,
    Event,
    MessageEdited,
    MessageReceived,
)
from sandbox.telegram_schema import load_schema

FOLDER = Path(__file__).parents[1] / "payloads" / "telegram"
GROUPS = frozenset({"-1002200000001", "-4100000001"})
HERE = Here(bot=BotId("telegram"), username="deskmate_bot", groups=GROUPS)
NOW = datetime(2026, 11, 24, tzinfo=UTC)
SENT = datetime.fromtimestamp(1795490000, UTC)
EDITED = datetime.fromtimestamp(1795490060, UTC)
UPDATES = sorted(path.stem for path in FOLDER.glob("*.json"))
MAP = "https://www.openstreetmap.org/?mlat=52.52001&mlon=13.40495#map=17/52.52001/13.40495"


def read(name: str, here: Here = HERE) -> Event | None:
    update = Update.de_json(json.loads((FOLDER / f"{name}.json").read_text("utf-8")), None)
    return parse(update, here=here, now=NOW)


@pytest.mark.parametrize("name", [name for name in UPDATES if name != "unknown_kind"])
def test_payloads_are_what_the_official_description_says(name: str) -> None:
    schema = load_schema()
    if schema is None:
        pytest.skip("the official description of the Bot API is not beside the repository")
    assert schema.type_faults("Update", json.loads((FOLDER / f"{name}.json").read_text("utf-8"))) == ()


def test_a_message_keeps_who_where_and_when() -> None:
    event = read("text")
    assert isinstance(event, MessageReceived)
    assert (event.text, event.content, event.at) == ("Where is my parcel?", None, SENT)
    assert (event.actor.name, event.actor.language) == ("Mara Lind", "de")
    assert (event.actor.identity.user, event.address.channel) == ("5200000001", "5200000001")
    assert (event.address.thread, event.ref.id, event.address.bot) == ("", "41", "telegram")


@pytest.mark.trap(5)
def test_the_same_update_has_the_same_source_for_one_bot_and_another_for_another_bot() -> None:
    first, again, other = read("text"), read("text"), read("text", Here(bot=BotId("telegram-eu")))
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.source == again.source == "telegram:telegram:700000001"
    assert other.source != first.source
    assert other.address.bot != first.address.bot


def test_formatting_of_a_customer_survives() -> None:
    event = read("formatted")
    assert isinstance(event, MessageReceived)
    assert event.content == Content(
        (
            Paragraph(
                (
                    Span("😀 "),
                    Span("bold", Style.BOLD),
                    Span(" and "),
                    Span("code", Style.MONO),
                    Span("\nsee "),
                    Span("here", url="https://example.com/a"),
                )
            ),
            Code("print(1)", "python"),
            Quote((Span("quoted"),)),
        )
    )


@pytest.mark.parametrize(
    ("name", "command", "text"),
    [("start_with_payload", "start", "order-77"), ("command_for_us", "human", "now please")],
)
def test_a_command_is_read_with_what_follows_it(name: str, command: str, text: str) -> None:
    event = read(name)
    assert isinstance(event, CommandReceived)
    assert (event.name, event.text) == (command, text)


def test_a_command_in_the_middle_of_a_sentence_is_a_message() -> None:
    assert isinstance(read("command_inside_text"), MessageReceived)


@pytest.mark.parametrize(
    ("name", "handle", "shown", "mime", "size", "kind", "text"),
    [
        ("photo", "large", "photo.jpg", "image/jpeg", 150000, "image", "This arrived broken"),
        ("document", "doc1", "invoice.pdf", "application/pdf", 48213, "file", ""),
        ("image_as_document", "doc2", "scan.png", "image/png", 482130, "image", ""),
        ("voice", "voc1", "voice.ogg", "audio/ogg", 23000, "voice", ""),
        ("video", "vid1", "clip.mp4", "video/mp4", 900000, "video", ""),
        ("video_note", "vn1", "video.mp4", "video/mp4", 70000, "video", ""),
        ("audio", "aud1", "call.mp3", "audio/mpeg", 600000, "audio", ""),
        ("animation", "gif1", "cat.mp4", "video/mp4", 30000, "video", ""),
        ("sticker", "stk1", "sticker.webp", "image/webp", 20000, "sticker", "😡"),
        ("sticker_animated", "stk2", "sticker.tgs", "application/gzip", 20000, "sticker", "🎉"),
    ],
)
@pytest.mark.trap(17)
def test_a_file_arrives_with_its_name_kind_and_caption(
    name: str, handle: str, shown: str, mime: str, size: int, kind: str, text: str
) -> None:
    event = read(name)
    assert isinstance(event, MessageReceived)
    assert event.attachments == (Attachment(handle=handle, name=shown, mime=mime, size=size, kind=kind),)
    assert event.text == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("location", f"📍 52.52001, 13.40495\n{MAP}"),
        ("venue", f"📍 Depot 4, Karl-Liebknecht-Str. 1\n{MAP}"),
        ("contact", "👤 Jo Park, +4930123456"),
        ("poll", "📊 Which day?\n- Monday\n- Friday"),
        ("dice", "🎲 4"),
        ("story", "[story]"),
    ],
)
def test_what_has_no_words_gets_words_that_an_agent_understands(name: str, text: str) -> None:
    event = read(name)
    assert isinstance(event, MessageReceived)
    assert (event.text, event.attachments) == (text, ())


@pytest.mark.trap(19)
def test_parts_of_an_album_carry_their_group() -> None:
    event = read("album_part")
    assert isinstance(event, MessageReceived)
    assert (event.group, event.text) == ("13900000000000001", "Both sides")


def test_a_quoted_message_is_named() -> None:
    event = read("reply")
    assert isinstance(event, MessageReceived)
    assert event.reply_to is not None
    assert event.reply_to.id == "40"


@pytest.mark.trap(20)
@pytest.mark.parametrize(
    ("name", "text"), [("edited", "Where is my parcel 77?"), ("edited_caption", "This arrived crushed")]
)
def test_an_edit_names_the_message_and_its_new_text(name: str, text: str) -> None:
    event = read(name)
    assert isinstance(event, MessageEdited)
    assert (event.ref.id, event.text, event.at) == ("41", text, EDITED)


@pytest.mark.trap(13)
@pytest.mark.parametrize(
    ("name", "action", "value", "ref"),
    [("pressed", "rate", "c1.5", "50"), ("pressed_on_old_message", "human", "", "51")],
)
def test_a_pressed_button_is_read_from_its_data_alone(name: str, action: str, value: str, ref: str) -> None:
    event = read(name)
    assert isinstance(event, ButtonPressed)
    assert (event.action, event.value, event.ref.id, event.at) == (action, value, ref, NOW)


@pytest.mark.trap(12)
@pytest.mark.parametrize(("name", "blocked"), [("blocked", True), ("unblocked", False)])
def test_blocking_the_bot_and_taking_it_back_is_told(name: str, blocked: bool) -> None:
    event = read(name)
    assert isinstance(event, Blocked)
    assert (event.blocked, event.address.channel) == (blocked, "5200000001")


@pytest.mark.trap(15)
def test_a_group_that_becomes_a_supergroup_is_followed() -> None:
    event = read("migrated")
    assert isinstance(event, AddressMoved)
    assert (event.address.channel, event.to.channel) == ("-4100000001", "-1002200000009")


def test_a_topic_of_a_forum_is_a_place_of_its_own_and_its_first_message_is_no_quote() -> None:
    event = read("topic")
    assert isinstance(event, MessageReceived)
    assert (event.address.channel, event.address.thread) == ("-1002200000001", "12")
    assert event.reply_to is None


@pytest.mark.parametrize(
    "name",
    [
        "command_for_another_bot",
        "edited_live_location",
        "pressed_inline",
        "migrated_from",
        "other_group",
        "channel_post",
        "pinned",
        "poll_answer",
        "unknown_kind",
    ],
)
def test_what_does_not_concern_a_desk_is_left_alone(name: str) -> None:
    assert read(name) is None


@pytest.mark.trap(16)
def test_messages_of_bots_are_known_by_their_author_not_by_their_text() -> None:
    assert read("written_by_a_bot") is None


def test_groups_are_left_alone_unless_they_are_named() -> None:
    alone = Here(bot=BotId("telegram"), username="deskmate_bot")
    assert read("topic", alone) is None
    assert read("migrated", alone) is None


def test_only_updates_that_are_read_are_asked_for() -> None:
    assert set(ALLOWED_UPDATES) == {"message", "edited_message", "callback_query", "my_chat_member"}
