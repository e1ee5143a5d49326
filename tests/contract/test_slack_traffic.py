"""The Slack adapter over the real SDKs: Socket Mode and signed HTTP against the stand-in."""

import json
from collections.abc import AsyncIterator
from io import BytesIO

import aiohttp
import pytest

from desk.ports import Field, Form
from domain.content import Button, Buttons, Content, File, Paragraph, Span, text
from domain.errors import Misconfigured, RateLimited, Refused, Unavailable, Unreachable
from domain.ids import Identity, MessageRef, Platform
from domain.inbound import (
    AppHomeOpened,
    ButtonPressed,
    CommandReceived,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
)
from sandbox.slack_deliver import Signed
from sandbox.stand import until
from tests.contract.slack_case import SlackCase, make_channel, slack_case


@pytest.fixture(params=["socket", "http"])
async def case(request: pytest.FixtureRequest) -> AsyncIterator[SlackCase]:
    async with slack_case(mode=request.param) as made:
        yield made


@pytest.fixture
async def socket() -> AsyncIterator[SlackCase]:
    async with slack_case() as made:
        yield made


@pytest.fixture
async def http() -> AsyncIterator[SlackCase]:
    async with slack_case(mode="http") as made:
        yield made


def thread(case: SlackCase, root: str):
    from dataclasses import replace

    return replace(case.address, thread=root)


async def test_what_an_agent_writes_arrives_with_name_place_and_time(case: SlackCase) -> None:
    root = await case.say("Hello *team* & <all>")
    event = await case.event(MessageReceived)
    assert event.text == "Hello *team* & <all>"
    assert event.actor.name == "Alma"
    assert event.source == f"slack:T0DESKMATE:C0SUPPORT:{root}"
    assert event.address == case.address
    assert event.ref == MessageRef(address=case.address, id=root)
    assert event.at.tzinfo is not None


async def test_a_reply_in_a_thread_keeps_its_thread(case: SlackCase) -> None:
    root = await case.say("first")
    await case.say("second @Ben", thread=root)
    event = await case.event(MessageReceived, 2)
    assert event.address.thread == root
    assert event.text == "second @Ben"


# Loss and duplication


@pytest.mark.trap(3)
async def test_an_event_that_could_not_be_stored_is_delivered_again(case: SlackCase) -> None:
    case.stand.sockets.ack_seconds = 0.1
    case.refusing = True
    await case.say("do not lose me")
    await until(lambda: case.deliveries >= 2)
    assert not case.stand.postman.acknowledged
    case.refusing = False
    assert (await case.event(MessageReceived)).text == "do not lose me"
    await until(lambda: case.stand.postman.acknowledged)


@pytest.mark.trap(3)
async def test_slack_is_answered_only_once_the_event_is_stored(case: SlackCase) -> None:
    seen: list[int] = []
    accept = case.accept

    async def watched(event) -> None:
        seen.append(len(case.stand.postman.acknowledged))
        await accept(event)

    case.channel._in.accept = watched
    await case.say("one")
    await until(lambda: case.stand.postman.acknowledged)
    assert seen == [0]


@pytest.mark.trap(3)
async def test_a_redelivered_event_changes_nothing(case: SlackCase) -> None:
    await case.say("once")
    await until(lambda: case.stand.postman.acknowledged)
    case.redeliver()
    await until(lambda: case.deliveries == 2)
    assert len(case.accepted) == 1


@pytest.mark.trap(4)
async def test_one_message_under_two_event_ids_is_one_message(case: SlackCase) -> None:
    await case.say("twice")
    await until(lambda: case.stand.postman.acknowledged)
    case.stand.redeliver(new_event_id=True)
    await until(lambda: case.deliveries == 2)
    ids = {body["event_id"] for body in case.stand.postman.sent}
    assert len(ids) == 2
    assert len(case.accepted) == 1


