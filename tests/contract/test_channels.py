"""What every channel keeps, whatever the platform: one suite over the fake and the real adapters."""

import re
from collections.abc import AsyncIterator

import pytest

from domain.content import (
    Button,
    Buttons,
    Code,
    Content,
    File,
    Paragraph,
    Span,
    Style,
    plain,
    text,
)
from domain.errors import BadInput, RateLimited, Unavailable, Unreachable
from domain.ids import MessageRef
from domain.inbound import ButtonPressed, MessageDeleted, MessageEdited, MessageReceived
from sandbox.stand import until
from tests.contract.sides import SIDES, Side

INVISIBLE = re.compile("[\u200b\u2060\ufeff]")
CARD = Content(
    (Paragraph((Span("Was that right?"),)), Buttons((Button("yes", "Yes", "1"), Button("no", "No"))))
)


@pytest.fixture(params=list(SIDES))
async def side(request: pytest.FixtureRequest) -> AsyncIterator[Side]:
    async with SIDES[request.param]() as made:
        yield made


def words(shown: str) -> str:
    """What a person reads: without invisible characters and line ends."""
    return " ".join(INVISIBLE.sub("", shown).split())


async def test_a_message_is_shown_and_known_by_its_id(side: Side) -> None:
    ref = await side.channel.send(side.address, text("Hello"), key="k1")
    (bubble,) = side.shown()
    assert (bubble.id, words(bubble.text)) == (ref.id, "Hello")
    assert ref.address.channel == side.address.channel


async def test_a_message_is_changed_in_place_and_changing_nothing_is_no_error(side: Side) -> None:
    ref = await side.channel.send(side.address, text("Draft"), key="k1")
    await side.channel.edit(ref, text("Final"))
    await side.channel.edit(ref, text("Final"))
    (bubble,) = side.shown()
    assert words(bubble.text) == "Final"
    assert bubble.old[0] == "Draft"


async def test_a_deleted_message_is_gone_and_deleting_it_again_is_no_error(side: Side) -> None:
    ref = await side.channel.send(side.address, text("Oops"), key="k1")
    await side.channel.delete(ref)
    await side.channel.delete(ref)
    assert side.shown() == []


async def test_typing_and_marks_never_fail(side: Side) -> None:
    ref = await side.channel.send(side.address, text("Hello"), key="k1")
    await side.channel.typing(side.address)
    await side.channel.react(ref, "seen")
    await side.channel.react(ref, "seen", on=False)


@pytest.mark.trap(9)
async def test_a_long_text_arrives_whole_in_several_messages(side: Side) -> None:
    said = " ".join(f"Sentence {number} ends here." for number in range(700))
    pieces = side.channel.split(text(said))
    assert len(pieces) > 1
    for number, piece in enumerate(pieces):
        await side.channel.send(side.address, piece, key=f"k{number}")
    assert words(" ".join(bubble.text for bubble in side.shown())) == said


@pytest.mark.trap(9)
async def test_long_code_arrives_whole(side: Side) -> None:
    code = "\n".join(f"line_{number} = {number} < 3" for number in range(400))
    for number, piece in enumerate(side.channel.split(Content((Code(code, "python"),)))):
        await side.channel.send(side.address, piece, key=f"k{number}")
    shown = words(" ".join(bubble.text for bubble in side.shown())).replace("`", "").replace("python ", "")
    assert words(shown) == words(code)


async def test_a_short_content_is_one_piece(side: Side) -> None:
    assert len(side.channel.split(CARD)) == 1


@pytest.mark.trap(10)
async def test_markup_in_plain_words_is_shown_as_it_is(side: Side) -> None:
    said = "2 < 3 & 4 > 1 <b>no</b> a_b_c [x](y) https://example.com/?a=1&b=2"
    await side.channel.send(side.address, text(said), key="k1")
    (bubble,) = side.shown()
    assert words(bubble.text).replace("\\", "") == said


@pytest.mark.trap(10)
async def test_refused_markup_is_sent_plain(side: Side) -> None:
    if side.refuses_markup:
        side.fail_next("refused_markup")
    content = Content((Paragraph((Span("All "), Span("clear", Style.BOLD))),))
    await side.channel.send(side.address, content, key="k1")
    (bubble,) = side.shown()
    assert words(bubble.text).replace("*", "") == "All clear"


@pytest.mark.trap(13)
async def test_a_button_works_also_after_a_restart(side: Side) -> None:
    ref = await side.channel.send(side.address, CARD, key="k1")
    assert [label for _, label in side.shown()[0].buttons] == ["Yes", "No"]
    await side.press(ref, "Yes")
    first = await side.event(ButtonPressed)
    assert (first.action, first.value, first.ref.id) == ("yes", "1", ref.id)
    await side.restart()
    await side.press(ref, "No")
    second = await side.event(ButtonPressed, 2)
    assert (second.action, second.value) == ("no", "")
    assert first.source != second.source


async def test_buttons_can_be_taken_away(side: Side) -> None:
    ref = await side.channel.send(side.address, CARD, key="k1")
    await side.channel.edit(ref, text("Thank you"))
    (bubble,) = side.shown()
    assert not bubble.buttons


