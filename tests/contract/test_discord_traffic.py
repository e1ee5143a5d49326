"""What goes out to Discord, with discord.py against the stand-in."""

import asyncio

import pytest

from domain.content import (
    Button,
    Buttons,
    Code,
    Content,
    File,
    Paragraph,
    Source,
    Sources,
    Span,
    Style,
    paragraph,
    text,
)
from domain.errors import RateLimited, Refused, Unavailable, Unreachable
from domain.ids import Identity, MessageRef, PassageId, Platform
from sandbox.stand import until
from tests.contract.discord_case import BOT, CUSTOMER, discord_case, discord_stand

ANSWER = Content(
    (
        Paragraph(
            (Span("Express costs "), Span("12 €", Style.BOLD), Span(" at "), Span("us", url="https://a.b/c"))
        ),
        Sources((Source(PassageId("p1"), "Handbook", "Prices", 4),)),
        Buttons((Button("human", "Talk to a person"), Button("solved", "That helped", "c1"))),
    )
)


@pytest.fixture
async def case():
    async with discord_case() as running:
        yield running
        assert running.faults() == []


def sent(case):
    return [one for one in case.stand.requests if one.method == "POST" and one.path.endswith("/messages")]


async def test_an_answer_arrives_with_its_sources_and_buttons(case):
    ref = await case.channel.send(case.address, ANSWER, key="k1")
    bubble = case.bubbles()[-1]
    assert bubble.id == ref.id
    assert "Express costs **12 €** at us (https://a.b/c)" in bubble.text
    assert "[1] Handbook, Prices, p. 4" in bubble.text
    assert bubble.buttons == [("human:", "Talk to a person"), ("solved:c1", "That helped")]


async def test_a_repeated_send_is_shown_once(case):
    first = await case.channel.send(case.address, text("Hello"), key="k1")
    second = await case.channel.send(case.address, text("Hello"), key="k1", again=True)
    third = await case.channel.send(case.address, text("Hello"), key="k1")
    assert first == second == third
    assert case.theirs() == ["Hello"]


async def test_the_same_words_twice_are_two_messages(case):
    await case.channel.send(case.address, text("Hello"), key="k1")
    await case.channel.send(case.address, text("Hello"), key="k2", again=True)
    assert case.theirs() == ["Hello", "Hello"]


async def test_a_lost_response_repeated_after_a_restart_and_after_discord_forgot_the_nonce(case):
    case.fail_next(0, after=True)
    with pytest.raises(Unavailable):
        await case.channel.send(case.address, ANSWER, key="k1")
    await case.stop()
    case.stand.forget_nonces()
    await case.start()
    ref = await case.channel.send(case.address, ANSWER, key="k1", again=True)
    assert len(case.theirs()) == 1
    assert case.bubbles()[-1].id == ref.id


@pytest.mark.trap(9)
async def test_a_long_answer_comes_in_pieces_in_order(case):
    words = " ".join(f"word{number}." for number in range(1500))
    code = "\n".join(f"line {number}" for number in range(400))
    content = Content((paragraph(words), Code(code, "python")))
    pieces = case.channel.split(content)
    assert len(pieces) > 5
    for number, piece in enumerate(pieces):
        await case.channel.send(case.address, piece, key=f"k{number}")
    shown = case.theirs()
    assert len(shown) == len(pieces)
    assert " ".join(shown).count("word") == 1500
    assert all(one.count("```") in (0, 2) for one in shown)
    assert [
        line for one in shown for line in one.splitlines() if line.startswith("line ")
    ] == code.splitlines()


async def test_a_content_that_was_not_split_still_arrives_whole(case):
    await case.channel.send(case.address, paragraph_of(5000), key="k1")
    assert "".join(case.theirs()).count("x") == 5000