@pytest.mark.trap(6)
async def test_a_press_delivered_twice_is_one_press_and_two_people_are_two(case: SlackCase) -> None:
    ref = await case.channel.send(case.address, claim(), key="card")
    await case.press(ref.id, "claim", "Alma")
    await case.press(ref.id, "claim", "Ben")
    first, second = [event for event in case.accepted if isinstance(event, ButtonPressed)]
    assert [first.actor.name, second.actor.name] == ["Alma", "Ben"]
    assert first.source != second.source
    assert (first.action, first.value, first.ref) == ("claim", "T-1", ref)


@pytest.mark.trap(6)
async def test_the_same_press_again_has_the_same_source(socket: SlackCase) -> None:
    ref = await socket.channel.send(socket.address, claim(), key="card")
    sent = []
    send = socket.stand.sockets.send

    async def keep(kind, payload, **how):
        sent.append(payload)
        return await send(kind, payload, **how)

    socket.stand.sockets.send = keep  # type: ignore[method-assign]
    await socket.press(ref.id, "claim")
    await socket.stand.resend("interactive", sent[-1])
    assert socket.deliveries == 2
    assert len(socket.accepted) == 1


@pytest.mark.trap(8)
async def test_an_old_thread_goes_on_after_slack_was_reconnected(socket: SlackCase) -> None:
    ref = await socket.channel.send(socket.address, text("Ticket T-1"), key="t1")
    await socket.stand.drop(graceful=True)
    await until(lambda: socket.stand.sockets.connections == 2)
    await socket.say("in the old thread", thread=ref.id)
    event = await socket.event(MessageReceived)
    assert (event.address.workspace, event.address.channel, event.address.thread) == (
        "T0DESKMATE",
        "C0SUPPORT",
        ref.id,
    )
    answer = await socket.channel.send(event.address, text("still here"), key="t2")
    assert socket.stand.workspace.find("C0SUPPORT", answer.id).thread_ts == ref.id


async def test_a_broken_connection_is_made_anew_and_nothing_is_lost(socket: SlackCase) -> None:
    socket.stand.fail_next("apps.connections.open", status=503, times=2)
    await socket.stand.drop(graceful=False)
    await socket.say("while you were away")
    assert (await socket.event(MessageReceived)).text == "while you were away"
    assert socket.stand.sockets.connections == 2


async def test_what_was_written_while_the_service_was_down_arrives_when_it_is_back(
    case: SlackCase,
) -> None:
    case.stand.postman.delays = (0.02,) * 500
    await case.stop()
    await case.say("is anybody there?")
    await case.start()
    assert (await case.event(MessageReceived)).text == "is anybody there?"


async def test_before_it_runs_the_service_asks_slack_to_come_again(http: SlackCase) -> None:
    await http.stop()
    body = json.dumps({"type": "event_callback", "team_id": "T0DESKMATE", "event": {}}).encode()
    assert await raw(http, http.stand.signed.headers(body), body) == 503


async def test_in_a_thread_nothing_overtakes_and_other_threads_do_not_wait(case: SlackCase) -> None:
    import asyncio

    release, order = asyncio.Event(), []
    accept = case.accept

    async def slow(event) -> None:
        if not order and getattr(event, "text", "") == "one":
            order.append("one waits")
            await release.wait()
        order.append(getattr(event, "text", type(event).__name__))
        await accept(event)

    slow_thread = await case.channel.send(case.address, claim(), key="slow")
    quick_thread = await case.channel.send(case.address, claim(), key="quick")
    case.channel._in.accept = slow
    one = await case.say("one", thread=slow_thread.id)
    await until(lambda: order == ["one waits"])
    await case.stand.act("C0SUPPORT", "Alma", "edit", bubble=one, text="one, better")
    pressing = asyncio.create_task(case.press(slow_thread.id, "claim"))
    await case.say("elsewhere", thread=quick_thread.id)
    await case.say("in the channel")
    await case.press(quick_thread.id, "claim")
    await until(lambda: len(order) == 4)
    assert set(order) == {"one waits", "elsewhere", "in the channel", "ButtonPressed"}
    release.set()
    await pressing
    await until(lambda: len(order) == 7)
    assert order[4:] == ["one", "one, better", "ButtonPressed"]