@pytest.mark.trap(17)
async def test_a_file_arrives_with_its_caption(side: Side) -> None:
    side.blobs["pdf"] = b"%PDF-1.7 offer"
    offer = Content((Paragraph((Span("Our offer"),)), File("pdf", "offer.pdf", "application/pdf", 14)))
    (piece,) = side.channel.split(offer)
    await side.channel.send(side.address, piece, key="k1")
    (bubble,) = side.shown()
    assert [name for name, _ in bubble.files] == ["offer.pdf"]
    assert words(bubble.text) == "Our offer"


@pytest.mark.trap(18)
async def test_a_file_of_a_person_can_be_fetched(side: Side) -> None:
    await side.say("see", files=[("log.txt", b"line one")])
    event = await side.event(MessageReceived)
    (found,) = event.attachments
    assert found.name == "log.txt"
    assert await side.channel.fetch(found) == b"line one"


async def test_a_file_over_the_limit_is_bad_input(side: Side) -> None:
    await side.say("see", files=[("log.txt", b"line one")])
    (found,) = (await side.event(MessageReceived)).attachments
    await side.restart(max_file_bytes=3)
    with pytest.raises(BadInput):
        await side.channel.fetch(found)


@pytest.mark.trap(11)
async def test_a_wish_to_slow_down_is_passed_on_and_the_message_goes_out_later(side: Side) -> None:
    side.fail_next("rate_limited")
    with pytest.raises(RateLimited) as caught:
        await side.channel.send(side.address, text("Hello"), key="k1")
    assert caught.value.retry_after > 0
    assert side.shown() == []
    await side.channel.send(side.address, text("Hello"), key="k1", again=True)
    assert [words(bubble.text) for bubble in side.shown()] == ["Hello"]


async def test_a_platform_that_is_down_is_unavailable(side: Side) -> None:
    side.fail_next("unavailable")
    with pytest.raises(Unavailable):
        await side.channel.send(side.address, text("Hello"), key="k1")
    await side.channel.send(side.address, text("Hello"), key="k1", again=True)
    assert [words(bubble.text) for bubble in side.shown()] == ["Hello"]


async def test_the_same_key_again_is_shown_once_where_the_platform_allows(side: Side) -> None:
    first = await side.channel.send(side.address, text("Hello"), key="k1")
    if not side.channel.limits.idempotent:
        pytest.skip("this platform can't tell a repeated message from a new one")
    second = await side.channel.send(side.address, text("Hello"), key="k1", again=True)
    assert first.id == second.id
    assert len(side.shown()) == 1


@pytest.mark.trap(12)
async def test_somebody_who_can_not_be_reached_is_unreachable(side: Side) -> None:
    await side.block()
    with pytest.raises(Unreachable):
        await side.channel.send(side.address, text("Hello"), key="k1")


@pytest.mark.trap(5)
async def test_what_a_person_writes_arrives_once_however_often_it_is_delivered(side: Side) -> None:
    ident = await side.say("Where is my parcel?")
    event = await side.event(MessageReceived)
    await side.redeliver()
    await side.say("Hello?")
    await side.event(MessageReceived, 2)
    assert [one.text for one in side.accepted() if isinstance(one, MessageReceived)] == [
        "Where is my parcel?",
        "Hello?",
    ]
    assert event.ref == MessageRef(address=side.address, id=ident)
    assert event.address == side.address
    assert event.at.tzinfo is not None
    assert event.actor.name


@pytest.mark.trap(20)
async def test_a_persons_edits_and_deletions_arrive(side: Side) -> None:
    ident = await side.say("My order is 123")
    await side.event(MessageReceived)
    await side.edit(ident, "My order is 124")
    edited = await side.event(MessageEdited)
    assert (edited.ref.id, edited.text) == (ident, "My order is 124")
    await side.delete(ident)
    if side.tells_deletions:
        assert (await side.event(MessageDeleted)).ref.id == ident


@pytest.mark.trap(16)
async def test_our_own_words_are_no_event_and_a_person_may_repeat_them(side: Side) -> None:
    await side.channel.send(side.address, text("Hello"), key="k1")
    await side.say("Hello")
    await side.event(MessageReceived)
    assert len([one for one in side.accepted() if isinstance(one, MessageReceived)]) == 1


@pytest.mark.trap(7)
async def test_what_is_written_during_a_restart_is_not_lost(side: Side) -> None:
    await side.say("before")
    await side.event(MessageReceived)
    await side.restart()
    await side.say("after")
    event = await side.event(MessageReceived, 2)
    assert event.text == "after"
    assert await until(lambda: len(side.accepted()) == 2)


@pytest.mark.parametrize("call", ["@everyone", "@here", "<!channel>", "<!everyone>", "<@U0ALMA>", "<@&1>"])
async def test_no_words_call_everybody(side: Side, call: str) -> None:
    (piece,) = side.channel.split(text(f"Hi {call}"))
    await side.channel.send(side.address, piece, key="k1")
    (bubble,) = side.shown()
    assert plain(piece) == f"Hi {call}"
    assert call.strip("<>@!&") in bubble.text


async def test_health_can_tell_that_it_receives(side: Side) -> None:
    await until(lambda: side.channel.connected)
