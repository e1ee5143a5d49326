"""What Slack sends, read: from payloads in the shapes of Slack's documentation."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bots.slack import envelope, forms, parse
from bots.slack.mrkdwn import to_content
from domain.content import Bullets, Code, Item, Paragraph, Quote, Span, Style
from domain.ids import BotId
from domain.inbound import (
    AppHomeOpened,
    ButtonPressed,
    CommandReceived,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
)

PAYLOADS = Path(__file__).parents[1] / "payloads" / "slack"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
HERE = parse.Here(
    bot=BotId("slack"),
    team="T061EG9R6",
    bot_id="B0BOT",
    bot_user="U0BOT",
    channel="C024BE91L",
    names={"U2147483697": "Alma", "U0BEN": "Ben", "U0BOT": "Deskmate"},
)


def read(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def parsed(name: str) -> Any:
    body = read(name)
    return forms.submitted(body, HERE, now=NOW) or parse.parse(body, HERE, now=NOW)


def test_a_message_reads_as_it_looks() -> None:
    event = parsed("message")
    assert isinstance(event, MessageReceived)
    assert event.text == "It is urgent & see <b> the page, @Ben"
    assert event.content.blocks == (
        Paragraph(
            (
                Span("It is "),
                Span("urgent", Style.BOLD),
                Span(" & see <b> "),
                Span("the page", url="https://example.com/a?b=1&c=2"),
                Span(", @Ben"),
            )
        ),
    )
    assert event.at == datetime(2012, 12, 14, 20, 38, 43, 5, UTC)
    assert event.source == "slack:T061EG9R6:C024BE91L:1355517523.000005"


def test_lists_code_quotes_and_emoji_of_peoples_clients_are_kept() -> None:
    assert parsed("message_rich").content.blocks == (
        Paragraph((Span("Steps 🎉 by @Ben for @channel:"),)),
        Bullets((Item((Span("one", Style.BOLD),)), Item((Span("two"),), 1))),
        Code("code <1>"),
        Quote((Span("quoted"),)),
        Paragraph((Span("here", url="https://example.com"), Span(" :company_parrot:"))),
    )


def test_mrkdwn_without_rich_text_reads_the_same_way() -> None:
    words = "Steps :tada:\n• *one*\n  ◦ two\n```code &lt;1&gt;```\n&gt; quoted\nplain _it_ ~no~ `x` 2*3*4"
    assert to_content(words, {}).blocks == (
        Paragraph((Span("Steps 🎉"),)),
        Bullets((Item((Span("one", Style.BOLD),)), Item((Span("two"),), 1))),
        Code("code <1>"),
        Quote((Span("quoted"),)),
        Paragraph(
            (
                Span("plain "),
                Span("it", Style.ITALIC),
                Span(" "),
                Span("no", Style.STRIKE),
                Span(" "),
                Span("x", Style.MONO),
                Span(" 2*3*4"),
            )
        ),
    )


def test_a_plain_message_has_no_formatting_to_keep() -> None:
    assert parsed("thread_reply").content is None


@pytest.mark.trap(8)
@pytest.mark.parametrize(
    ("name", "thread"), [("thread_reply", "1355517523.000005"), ("thread_root_again", "")]
)
def test_a_reply_is_in_its_thread_and_a_root_is_in_the_channel(name: str, thread: str) -> None:
    event = parsed(name)
    assert event.address.thread == thread
    assert event.ref.address == event.address


def test_files_come_with_what_is_known_of_them() -> None:
    first, voice = parsed("file_share").attachments
    assert (first.name, first.mime, first.size, first.kind) == (
        "receipt.pdf",
        "application/pdf",
        45123,
        "file",
    )
    assert (voice.kind, voice.handle) == ("voice", "F0VOICE")


@pytest.mark.trap(20)
def test_an_edit_has_its_own_source_and_the_messages_id() -> None:
    event = parsed("message_changed")
    assert isinstance(event, MessageEdited)
    assert (event.text, event.ref.id) == ("new words", "1355517523.000005")
    assert event.source == "slack:T061EG9R6:C024BE91L:1355517523.000005:edited:1355517800.000000"


@pytest.mark.trap(20)
@pytest.mark.parametrize(
    ("name", "ident", "thread"),
    [
        ("message_deleted", "1355517600.000100", "1355517523.000005"),
        ("tombstone", "1355517523.000005", ""),
    ],
)
def test_a_deletion_is_noticed_even_where_replies_keep_the_place(name: str, ident: str, thread: str) -> None:
    event = parsed(name)
    assert isinstance(event, MessageDeleted)
    assert (event.ref.id, event.address.thread, event.actor.name) == (ident, thread, "Alma")


@pytest.mark.trap(16)
@pytest.mark.parametrize(
    "name",
    [
        "own_message",
        "other_bot",
        "joined",
        "elsewhere",
        "link_unfolded",
        "app_home_messages_tab",
        "form_of_another",
    ],
)
def test_what_nobody_wrote_to_us_is_no_event(name: str) -> None:
    assert parsed(name) is None


@pytest.mark.parametrize("name", ["app_mention_elsewhere", "direct_message"])
def test_whoever_calls_the_app_is_heard_anywhere(name: str) -> None:
    assert parsed(name).text.endswith("how do refunds work?") or parsed(name).text == "How do refunds work?"


def test_a_press_says_what_where_and_for_whom() -> None:
    event = parsed("press")
    assert isinstance(event, ButtonPressed)
    assert (event.action, event.value, event.ref.id) == ("rate", "4", "1548261231.000200")
    assert (event.address.thread, event.address.private_to) == ("", "U2147483697")
    assert event.ref.address.private_to == ""


def test_a_press_on_a_private_message_in_a_thread_stays_in_the_thread() -> None:
    event = parsed("press_in_thread_ephemeral")
    assert (event.address.thread, event.ref.id) == ("1548261231.000200", "1548261232.000200")


def test_a_press_on_the_home_page_is_answered_in_the_agents_channel() -> None:
    event = parsed("press_home")
    assert (event.action, event.address.channel, event.ref.id) == ("away", "C024BE91L", "V0HOME")


def test_a_form_brings_back_what_it_was_opened_with() -> None:
    event = parsed("form")
    assert isinstance(event, FormSubmitted)
    assert (event.form, event.value, event.address.thread) == ("note", "T-12", "1548261231.000200")
    assert event.fields == {"note": "Be kind", "to": "U0BEN", "why": "busy", "empty": "", "doc": "a.pdf"}
    assert [one.name for one in event.attachments] == ["a.pdf"]


def test_a_command_reads_as_it_was_typed() -> None:
    event = parsed("command")
    assert isinstance(event, CommandReceived)
    assert (event.name, event.text, event.at) == ("ask", "how & when @ben", NOW)


def test_a_shortcut_carries_the_messages_words() -> None:
    event = parsed("shortcut")
    assert (event.name, event.text) == ("kb_shortcut", "Parcels take <5 days")
    assert event.address.thread == "1583630000.000100"


def test_opening_the_home_page_is_noticed() -> None:
    assert isinstance(parsed("app_home_opened"), AppHomeOpened)


@pytest.mark.trap(41)
def test_the_workspace_is_read_from_the_installation() -> None:
    assert {envelope.team_of(read(name)) for name in ("message", "press", "command", "form")} == {"T061EG9R6"}


def test_a_thread_is_one_place_for_its_messages_edits_deletions_and_buttons() -> None:
    root = {"type": "message", "channel": "C1", "ts": "1.1", "user": "U1"}
    reply = {**root, "ts": "2.2", "thread_ts": "1.1"}
    changed = {
        "type": "message",
        "channel": "C1",
        "subtype": "message_changed",
        "ts": "3.3",
        "message": reply,
    }
    gone = {
        "type": "message",
        "channel": "C1",
        "subtype": "message_deleted",
        "ts": "4.4",
        "deleted_ts": "2.2",
    }
    bodies: list[dict[str, Any]] = [
        {"event": root},
        {"event": reply},
        {"event": changed},
        {"event": {**gone, "previous_message": reply}},
        {"container": {"channel_id": "C1", "message_ts": "1.1"}, "user": {"id": "U1"}},
        {"container": {"channel_id": "C1", "message_ts": "2.2", "thread_ts": "1.1"}, "user": {"id": "U1"}},
        {"container": {"channel_id": "C1", "message_ts": "2.2"}, "message": reply, "user": {"id": "U1"}},
    ]
    assert {envelope.place_of(body) for body in bodies} == {"C1|1.1"}
    assert envelope.place_of({"event": gone}) == "C1|2.2"


def test_what_belongs_to_no_thread_keeps_its_persons_order() -> None:
    home = {"type": "app_home_opened", "user": "U1", "channel": "D1"}
    bodies = [{"event": home}, {"user_id": "U1", "command": "/away"}, {"user": {"id": "U1"}}]
    assert {envelope.place_of(body) for body in bodies} == {"U1"}
    direct = {"type": "message", "channel": "D1", "user": "U1"}
    assert {envelope.place_of({"event": {**direct, "ts": ts}}) for ts in ("1.1", "2.2")} == {"D1"}


def test_everybody_who_is_named_is_found() -> None:
    assert set(envelope.people(read("message_rich"))) == {"U2147483697", "U0BEN"}


@pytest.mark.parametrize("name", [path.stem for path in sorted(PAYLOADS.glob("*.json"))])
def test_the_same_payload_always_gives_the_same_event(name: str) -> None:
    assert parsed(name) == parsed(name)