async def test_stopping_lets_what_is_in_hand_be_stored(socket: SlackCase) -> None:
    import asyncio

    entered, release = asyncio.Event(), asyncio.Event()
    accept = socket.accept

    async def slow(event) -> None:
        entered.set()
        await release.wait()
        await accept(event)

    socket.channel._in.accept = slow
    await socket.say("last words")
    await entered.wait()
    socket.task.cancel()
    await asyncio.sleep(0)
    release.set()
    await asyncio.gather(socket.task, return_exceptions=True)
    assert [event.text for event in socket.accepted] == ["last words"]


@pytest.mark.trap(13)
async def test_a_button_sent_before_a_restart_works_after_it(case: SlackCase) -> None:
    ref = await case.channel.send(case.address, claim(), key="card")
    await case.stop()
    old, case.channel = (
        case.channel,
        make_channel(case.url, blobs=case.blobs, mode="http" if case.stand.signed else "socket"),
    )
    if case.stand.signed:
        old._in.app, old._in.hands = case.channel._in.app, case.channel._in.hands
    await case.start()
    await case.press(ref.id, "claim")
    assert (await case.event(ButtonPressed)).value == "T-1"


# Signatures


async def test_a_wrong_signature_is_refused_and_nothing_is_stored(http: SlackCase) -> None:
    assert isinstance(http.stand.signed, Signed)
    http.stand.signed.secret = "guessed"
    await http.say("forged")
    await until(lambda: http.stand.postman.lost)
    assert http.deliveries == 0
    assert await raw(http, {}) == 401


async def test_an_old_timestamp_is_refused_and_nothing_is_stored(http: SlackCase) -> None:
    http.stand.signed.skew = -3600
    await http.say("replayed")
    await until(lambda: http.stand.postman.lost)
    body = json.dumps({"type": "event_callback"}).encode()
    assert await raw(http, http.stand.signed.headers(body), body) == 401
    assert http.deliveries == 0


async def test_a_huge_request_is_refused(http: SlackCase) -> None:
    body = b"x" * (2 << 20)
    assert await raw(http, http.stand.signed.headers(body), body) == 413
    assert http.deliveries == 0


@pytest.mark.parametrize(
    ("changed", "body", "status"),
    [
        ({"X-Slack-Request-Timestamp": "yesterday"}, b"{}", 401),
        ({"X-Slack-Signature": "v0=\u00e9"}, b"{}", 401),
        ({}, b"{not json", 400),
    ],
    ids=["odd time", "odd signature", "damaged"],
)
async def test_a_damaged_request_is_refused_and_is_no_fault_of_ours(
    http: SlackCase, changed: dict[str, str], body: bytes, status: int
) -> None:
    headers = dict(http.stand.signed.headers(body)) | {"Content-Type": "application/json"}
    assert await raw(http, headers | changed, body) == status
    assert http.deliveries == 0


async def test_slack_is_told_that_the_address_is_right(http: SlackCase) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{http.stand.signed.url}/events",
            data=body,
            headers=http.stand.signed.headers(body) | {"Content-Type": "application/json"},
        ) as response,
    ):
        assert (await response.json())["challenge"] == "abc"


async def test_the_address_without_the_bots_name_works_too(http: SlackCase) -> None:
    http.stand.http_mode(http.stand.signed.url.removesuffix("/slack"), http.stand.signed.secret)
    await http.say("short form")
    assert (await http.event(MessageReceived)).text == "short form"


async def test_without_a_signing_secret_nobody_gets_in(http: SlackCase) -> None:
    bare = make_channel(http.url, blobs=http.blobs, mode="http", signing_secret="")
    with pytest.raises(Misconfigured, match="signing secret"):
        await bare.run(http.accept)


async def raw(case: SlackCase, headers: dict[str, str], body: bytes = b"{}") -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{case.stand.signed.url}/events", data=BytesIO(body), headers=headers) as response,
    ):
        return response.status


# Who wrote it


