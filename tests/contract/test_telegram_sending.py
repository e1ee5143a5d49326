"""Sending to Telegram with the real SDK, as the customer sees it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from domain.content import (
    Button,
    Buttons,
    Code,
    Content,
    File,
    Heading,
    Paragraph,
    Span,
    Style,
    paragraph,
    text,
)
from domain.errors import BadInput, RateLimited, Refused, Unavailable, Unreachable
from domain.ids import Address, Identity, MessageRef, Platform
from domain.inbound import AddressMoved, Attachment, MessageReceived
from sandbox.stand import until
from tests.contract.telegram_case import BOT, PERSON, TOKEN, Case, make_channel, telegram_case

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 8 + b"\0\0\0\x02\0\0\0\x03"
PHOTO = File(blob="photo", name="box.png", mime="image/png", image=True)
PDF = File(blob="pdf", name="terms.pdf", mime="application/pdf")
FORMATTED = Content((Heading((Span("Prices"),)), Paragraph((Span("4.90", Style.BOLD), Span(" a parcel 🚚")))))


@pytest.fixture
async def case() -> AsyncIterator[Case]:
    async with telegram_case() as running:
        running.blobs |= {"photo": PNG, "pdf": b"%PDF-1.7 terms"}
        yield running
    assert running.faults() == []


async def send(case: Case, content: Content, to: Address | None = None) -> MessageRef:
    return await case.channel.send(to or case.address, content, key="k1")


async def test_a_message_is_shown_with_its_formatting(case: Case) -> None:
    ref = await send(case, FORMATTED)
    assert [(b.id, b.text) for b in case.shown()] == [(ref.id, "Prices\n\n4.90 a parcel 🚚")]
    sent = case.calls("sendMessage")[0]
    assert [entity["type"] for entity in sent["entities"]] == ["bold", "bold"]
    assert sent["link_preview_options"] == {"is_disabled": True}


async def test_an_edit_replaces_the_text_and_saying_the_same_again_is_no_error(case: Case) -> None:
    ref = await send(case, text("Looking ..."))
    await case.channel.edit(ref, text("Found it."))
    await case.channel.edit(ref, text("Found it."))
    assert [(b.text, b.old) for b in case.shown()] == [("Found it.", ["Looking ..."])]


@pytest.mark.trap(20)
async def test_a_deleted_message_is_gone_and_deleting_it_again_is_no_error(case: Case) -> None:
    ref = await send(case, text("Oops"))
    await case.channel.delete(ref)
    await case.channel.delete(ref)
    assert case.shown() == []


async def test_typing_is_shown_until_the_answer(case: Case) -> None:
    await case.channel.typing(case.address)
    assert case.pane_now().typing
    await send(case, text("Here it is."))
    assert not case.pane_now().typing


async def test_typing_that_fails_is_no_error(case: Case) -> None:
    case.fail_next("sendChatAction", 429, retry_after=5)
    await case.channel.typing(case.address)
    case.fail_next("sendChatAction", 403)
    await case.channel.typing(case.address)


async def test_buttons_go_away_with_an_edit(case: Case) -> None:
    ref = await send(case, Content((paragraph("Good?"), Buttons((Button("yes", "Yes"), Button("no", "No"))))))
    assert case.shown()[0].buttons == [("yes", "Yes"), ("no", "No")]
    await case.channel.edit(ref, text("Thank you!"))
    assert case.shown()[0].buttons == []


@pytest.mark.trap(9)
async def test_a_long_answer_arrives_in_pieces_with_its_code_whole(case: Case) -> None:
    code = "\n".join(f"row {n:04d} | value" for n in range(600))
    content = Content((paragraph("Look. " * 900), Code(code, "text"), paragraph("Done.")))
    for piece in case.channel.split(content):
        await send(case, piece)
    bubbles = case.shown()
    assert len(bubbles) > 3
    assert code.replace("\n", "") in "".join(b.text for b in bubbles).replace("\n", "")
    assert bubbles[-1].text.endswith("Done.")
    kinds = [entity["type"] for call in case.calls("sendMessage") for entity in call.get("entities", [])]
    assert set(kinds) == {"pre"}


@pytest.mark.trap(10)
async def test_a_text_whose_markup_is_refused_is_sent_plain(case: Case) -> None:
    case.fail_next("sendMessage", 400, "Bad Request: can't parse entities: whatever")
    await send(case, FORMATTED)
    assert [b.text for b in case.shown()] == ["Prices\n\n4.90 a parcel 🚚"]
    assert "entities" not in case.calls("sendMessage")[0]


@pytest.mark.trap(10)
async def test_an_edit_whose_markup_is_refused_is_made_plain(case: Case) -> None:
    ref = await send(case, text("Looking ..."))
    case.fail_next("editMessageText", 400, "Bad Request: can't parse entities: whatever")
    await case.channel.edit(ref, FORMATTED)
    assert case.shown()[0].text.startswith("Prices")


@pytest.mark.trap(11)
async def test_a_flood_limit_says_how_long_to_wait(case: Case) -> None:
    case.fail_next("sendMessage", 429, retry_after=7)
    with pytest.raises(RateLimited) as raised:
        await send(case, FORMATTED)
    assert raised.value.retry_after == 7
    await send(case, FORMATTED)
    assert len(case.shown()) == 1


@pytest.mark.trap(12)
async def test_a_customer_who_blocked_the_bot_is_unreachable(case: Case) -> None:
    await case.block()
    with pytest.raises(Unreachable):
        await send(case, text("Hello?"))
    await case.act("unblock")
    await send(case, text("Welcome back!"))


async def test_a_person_who_never_wrote_is_unreachable() -> None:
    async with telegram_case(started=False) as case:
        with pytest.raises(Unreachable):
            await send(case, text("Hello?"))


@pytest.mark.parametrize("channel", ["12345", "nobody"])
async def test_a_chat_that_is_not_there_is_unreachable(case: Case, channel: str) -> None:
    gone = Address(platform=Platform.TELEGRAM, bot=BOT, workspace=BOT, channel=channel)
    with pytest.raises(Unreachable):
        await send(case, text("Hello?"), gone)


@pytest.mark.parametrize(
    ("status", "description", "error"),
    [
        (400, "Bad Request: message text is empty", Refused),
        (400, "Bad Request: TOPIC_CLOSED", Unreachable),
        (401, "Unauthorized", Unavailable),
        (413, "Request Entity Too Large", Refused),
        (500, "Internal Server Error", Unavailable),
        (502, "Bad Gateway", Unavailable),
    ],
)
async def test_errors_say_whether_to_try_again(
    case: Case, status: int, description: str, error: type[Exception]
) -> None:
    case.fail_next("sendMessage", status, description, times=2)
    with pytest.raises(error):
        await send(case, text("Hello"))


async def test_a_network_that_is_down_is_unavailable() -> None:
    async with telegram_case(run=False) as case:
        channel = make_channel("http://127.0.0.1:9", case.blobs)
        with pytest.raises(Unavailable):
            await channel.send(case.address, text("Hello"), key="k")
        with pytest.raises(Unavailable):
            await channel.check()
        await channel.close()


@pytest.mark.trap(18)
async def test_files_are_uploaded_with_their_captions(case: Case) -> None:
    await send(case, Content((paragraph("The box", Style.BOLD), PHOTO)))
    await send(case, Content((paragraph("The terms"), PDF)))
    photo, pdf = case.shown()
    assert [photo.text, photo.files[0][0]] == ["The box", "box.png"]
    assert [pdf.text, pdf.files[0][0]] == ["The terms", "terms.pdf"]
    stored = {file.name: file.content for file in case.stand.world.files.values()}
    assert stored == {"box.png": PNG, "terms.pdf": b"%PDF-1.7 terms"}
    assert case.calls("sendPhoto")[0]["caption_entities"] == [{"type": "bold", "offset": 0, "length": 7}]


async def test_a_picture_that_telegram_can_not_show_goes_as_a_document(case: Case) -> None:
    case.blobs["photo"] = b"not a picture"
    await send(case, Content((paragraph("See"), PHOTO)))
    assert [(b.text, b.files[0][0]) for b in case.shown()] == [("See", "box.png")]
    assert len(case.calls("sendDocument")) == 1


@pytest.mark.trap(17)
async def test_editing_the_words_of_a_photo_keeps_the_photo(case: Case) -> None:
    ref = await send(case, Content((paragraph("The box"), PHOTO)))
    await case.channel.edit(ref, text("The broken box"))
    [bubble] = case.shown()
    assert (bubble.text, bubble.old, bubble.files[0][0]) == ("The broken box", ["The box"], "box.png")


@pytest.mark.trap(17)
async def test_replacing_a_photo_by_a_file_keeps_its_words(case: Case) -> None:
    ref = await send(case, Content((paragraph("See here"), PHOTO)))
    await case.channel.edit(ref, Content((paragraph("See here"), PDF)))
    [bubble] = case.shown()
    assert (bubble.text, [name for name, _ in bubble.files]) == ("See here", ["terms.pdf"])


async def test_a_message_that_can_not_be_edited_any_more_is_refused(case: Case) -> None:
    with pytest.raises(Refused):
        await case.channel.edit(MessageRef(address=case.address, id="999"), text("new"))


@pytest.mark.trap(15)
async def test_a_message_to_a_group_that_moved_follows_it() -> None:
    async with telegram_case() as case:
        pane = case.stand.group("Helpers", [PERSON])
        old = Address(platform=Platform.TELEGRAM, bot=BOT, workspace=BOT, channel=pane)
        moved = await case.stand.act(pane, PERSON, "migrate")
        ref = await send(case, text("Still with you"), old)
        assert ref.address.channel == str(moved["chat"])
        assert [b.text for b in case.shown(moved["pane"]) if b.author == "deskmate_bot"] == ["Still with you"]
        event = await case.event(AddressMoved)
        assert (event.address, event.to) == (old, ref.address)
        await send(case, text("No detour any more"), old)
        assert [r.status for r in case.stand.requests if r.method == "sendMessage"] == [400, 200, 200]


async def test_a_topic_of_a_forum_gets_its_answer_in_the_topic() -> None:
    async with telegram_case(run=False) as case:
        pane = case.stand.group("Support", [PERSON], forum=True)
        case.stand.world.chats[pane].topics[12] = "Mara"
        case.channel = make_channel(case.url, case.blobs, groups=frozenset({pane}))
        case.start()
        await case.stand.act(pane, PERSON, "say", text="hi", thread="12")
        event = await case.event(MessageReceived)
        assert event.address.thread == "12"
        await case.channel.typing(event.address)
        await send(case, text("Hello Mara"), event.address)
        assert case.calls("sendMessage")[0]["message_thread_id"] == 12
        del case.stand.world.chats[pane].topics[12]
        with pytest.raises(Unreachable):
            await send(case, text("Hello?"), event.address)


async def test_marks_are_shown_as_reactions(case: Case) -> None:
    said = await case.act("say", text="Thanks!")
    event = await case.event(MessageReceived)
    bubble = lambda: next(b for b in case.pane_now().bubbles if b.id == said["bubble"])  # noqa: E731
    await case.channel.react(event.ref, "seen")
    assert bubble().reactions == ["👀"]
    await case.channel.react(event.ref, "seen", on=False)
    assert bubble().reactions == []
    await case.channel.react(event.ref, "something else")
    case.fail_next("setMessageReaction", 400, "Bad Request: REACTION_INVALID")
    await case.channel.react(event.ref, "failed")


async def test_a_person_has_a_name_and_a_stranger_their_id(case: Case) -> None:
    known = Identity(platform=Platform.TELEGRAM, workspace=BOT, user=case.address.channel)
    assert await case.channel.profile(known) == PERSON
    stranger = Identity(platform=Platform.TELEGRAM, workspace=BOT, user="42")
    assert await case.channel.profile(stranger) == "42"


async def test_files_over_the_limit_are_refused_with_the_limit(case: Case) -> None:
    big = Attachment(handle="x", name="film.mp4", mime="video/mp4", size=20_000_001)
    with pytest.raises(BadInput, match="20 MB"):
        await case.channel.fetch(big)
    await case.act("say", files=[("film.zip", bytes(20_000_001))])
    event = await case.event(MessageReceived)
    unsaid = Attachment(handle=event.attachments[0].handle, name="film.zip", mime="application/zip")
    with pytest.raises(BadInput, match="20 MB"):
        await case.channel.fetch(unsaid)


async def test_a_file_that_is_gone_is_bad_input_and_a_failing_server_is_unavailable(case: Case) -> None:
    gone = Attachment(handle="gone", name="a.pdf", mime="application/pdf")
    with pytest.raises(BadInput):
        await case.channel.fetch(gone)
    case.fail_next("getFile", 500)
    with pytest.raises(Unavailable):
        await case.channel.fetch(gone)


async def test_doctor_sees_what_waits_and_a_webhook_that_is_in_the_way() -> None:
    async with telegram_case(run=False) as case:
        await case.act("say", text="anybody?")
        assert await case.channel.check() == "@deskmate_bot is reachable, polling; 1 updates waiting"
        await case.stand.updates[TOKEN].set_webhook(
            url=f"{case.url}/nowhere", secret="", max_connections=1, drop=False
        )
        assert "a webhook is set" in await case.channel.check()
        case.stand.world.accounts[TOKEN].reads_groups = False
        grouped = make_channel(case.url, case.blobs, groups=frozenset({"-1"}))
        assert "/setprivacy" in await grouped.check()
        await grouped.close()
        await until(lambda: case.stand.updates[TOKEN].webhook.error)
        case.start()
        await case.event(MessageReceived)


async def test_what_is_for_one_person_in_a_group_goes_to_their_own_chat(case: Case) -> None:
    group = Address(platform=Platform.TELEGRAM, bot=BOT, workspace=BOT, channel="-100200")
    person = case.address.channel
    ref = await send(case, text("Psst"), replace(group, private_to=person))
    assert ref.address.channel == person
    assert [bubble.text for bubble in case.shown()] == ["Psst"]


TERMS = File(blob="pdf", name="offer.pdf", mime="application/pdf")


@pytest.mark.trap(17)
async def test_several_files_are_one_album_with_its_caption(case: Case) -> None:
    (piece,) = case.channel.split(Content((paragraph("Both papers"), PDF, TERMS)))
    ref = await send(case, piece)
    assert [(b.text, [name for name, _ in b.files]) for b in case.shown()] == [
        ("Both papers", ["terms.pdf"]),
        ("", ["offer.pdf"]),
    ]
    assert len(case.calls("sendMediaGroup")) == 1
    await case.channel.edit(ref, text("Both papers, corrected"))
    assert [b.text for b in case.shown()] == ["Both papers, corrected", ""]
    await case.channel.react(ref, "seen")
    await case.channel.delete(ref)
    await case.channel.delete(ref)
    assert case.shown() == []


async def test_an_album_with_a_picture_that_can_not_be_shown_goes_as_documents(case: Case) -> None:
    case.blobs["odd"] = b"no picture at all"
    odd = File(blob="odd", name="odd.png", mime="image/png", image=True)
    (piece,) = case.channel.split(Content((paragraph("Look"), PHOTO, odd)))
    await send(case, piece)
    assert [[name for name, _ in b.files] for b in case.shown()] == [["box.png"], ["odd.png"]]


async def test_an_answer_quotes_its_question_and_a_question_that_is_gone_is_no_obstacle(case: Case) -> None:
    asked = MessageRef(address=case.address, id=await case.say("Where is it?"))
    await case.channel.send(case.address, text("On its way"), key="k1", reply_to=asked)
    gone = MessageRef(address=case.address, id="999999")
    await case.channel.send(case.address, text("It arrived"), key="k2", reply_to=gone)
    first, second = case.calls("sendMessage")
    assert first["reply_parameters"]["message_id"] == int(asked.id)
    assert second["reply_parameters"]["allow_sending_without_reply"] is True
    assert [b.text for b in case.shown()] == ["On its way", "It arrived"]