def paragraph_of(length):
    return Content((paragraph(" ".join(["x" * 9] * (length // 9)) + " " + "x" * (length % 9)),))


@pytest.mark.trap(10)
async def test_markup_in_a_text_is_shown_not_obeyed(case):
    await case.channel.send(case.address, text("*no* _no_ `no` <@1> [x](y) # no"), key="k1")
    assert sent(case)[-1].body["content"] == ("\\*no\\* \\_no\\_ \\`no\\` \\<\u200b@1> \\[x\\](y) # no")
    assert case.theirs() == ["*no* _no_ `no` <@1> [x](y) # no"]


@pytest.mark.trap(10)
async def test_what_discord_refuses_is_sent_plain(case):
    case.fail_next(400, code=50035)
    await case.channel.send(case.address, ANSWER, key="k1")
    bubble = case.bubbles()[-1]
    assert bubble.text == "Express costs 12 € at us\n[1] Handbook, Prices, p. 4"
    assert [label for _, label in bubble.buttons] == ["Talk to a person", "That helped"]


@pytest.mark.trap(10)
async def test_what_discord_refuses_even_plain_is_refused(case):
    case.fail_next(400, code=50035, times=3)
    with pytest.raises(Refused):
        await case.channel.send(case.address, ANSWER, key="k1")


async def test_nothing_to_show_is_refused(case):
    with pytest.raises(Refused):
        await case.channel.send(case.address, Content(), key="k1")


async def test_nobody_is_mentioned(case):
    await case.channel.send(case.address, text("@everyone @here <@&5>"), key="k1")
    body = sent(case)[-1].body
    assert body["allowed_mentions"]["parse"] == []
    assert "@everyone" not in body["content"]
    assert "@here" not in body["content"]
    assert "<@" not in body["content"]


@pytest.mark.trap(11)
async def test_a_short_rate_limit_is_waited_out(case):
    case.fail_next(429, retry_after=0.05)
    await case.channel.send(case.address, text("Hello"), key="k1")
    assert [one.status for one in sent(case)] == [429, 200]
    assert case.theirs() == ["Hello"]


@pytest.mark.trap(11)
async def test_a_rate_limited_channel_keeps_its_order_and_does_not_hold_up_another(case):
    other = case.stand.dm("Robin").id
    address = case.address
    elsewhere = type(address)(
        platform=address.platform, bot=address.bot, workspace=address.workspace, channel=other
    )
    case.stand.fail_next(429, path=f"/channels/{address.channel}/messages", method="POST", retry_after=0.6)
    slow = [asyncio.create_task(case.channel.send(address, text(f"{n}"), key=f"k{n}")) for n in range(3)]
    await until(lambda: any(one.status == 429 for one in case.stand.requests))
    await case.channel.send(elsewhere, text("quick"), key="q")
    assert case.theirs() == []
    await asyncio.gather(*slow)
    assert case.theirs() == ["0", "1", "2"]


@pytest.mark.trap(11)
async def test_a_long_rate_limit_says_how_long(case):
    case.fail_next(429, retry_after=40)
    with pytest.raises(RateLimited) as caught:
        await case.channel.send(case.address, text("Hello"), key="k1")
    assert caught.value.retry_after == 40


@pytest.mark.trap(12)
async def test_closed_direct_messages_are_told(case):
    await case.block()
    with pytest.raises(Unreachable):
        await case.channel.send(case.address, text("Hello"), key="k1")


@pytest.mark.parametrize("status", [500, 502, 503, 0])
async def test_trouble_at_discord_is_worth_another_try(case, status):
    case.fail_next(status)
    with pytest.raises(Unavailable):
        await case.channel.send(case.address, text("Hello"), key="k1")
    await case.channel.send(case.address, text("Hello"), key="k1", again=True)
    assert case.theirs() == ["Hello"]


async def test_a_channel_that_is_gone_can_not_be_reached(case):
    address = case.address
    gone = type(address)(
        platform=address.platform, bot=address.bot, workspace=address.workspace, channel="123"
    )
    with pytest.raises(Unreachable):
        await case.channel.send(gone, text("Hello"), key="k1")


@pytest.mark.trap(20)
async def test_our_message_is_edited_and_deleted(case):
    ref = await case.channel.send(case.address, ANSWER, key="k1")
    await case.channel.edit(ref, text("Changed"))
    bubble = case.bubbles()[-1]
    assert (bubble.text, bubble.buttons) == ("Changed", [])
    await case.channel.edit(ref, text("Changed"))
    await case.channel.delete(ref)
    await case.channel.delete(ref)
    assert case.theirs() == []
    with pytest.raises(Unreachable):
        await case.channel.edit(ref, text("Again"))


@pytest.mark.trap(17)
async def test_a_file_travels_with_its_words_and_keeps_them_when_they_are_edited(case):
    case.blobs["b1"] = b"%PDF-1.7 ..."
    file = File("b1", "price list.pdf", "application/pdf", 12, alt="Prices")
    ref = await case.channel.send(case.address, Content((paragraph("Here it is"), file)), key="k1")
    bubble = case.bubbles()[-1]
    assert bubble.text == "Here it is"
    assert [name for name, _ in bubble.files] == ["price list.pdf"]
    await case.channel.edit(ref, text("Here you are"))
    bubble = case.bubbles()[-1]
    assert bubble.text == "Here you are"
    assert len(bubble.files) == 1


@pytest.mark.trap(18)
async def test_a_file_is_uploaded_not_linked(case):
    case.blobs["b1"] = bytes(range(256))
    await case.channel.send(
        case.address, Content((File("b1", "a.bin", "application/octet-stream"),)), key="k1"
    )
    assert [data for _, data in case.stand.world.files.values()] == [bytes(range(256))]


async def test_a_file_over_the_limit_is_refused():
    async with discord_case(max_file_bytes=1000) as case:
        case.blobs["b1"] = bytes(1001)
        with pytest.raises(Refused, match=r"big\.bin"):
            await case.channel.send(case.address, Content((File("b1", "big.bin", "x/y"),)), key="k1")


async def test_typing_shows_and_failing_is_no_error(case):
    await case.channel.typing(case.address)
    assert next(pane for pane in case.stand.panes() if pane.id == f"dm:{CUSTOMER}").typing
    case.stand.fail_next(503, path="/typing")
    await case.channel.typing(case.address)


async def test_marks_come_and_go_as_reactions(case):
    said = await case.say("Hello")
    ref = MessageRef(address=case.address, id=said)
    await case.channel.react(ref, "seen")
    assert case.bubbles()[-1].reactions == ["👀"]
    await case.channel.react(ref, "seen", on=False)
    assert case.bubbles()[-1].reactions == []


async def test_a_person_has_a_name(case):
    user = case.stand.world.person(CUSTOMER).id
    identity = Identity(platform=Platform.DISCORD, workspace=str(BOT), user=user)
    assert await case.channel.profile(identity) == CUSTOMER


async def test_a_process_that_does_not_listen_can_send():
    async with discord_stand() as case:
        case.channel = case.make()
        await case.channel.send(case.address, text("Hello"), key="k1")
        assert case.theirs() == ["Hello"]
        assert not case.stand.gateway.identified


async def test_two_bots_of_one_process_talk_to_two_places():
    async with discord_case() as first, discord_case() as second:
        await first.channel.send(first.address, text("one"), key="k1")
        await second.channel.send(second.address, text("two"), key="k1")
        assert (first.theirs(), second.theirs()) == (["one"], ["two"])


async def test_an_answer_quotes_its_question_and_a_question_that_is_gone_is_no_obstacle(case):
    asked = MessageRef(address=case.address, id=await case.say("Where is it?"))
    await case.channel.send(case.address, text("On its way"), key="k1", reply_to=asked)
    gone = MessageRef(address=case.address, id="1500000000000000000")
    await case.channel.send(case.address, text("It arrived"), key="k2", reply_to=gone)
    bodies = [one.body for one in case.stand.requests if one.method == "POST" and "/messages" in one.path]
    assert [body["message_reference"]["message_id"] for body in bodies] == [asked.id, gone.id]
    assert case.theirs() == ["On its way", "It arrived"]


async def test_several_files_are_one_message(case):
    case.blobs |= {"a": b"one", "b": b"two"}
    files = [File("a", "a.pdf", "application/pdf", 3), File("b", "b.pdf", "application/pdf", 3)]
    (piece,) = case.channel.split(Content((paragraph("Both"), *files)))
    await case.channel.send(case.address, piece, key="k1")
    (bubble,) = [one for one in case.bubbles() if not one.mine]
    assert [name for name, _ in bubble.files] == ["a.pdf", "b.pdf"]