@pytest.mark.trap(16)
async def test_our_own_messages_are_known_by_id_and_a_person_may_say_the_same(case: SlackCase) -> None:
    await case.channel.send(case.address, text("Hello"), key="ours")
    await case.say("Hello")
    event = await case.event(MessageReceived)
    await until(lambda: len(case.stand.postman.acknowledged) == 2)
    assert event.actor.name == "Alma"
    assert len(case.accepted) == 1


@pytest.mark.trap(16)
async def test_changing_and_deleting_our_own_message_is_no_event(case: SlackCase) -> None:
    ref = await case.channel.send(case.address, text("Draft"), key="ours")
    await case.channel.edit(ref, text("Final"))
    await case.channel.delete(ref)
    await until(lambda: len(case.stand.postman.acknowledged) == 3)
    assert not case.accepted


@pytest.mark.trap(20)
async def test_an_edit_and_a_deletion_of_an_agent_arrive(case: SlackCase) -> None:
    root = await case.say("tpyo")
    await case.stand.act("C0SUPPORT", "Alma", "edit", bubble=root, text="typo")
    edited = await case.event(MessageEdited)
    assert (edited.text, edited.ref.id) == ("typo", root)
    await case.stand.act("C0SUPPORT", "Alma", "delete", bubble=root)
    deleted = await case.event(MessageDeleted)
    assert deleted.ref.id == root
    assert deleted.source.endswith(":deleted")


@pytest.mark.trap(20)
async def test_our_edits_and_deletions_are_seen(case: SlackCase) -> None:
    ref = await case.channel.send(case.address, text("Draft"), key="ours")
    await case.channel.edit(ref, text("Final"))
    assert [(one.text, one.old) for one in case.bubbles()] == [("Final", ["Draft"])]
    await case.channel.delete(ref)
    await case.channel.delete(ref)
    assert [one.deleted for one in case.bubbles()] == [True]


# Presses, commands, forms, home


async def test_an_answer_to_a_press_is_seen_by_the_presser_alone(case: SlackCase) -> None:
    root = await case.channel.send(case.address, text("Ticket"), key="root")
    ref = await case.channel.send(thread(case, root.id), claim(), key="card")
    await case.press(ref.id, "claim", "Ben")
    event = await case.event(ButtonPressed)
    assert event.address.thread == root.id
    await case.channel.send(event.address, text("You have it."), key="answer")
    shown = [(one.text, one.only_for) for one in case.bubbles() if one.only_for]
    assert shown == [("You have it.", "Ben Okafor")]


async def test_several_buttons_of_one_action_can_be_told_apart(case: SlackCase) -> None:
    stars = Content((Buttons(tuple(Button("rate", "★" * n, str(n)) for n in range(1, 6))),))
    ref = await case.channel.send(case.address, stars, key="stars")
    await case.press(ref.id, "4")
    event = await case.event(ButtonPressed)
    assert (event.action, event.value) == ("rate", "4")


async def test_a_command_arrives_and_its_answer_is_private(case: SlackCase) -> None:
    await case.stand.act("C0SUPPORT", "Chloe", "command", name="/tickets", text="mine & <all>")
    event = await case.event(CommandReceived)
    assert (event.name, event.text, event.address.private_to) == ("tickets", "mine & <all>", "U0CHLOE")
    await case.channel.send(event.address, text("None."), key="answer")
    assert case.bubbles()[-1].only_for == "Chloe Martin"


async def test_a_private_answer_finds_the_person_where_the_app_is_not_in_the_channel(
    case: SlackCase,
) -> None:
    await case.stand.act("C0SUPPORT", "Chloe", "command", name="/tickets")
    event = await case.event(CommandReceived)
    case.block()
    ref = await case.channel.send(event.address, text("None."), key="answer")
    assert ref.address.channel == "D0CHLOE"


async def test_a_command_that_could_not_be_stored_is_told_to_the_person(case: SlackCase) -> None:
    case.stand.sockets.ack_seconds = 0.1
    case.refusing = True
    done = await case.stand.act("C0SUPPORT", "Ben", "command", name="/tickets")
    assert not done["ok"]
    assert "did not respond" in case.bubbles()[-1].text


