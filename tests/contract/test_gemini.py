"""The Gemini responder with the real google-genai client, against a local server."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from brain.gemini import GeminiClient
from brain.ports import Prompt
from brain.usage import NoUsableAnswer, Prices
from brain.writing import ModelResponder
from domain.answer import Action
from domain.errors import Misconfigured, Unavailable
from domain.ids import PassageId
from sandbox.gemini import Fault, GeminiStand
from tests.unit.brain_parts import TONE, brain, customer, found, prompt, turn

KEY = "test-key"


@asynccontextmanager
async def served(stand: GeminiStand) -> AsyncIterator[str]:
    runner = web.AppRunner(stand.app(), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        stand.release.set()
        await runner.cleanup()


class Gemini(ModelResponder):
    """The responder together with its client."""

    def __init__(self, client: GeminiClient) -> None:
        super().__init__(model=client)
        self.check, self.close = client.check, client.close


def responder(base_url: str, **options: object) -> Gemini:
    chosen: dict[str, object] = {
        "api_key": KEY,
        "model": "gemini-test",
        "base_url": base_url,
        "timeout": 5.0,
        "attempts": 3,
        "deadline": 10.0,
        "first_pause": 0.001,
        "longest_pause": 0.002,
        "prices": Prices(prompt=1.0, answer=2.0),
    }
    return Gemini(GeminiClient(**{**chosen, **options}))  # type: ignore[arg-type]


@pytest.fixture
async def stand() -> GeminiStand:
    return GeminiStand(key=KEY)


@pytest.fixture
async def url(stand: GeminiStand) -> AsyncIterator[str]:
    async with served(stand) as address:
        yield address


@pytest.fixture(params=[False, True], ids=["whole", "stream"])
async def gemini(url: str, request: pytest.FixtureRequest) -> AsyncIterator[Gemini]:
    made = responder(url, stream=request.param)
    yield made
    await made.close()


DAMAGE = prompt("How many days do I have to report damage?")


async def test_an_answer_cites_the_passage_it_rests_on(gemini: Gemini, stand: GeminiStand) -> None:
    draft = await gemini.respond(DAMAGE)
    assert draft.action is Action.REPLY
    assert "Report damage within 7 days" in draft.text
    assert draft.cited == (PassageId("passage-1"),)
    assert draft.usage.prompt_tokens > 0
    assert draft.usage.cost == pytest.approx(
        (draft.usage.prompt_tokens + 2 * draft.usage.answer_tokens) / 1_000_000
    )
    assert [record.faults for record in stand.requests] == [()]


async def test_a_german_question_gets_through_whole(gemini: Gemini, stand: GeminiStand) -> None:
    asked = prompt("Wie lange kann ich einen Schaden melden? Größe „XL“, 5 €", language="de")
    await gemini.respond(asked)
    assert "Größe „XL“, 5 €" in stand.requests[0].body["contents"][0]["parts"][0]["text"]
    assert "German" in stand.requests[0].body["systemInstruction"]["parts"][0]["text"]


async def test_an_answer_between_fences_is_read_at_once(gemini: Gemini, stand: GeminiStand) -> None:
    stand.fail(Fault.FENCED)
    assert "Report damage within 7 days" in (await gemini.respond(DAMAGE)).text
    assert len(stand.requests) == 1


async def test_asking_for_a_person_is_a_typed_action(gemini: Gemini) -> None:
    draft = await gemini.respond(prompt("I want to talk to a human"))
    assert draft.action is Action.HANDOFF


PASSING = [
    Fault.RATE_LIMITED,
    Fault.INTERNAL,
    Fault.OVERLOADED,
    Fault.RESET,
    Fault.EMPTY,
    Fault.NO_CANDIDATES,
    Fault.TRUNCATED,
    Fault.BROKEN_JSON,
    Fault.WRONG_SCHEMA,
    Fault.CUT,
]


@pytest.mark.trap(31)
@pytest.mark.parametrize("fault", PASSING)
async def test_a_passing_fault_is_tried_again(gemini: Gemini, stand: GeminiStand, fault: Fault) -> None:
    stand.fail(fault, fault)
    draft = await gemini.respond(DAMAGE)
    assert "Report damage" in draft.text
    assert len(stand.requests) == 3


@pytest.mark.trap(31)
@pytest.mark.parametrize("fault", PASSING)
async def test_a_lasting_fault_ends_after_the_last_attempt(
    gemini: Gemini, stand: GeminiStand, fault: Fault
) -> None:
    stand.always = fault
    with pytest.raises(Unavailable):
        await gemini.respond(DAMAGE)
    assert len(stand.requests) == 3


@pytest.mark.trap(31)
@pytest.mark.parametrize("fault", [Fault.BLOCKED, Fault.UNSAFE])
async def test_a_blocked_answer_is_not_asked_for_again(
    gemini: Gemini, stand: GeminiStand, fault: Fault
) -> None:
    stand.always = fault
    with pytest.raises(Unavailable, match="blocked"):
        await gemini.respond(DAMAGE)
    assert len(stand.requests) == 1


@pytest.mark.trap(31)
async def test_an_attempt_that_hangs_is_given_up_and_tried_again(stand: GeminiStand, url: str) -> None:
    gemini = responder(url, timeout=0.3)
    stand.fail(Fault.TIMEOUT)
    draft = await gemini.respond(DAMAGE)
    assert "Report damage" in draft.text
    await gemini.close()


@pytest.mark.trap(31)
async def test_all_attempts_together_end_at_the_deadline(stand: GeminiStand, url: str) -> None:
    gemini = responder(url, timeout=60.0, deadline=0.3)
    stand.always = Fault.TIMEOUT
    with pytest.raises(Unavailable, match="deadline"):
        await gemini.respond(DAMAGE)
    await gemini.close()


async def test_a_pause_beyond_the_deadline_is_not_waited_for(stand: GeminiStand, url: str) -> None:
    gemini = responder(url, first_pause=60.0, longest_pause=60.0)
    stand.always = Fault.OVERLOADED
    with pytest.raises(Unavailable, match="http_503"):
        await gemini.respond(DAMAGE)
    assert len(stand.requests) == 1
    await gemini.close()


@pytest.mark.trap(31)
async def test_nobody_listening_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gemini = responder(f"http://127.0.0.1:{port}")
    with pytest.raises(Unavailable, match="transport"):
        await gemini.respond(DAMAGE)
    await gemini.close()


async def test_failed_attempts_are_paid_for_too(stand: GeminiStand, url: str) -> None:
    gemini = responder(url)
    once = (await gemini.respond(DAMAGE)).usage
    stand.fail(Fault.WRONG_SCHEMA)
    twice = (await gemini.respond(DAMAGE)).usage
    assert twice.prompt_tokens == 2 * once.prompt_tokens
    stand.always = Fault.WRONG_SCHEMA
    with pytest.raises(NoUsableAnswer) as raised:
        await gemini.respond(DAMAGE)
    assert raised.value.usage.prompt_tokens == 3 * once.prompt_tokens
    await gemini.close()


async def test_an_answer_that_was_cut_gets_more_room(stand: GeminiStand, url: str) -> None:
    gemini = responder(url, answer_tokens=100)
    stand.fail(Fault.TRUNCATED)
    await gemini.respond(DAMAGE)
    rooms = [record.body["generationConfig"]["maxOutputTokens"] for record in stand.requests]
    assert rooms == [100, 200]
    await gemini.close()


async def test_the_api_version_and_the_key_are_those_configured(stand: GeminiStand, url: str) -> None:
    gemini = responder(url, api_version="v1")
    await gemini.respond(DAMAGE)
    assert stand.requests[0].path == "/v1/models/gemini-test:generateContent"
    await gemini.close()
    wrong = responder(url, api_key="wrong")
    with pytest.raises(Unavailable, match="http_400"):
        await wrong.respond(DAMAGE)
    with pytest.raises(Misconfigured, match="API key"):
        await wrong.check()
    await wrong.close()


async def test_the_doctor_hears_that_gemini_answers(url: str) -> None:
    gemini = responder(url)
    assert "gemini-test" in await gemini.check()
    await gemini.close()


async def test_a_body_that_breaks_the_schema_is_refused(stand: GeminiStand, url: str) -> None:
    pytest.importorskip("google.ai.generativelanguage_v1beta")
    import aiohttp

    async with aiohttp.ClientSession(headers={"x-goog-api-key": KEY}) as session:
        body = {"contents": [{"parts": [{"text": "hi"}]}], "temprature": 1}
        async with session.post(f"{url}/v1beta/models/m:generateContent", json=body) as response:
            assert response.status == 400
    assert stand.requests[0].faults


LASTING = [*PASSING, Fault.BLOCKED, Fault.UNSAFE]


@pytest.mark.trap(31)
@pytest.mark.parametrize("fault", LASTING)
async def test_the_customer_gets_a_quotation_when_gemini_fails(
    gemini: Gemini, stand: GeminiStand, fault: Fault
) -> None:
    stand.always = fault
    answer = await brain(responder=gemini).answer(turn("How many days do I have to report damage?"))
    assert answer.quoted
    assert answer.sources[0].passage == "passage-1"


@pytest.mark.trap(28)
@pytest.mark.parametrize("fault", [Fault.UNKNOWN_CITATION, Fault.UNSUPPORTED, Fault.OBEYS])
async def test_what_the_documents_do_not_say_is_never_shown(
    gemini: Gemini, stand: GeminiStand, fault: Fault
) -> None:
    stand.always = fault
    answer = await brain(responder=gemini).answer(turn("How many days do I have to report damage?"))
    shown = str(answer.content)
    assert "Jupiter" not in shown
    assert "Rules, which nothing" not in shown
    assert {source.passage for source in answer.sources} == {"passage-1"}


@pytest.mark.trap(28)
async def test_an_answer_without_citations_is_an_honest_refusal(gemini: Gemini, stand: GeminiStand) -> None:
    stand.always = Fault.NO_CITATION
    answer = await brain(responder=gemini).answer(turn("How many days do I have to report damage?"))
    assert answer.refused
    assert not answer.sources


async def test_the_stand_in_reads_any_prompt_with_tagged_passages() -> None:
    from sandbox.gemini_model import read, respond

    text = (
        '<doc id="x7">The moon is far.\nCheese costs 3 euros.</doc>'
        "<question>What does cheese cost?</question>"
    )
    said = respond(read({"contents": [{"parts": [{"text": text}]}]}))
    assert (said.answer, said.cited) == ("Cheese costs 3 euros.", ("x7",))


async def test_history_reaches_the_model_as_data(gemini: Gemini, stand: GeminiStand) -> None:
    asked = Prompt(
        question="And for two parcels?",
        history=(customer("What does a pick-up cost?"),),
        passages=tuple(found()),
        language="en",
        emotion=DAMAGE.emotion,
        tone=TONE,
    )
    await gemini.respond(asked)
    assert "customer: What does a pick-up cost?" in str(stand.requests[0].body["contents"])