async def test_a_document_is_added_through_a_form_with_a_file(case: SlackCase) -> None:
    await case.stand.act("C0SUPPORT", "Alma", "command", name="/upload")
    (form,) = case.stand.forms("Alma")
    assert [one.kind for one in form.blanks] == ["file", "text", "select", "select"]
    assert not case.accepted
    await case.stand.act(
        "C0SUPPORT",
        "Alma",
        "submit",
        form=form.id,
        fields={"title": "Prices", "kind": "faq", "owner": "Ben"},
        files=[("prices.pdf", b"%PDF-1.7 prices")],
    )
    event = await case.event(FormSubmitted)
    assert event.fields == {"document": "prices.pdf", "title": "Prices", "kind": "faq", "owner": "U0BEN"}
    assert (event.form, event.address.channel, event.address.private_to) == ("upload", "C0SUPPORT", "U0ALMA")
    assert await case.channel.fetch(event.attachments[0]) == b"%PDF-1.7 prices"
    assert not case.stand.forms("Alma")


async def test_a_form_that_could_not_be_stored_stays_open(case: SlackCase) -> None:
    ref = await case.channel.send(case.address, note(), key="card")
    await case.press(ref.id, "note")
    case.stand.sockets.ack_seconds = 0.1
    case.refusing = True
    (form,) = case.stand.forms("Alma")
    await case.stand.act("C0SUPPORT", "Alma", "submit", form=form.id, fields={"note": "calm"})
    case.refusing = False
    (form,) = case.stand.forms("Alma")
    assert form.error
    await case.stand.act("C0SUPPORT", "Alma", "submit", form=form.id, fields={"note": "calm"})
    assert (await case.event(FormSubmitted)).fields == {"note": "calm"}


async def test_a_note_knows_the_ticket_and_the_thread_it_is_for(case: SlackCase) -> None:
    root = await case.channel.send(case.address, text("Ticket"), key="root")
    ref = await case.channel.send(thread(case, root.id), note(), key="card")
    await case.press(ref.id, "note")
    await case.stand.act("C0SUPPORT", "Alma", "submit", form="form:note", fields={"note": "Be kind"})
    event = await case.event(FormSubmitted)
    assert (event.value, event.address.thread, event.fields) == ("T-1", root.id, {"note": "Be kind"})


async def test_a_form_that_slack_will_not_open_is_told_to_the_person(case: SlackCase) -> None:
    case.stand.fail_next("views.open", error="expired_trigger_id")
    await case.stand.act("C0SUPPORT", "Alma", "command", name="/upload")
    assert "try again" in case.bubbles()[-1].text


async def test_our_own_relayed_words_can_be_suggested_as_they_were_said(case: SlackCase) -> None:
    ref = await case.channel.send(case.address, text("*Really* _5_ days & <more>"), key="relay")
    await case.stand.act("C0SUPPORT", "Ben", "shortcut", bubble=ref.id, name="kb_shortcut")
    assert (await case.event(CommandReceived)).text == "*Really* _5_ days & <more>"


async def test_a_message_can_be_suggested_for_the_knowledge_base(case: SlackCase) -> None:
    root = await case.say("Parcels to Norway take 5 days")
    await case.stand.act("C0SUPPORT", "Ben", "shortcut", bubble=root, name="kb_shortcut")
    event = await case.event(CommandReceived)
    assert (event.name, event.text) == ("kb_shortcut", "Parcels to Norway take 5 days")
    assert event.options == {"message": root}


@pytest.mark.parametrize(
    ("filled", "fault", "said"),
    [("x" * 5000, None, "x" * 2999 + "…"), ("Yes", Unavailable("away"), ""), ("Yes", TimeoutError(), "")],
)
async def test_a_prefilled_form_opens_whatever_the_desk_can_say(
    filled: str, fault: Exception | None, said: str
) -> None:
    async def prefill(event: CommandReceived) -> dict[str, str]:
        if fault:
            raise fault
        return {"answer": filled}

    form = Form(
        name="faq", title="Add", submit="Add", fields=(Field(name="answer", label="Answer"),), prefilled=True
    )
    async with slack_case() as case:
        case.channel._in._forms = {"command:kb_shortcut": form}
        case.channel._in._prefill = prefill
        root = await case.say("Parcels to Norway take 5 days")
        await case.stand.act("C0SUPPORT", "Ben", "shortcut", bubble=root, name="kb_shortcut")
        (shown,) = case.stand.forms("Ben")
        assert [blank.value for blank in shown.blanks] == [said]
        assert not [one for one in case.accepted if isinstance(one, CommandReceived)]


async def test_the_home_page_is_shown_and_its_buttons_work(case: SlackCase) -> None:
    await case.stand.act("C0SUPPORT", "Ben", "open_home")
    event = await case.event(AppHomeOpened)
    await case.channel.home(event.actor.identity, claim().plus(Paragraph((Span("My tickets"),))))
    (home,) = [pane for pane in case.stand.panes() if pane.id == "home:U0BEN"]
    assert "My tickets" in home.bubbles[0].text
    await case.stand.act("home:U0BEN", "Ben", "press", bubble=home.bubbles[0].id, button="claim")
    pressed = await case.event(ButtonPressed)
    assert (pressed.address.channel, pressed.address.private_to) == ("C0SUPPORT", "U0BEN")


async def test_a_direct_message_to_the_app_arrives_from_its_own_place(case: SlackCase) -> None:
    await case.stand.act("D0BEN", "Ben", "say", text="How do refunds work?")
    event = await case.event(MessageReceived)
    assert event.address.channel == "D0BEN"


async def test_a_pane_that_cannot_be_dressed_costs_no_question(case: SlackCase) -> None:
    case.stand.fail_next("assistant.threads.setSuggestedPrompts", error="missing_scope")
    case.stand.fail_next("assistant.threads.setTitle", status=503)
    opened = await case.stand.act("D0BEN", "Ben", "open_assistant")
    await until(lambda: case.stand.postman.waiting == 0)
    await case.stand.act("D0BEN", "Ben", "say", text="Why?", thread=opened["bubble"])
    event = await case.event(MessageReceived)
    assert (event.text, event.address.thread) == ("Why?", opened["bubble"])
    assert case.deliveries == 1


# Sending


@pytest.mark.trap(11)
async def test_slacks_wish_to_slow_down_is_passed_on_and_nothing_is_shown(case: SlackCase) -> None:
    case.fail_next("rate_limited", retry_after=7)
    with pytest.raises(RateLimited) as caught:
        await case.channel.send(case.address, text("Hello"), key="k")
    assert caught.value.retry_after == 7.0
    assert not case.bubbles()


@pytest.mark.trap(10)
async def test_refused_blocks_are_sent_as_plain_text(case: SlackCase) -> None:
    case.fail_next("refused_markup")
    await case.channel.send(case.address, claim().plus(Paragraph((Span("a < b & c"),))), key="k")
    (shown,) = case.bubbles()
    assert "a < b & c" in shown.text
    assert not shown.buttons


async def test_what_slack_refuses_altogether_is_refused(case: SlackCase) -> None:
    case.stand.fail_next("chat.postMessage", error="restricted_action")
    with pytest.raises(Refused):
        await case.channel.send(case.address, text("Hello"), key="k")


async def test_a_repeated_attempt_finds_the_message_that_got_through(case: SlackCase) -> None:
    root = await case.channel.send(case.address, text("Ticket"), key="root")
    for place in (case.address, thread(case, root.id)):
        case.fail_next("unavailable", after=True)
        with pytest.raises(Unavailable):
            await case.channel.send(place, text("Once"), key=f"once {place.thread}")
        ref = await case.channel.send(place, text("Once"), key=f"once {place.thread}", again=True)
        assert case.stand.workspace.find("C0SUPPORT", ref.id).text == "Once"
    assert [one.text for one in case.bubbles()].count("Once") == 2


async def test_an_attempt_that_never_got_through_is_sent(case: SlackCase) -> None:
    case.fail_next("unavailable")
    with pytest.raises(Unavailable):
        await case.channel.send(case.address, text("Once"), key="k")
    await case.channel.send(case.address, text("Once"), key="k", again=True)
    assert [one.text for one in case.bubbles()] == ["Once"]


@pytest.mark.trap(8)
async def test_a_place_without_its_workspace_gets_it_and_a_reply_comes_from_there(case: SlackCase) -> None:
    from dataclasses import replace

    ref = await case.channel.send(replace(case.address, workspace=""), text("Ticket"), key="t")
    await case.say("a reply", thread=ref.id)
    event = await case.event(MessageReceived)
    assert event.address == replace(ref.address, thread=ref.id)


async def test_a_revoked_token_does_not_kill_the_message(case: SlackCase) -> None:
    case.stand.fail_next("chat.postMessage", error="token_revoked")
    with pytest.raises(Unavailable, match="revoked"):
        await case.channel.send(case.address, text("Hello"), key="k")


@pytest.mark.trap(17)
async def test_files_go_into_the_thread_with_their_caption(case: SlackCase) -> None:
    root = await case.channel.send(case.address, text("Ticket"), key="root")
    first = b"1" * (2 << 20)
    case.blobs |= {"a": first, "b": b"second"}
    album = Content(
        (
            Paragraph((Span("From Ana & Bo"),)),
            File("a", "a.png", "image/png", 5, image=True, alt="a parcel"),
            File("b", "b.txt", "text/plain", 6),
        )
    )
    assert case.channel.split(album) == (album,)
    ref = await case.channel.send(thread(case, root.id), album, key="files")
    post = case.stand.workspace.find("C0SUPPORT", ref.id)
    assert post.thread_ts == root.id
    assert [case.stand.workspace.files[one].data for one in post.files] == [first, b"second"]
    assert case.bubbles()[-1].text == "From Ana & Bo"
    await case.channel.edit(ref, text("From Ana"))
    assert case.stand.workspace.find("C0SUPPORT", ref.id).files


async def test_files_are_not_sent_twice_when_the_answer_got_lost(case: SlackCase) -> None:
    case.blobs["a"] = b"first"
    content = Content((Paragraph((Span("A photo"),)), File("a", "a.png", "image/png", 5)))
    case.stand.fail_next("files.completeUploadExternal", status=502, after=True)
    with pytest.raises(Unavailable):
        await case.channel.send(case.address, content, key="k")
    await case.channel.send(case.address, content, key="k", again=True)
    assert len([one for one in case.bubbles() if one.files]) == 1


async def test_a_file_for_one_person_is_a_direct_message(case: SlackCase) -> None:
    await case.stand.act("C0SUPPORT", "Alma", "command", name="/report")
    event = await case.event(CommandReceived)
    case.blobs["chart"] = b"png"
    ref = await case.channel.send(
        event.address, Content((File("chart", "week.png", "image/png", 3, image=True),)), key="k"
    )
    assert ref.address.channel == "D0ALMA"


@pytest.mark.trap(18)
async def test_files_of_agents_are_fetched_with_the_bots_token(case: SlackCase) -> None:
    await case.say("see", files=[("log.txt", b"secret log")])
    event = await case.event(MessageReceived)
    (found,) = event.attachments
    assert (found.name, found.size, found.kind) == ("log.txt", 10, "file")
    assert await case.channel.fetch(found) == b"secret log"


async def test_marks_are_put_on_and_taken_off(case: SlackCase) -> None:
    root = await case.say("Hi")
    ref = MessageRef(address=case.address, id=root)
    for mark in ("sent", "sent", "delivered"):
        await case.channel.react(ref, mark)
    await case.channel.react(ref, "sent", on=False)
    await case.channel.react(ref, "sent", on=False)
    await case.channel.react(ref, "unknown")
    assert case.bubbles()[0].reactions == ["white_check_mark"]


async def test_a_channel_that_threw_the_app_out_is_unreachable(case: SlackCase) -> None:
    case.block()
    with pytest.raises(Unreachable):
        await case.channel.send(case.address, text("Hello"), key="k")


async def test_people_are_called_by_their_names(case: SlackCase) -> None:
    identity = Identity(platform=Platform.SLACK, workspace="T0DESKMATE", user="U0BEN")
    assert await case.channel.profile(identity) == "Ben"


async def test_names_that_slack_will_not_give_do_not_hold_up_a_message(case: SlackCase) -> None:
    case.stand.fail_next("users.info", status=503)
    await case.say("Hi")
    assert (await case.event(MessageReceived)).actor.name == "U0ALMA"


# Set-up


async def test_the_doctor_says_where_we_are(case: SlackCase) -> None:
    assert "#support" in await case.channel.check()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bot_token": "xoxb-wrong"}, "invalid_auth"),
        ({"app_token": "xapp-wrong"}, "invalid_auth"),
        ({"app_token": "xoxb-sandbox"}, "not_allowed_token_type"),
        ({"app_token": ""}, "xapp-"),
        ({"channel": "C0NOWHERE"}, "C0NOWHERE"),
    ],
)
async def test_the_doctor_says_what_is_wrong(socket: SlackCase, changes: dict[str, str], words: str) -> None:
    wrong = make_channel(socket.url, blobs=socket.blobs, **changes)
    with pytest.raises(Misconfigured, match=words):
        await wrong.check()
    if "channel" not in changes:
        with pytest.raises(Misconfigured, match=words):
            await wrong.run(socket.accept)


async def test_a_token_revoked_while_running_ends_the_run_with_a_reason(socket: SlackCase) -> None:
    socket.stand.fail_next("apps.connections.open", error="token_revoked", times=5)
    await socket.stand.drop(graceful=True)
    with pytest.raises(Misconfigured, match="revoked"):
        await socket.task
    socket.task = None


async def test_a_slack_that_is_away_at_the_start_is_unavailable(socket: SlackCase) -> None:
    nowhere = make_channel("http://127.0.0.1:9", blobs=socket.blobs)
    with pytest.raises(Unavailable):
        await nowhere.run(socket.accept)


@pytest.mark.trap(41)
async def test_another_workspaces_event_is_not_stored(socket: SlackCase) -> None:
    body = {
        "type": "event_callback",
        "team_id": "T0OTHER",
        "event": {"type": "message", "channel": "C0SUPPORT", "user": "U1", "text": "hi", "ts": "1.2"},
    }
    reply = await socket.stand.sockets.send("events_api", body, attempt=0, reason="")
    assert reply.ok
    assert socket.deliveries == 0


def claim() -> Content:
    return Content((Paragraph((Span("Ticket T-1"),)), Buttons((Button("claim", "Claim", "T-1"),))))


def note() -> Content:
    return Content((Paragraph((Span("Ticket T-1"),)), Buttons((Button("note", "Note", "T-1"),))))


async def test_a_changed_message_loses_its_blocks_where_only_words_are_left(case: SlackCase) -> None:
    ref = await case.channel.send(case.address, claim(), key="card")
    case.stand.fail_next("chat.update", error="invalid_blocks")
    await case.channel.edit(ref, text("Taken by Ben"))
    (shown,) = case.bubbles()
    assert (shown.text, shown.buttons) == ("Taken by Ben", [])


async def test_a_long_home_page_is_shown_whole(case: SlackCase) -> None:
    identity = Identity(platform=Platform.SLACK, workspace="T0DESKMATE", user="U0BEN")
    words = "word " * 1500
    await case.channel.home(identity, text(words))
    (home,) = [pane for pane in case.stand.panes() if pane.id == "home:U0BEN"]
    assert home.bubbles[0].text.split() == words.split()


async def test_a_file_whose_message_slack_will_not_name_is_sent_all_the_same(case: SlackCase) -> None:
    case.blobs["a"] = b"first"
    case.stand.fail_next("files.info", error="internal_error")
    ref = await case.channel.send(case.address, Content((File("a", "a.png", "image/png", 5),)), key="k")
    assert ref.id.startswith("F")
    assert case.bubbles()[0].files
    with pytest.raises(Refused):
        await case.channel.edit(ref, text("x"))
    await case.channel.delete(ref)
    await case.channel.delete(ref)
    assert not [one for one in case.bubbles() if one.files and not one.deleted]
