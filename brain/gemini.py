"""Gemini through google-genai: one question, one answer in a given form. The only place that knows the SDK.

The SDK raises for HTTP errors and broken transport, but not for a blocked prompt, an empty, truncated or
schema-breaking answer, nor for a stream that is cut: each of these is looked for here.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

import aiohttp
import structlog
from google import genai
from google.genai import errors, types
from pydantic import BaseModel, ValidationError
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential_jitter,
)

from brain.usage import FREE, NoUsableAnswer, Prices, total
from domain.answer import Usage
from domain.errors import Misconfigured, Unavailable

log = structlog.get_logger(__name__)

API = "https://generativelanguage.googleapis.com"
RETRIED = frozenset({408, 429, 500, 502, 503, 504})
"""https://ai.google.dev/gemini-api/docs/troubleshooting: worth another try."""
BLOCKED = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "IMAGE_SAFETY"}
)
TEMPERATURE = 0.2
LONGEST_EVENT = 4 * 1024**2
"""Bytes of one line of a stream that the client can take."""
_TRANSPORT = (TimeoutError, aiohttp.ClientError, OSError, json.JSONDecodeError)
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s")
_FENCED = re.compile(r"\s*```(?:json)?\s*(.*?)\s*```\s*", re.DOTALL)
Form = TypeVar("Form", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[Form]):
    """What is asked: ``system`` are the rules, ``user`` the rest, ``form`` what the answer must fit."""

    system: str
    user: str
    form: type[Form]


class _Fault(Exception):
    """An attempt gave nothing usable. ``wait``: seconds that the server asks to wait."""

    def __init__(self, kind: str, *, wait: float = 0.0) -> None:
        super().__init__(kind)
        self.kind, self.wait = kind, wait


class _Passing(_Fault):
    """A fault that another attempt may not have."""


class GeminiClient:
    """Asks a Gemini model.

    ``timeout`` bounds one attempt, ``deadline`` all of them with their pauses, both in seconds.
    ``stream`` asks for the answer in pieces, so that a stalled connection is noticed between them.
    """

    def __init__(
        self,
        *,
        api_key: str,
        model: str,
        base_url: str = API,
        api_version: str = "v1beta",
        timeout: float = 20.0,
        attempts: int = 3,
        deadline: float = 45.0,
        first_pause: float = 0.5,
        longest_pause: float = 8.0,
        prices: Prices = FREE,
        answer_tokens: int = 4096,
        stream: bool = False,
    ) -> None:
        self._options = types.HttpOptions(
            base_url=base_url,
            api_version=api_version,
            timeout=round(timeout * 1000),
            # One attempt: without this the SDK repeats a broken connection by itself after 1 to 10 s.
            retry_options=types.HttpRetryOptions(attempts=1),
        )
        self._key, self._model, self._prices = api_key, model, prices
        self._attempts, self._deadline, self._timeout = attempts, deadline, timeout
        self._pause = wait_exponential_jitter(initial=first_pause, max=longest_pause, jitter=first_pause)
        self._answer_tokens, self._stream = answer_tokens, stream

    @cached_property
    def _session(self) -> aiohttp.ClientSession:
        """Our own: the SDK subclasses aiohttp's, which aiohttp warns about."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), trust_env=True, read_bufsize=LONGEST_EVENT
        )

    @cached_property
    def _client(self) -> genai.Client:
        options = self._options.model_copy(update={"aiohttp_client": self._session})
        return genai.Client(api_key=self._key, vertexai=False, http_options=options)

    async def ask(self, *, system: str, user: str, form: type[Form]) -> tuple[Form, Usage]:
        """The answer, in its form, and what it cost. Raises NoUsableAnswer when none came in time."""
        spent: list[Usage] = []
        try:
            async with asyncio.timeout(self._deadline):
                answer = await self._persist(Call(system=system, user=user, form=form), spent)
        except (_Fault, TimeoutError) as fault:
            kind = fault.kind if isinstance(fault, _Fault) else "deadline"
            log.warning(
                "gemini_failed", kind=kind, attempts=len(spent), model=self._model, form=form.__name__
            )
            raise NoUsableAnswer(f"Gemini gave no usable answer: {kind}", usage=total(spent)) from fault
        return answer, total(spent)

    async def check(self) -> str:
        """For ``doctor``: one line about the model. Raises Misconfigured with what to do, or Unavailable."""
        try:
            async with asyncio.timeout(self._timeout):
                model = await self._client.aio.models.get(model=self._model)
        except errors.APIError as error:
            if error.code in RETRIED:
                raise Unavailable(f"Gemini answers {error.code}; try again later") from error
            raise Misconfigured(_advice(error.code, self._model)) from error
        except _TRANSPORT as error:
            raise Unavailable("Gemini can't be reached; check the network and gemini.base_url") from error
        return f"Gemini answers; model {model.name or self._model}"

    async def close(self) -> None:
        """Close the connections."""
        if "_client" in self.__dict__:
            await self._client.aio.aclose()
            self._client.close()
            await self._session.close()

    async def _persist(self, call: Call[Form], spent: list[Usage]) -> Form:
        """Try until an attempt succeeds, none is left, or the next pause would end after the deadline."""
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._attempts) | stop_before_delay(self._deadline),
            wait=self._wait,
            retry=retry_if_exception_type(_Passing),
            reraise=True,
        )
        answer: Form = await retrying(self._attempt, call, spent)
        return answer

    def _wait(self, state: RetryCallState) -> float:
        """Exponential back-off with jitter, or what the server asks for when that is longer."""
        fault = state.outcome.exception() if state.outcome else None
        return max(self._pause(state), fault.wait if isinstance(fault, _Fault) else 0.0)

    async def _attempt(self, call: Call[Form], spent: list[Usage]) -> Form:
        try:
            async with asyncio.timeout(self._timeout):
                responses = [response async for response in self._responses(call, tries=len(spent) + 1)]
        except errors.APIError as error:
            raise _http_fault(error) from error
        except _TRANSPORT as error:
            raise _Passing("timeout" if isinstance(error, TimeoutError) else "transport") from error
        spent.append(self._usage(responses))
        return _parsed(_read(responses), call.form)

    async def _responses(
        self, call: Call[Form], *, tries: int
    ) -> AsyncIterator[types.GenerateContentResponse]:
        asked: dict[str, Any] = {
            "model": self._model,
            "contents": call.user,
            "config": self._config(call, tries),
        }
        if not self._stream:
            yield await self._client.aio.models.generate_content(**asked)
            return
        async for response in await self._client.aio.models.generate_content_stream(**asked):
            yield response

    def _config(self, call: Call[Form], tries: int) -> types.GenerateContentConfig:
        return types.GenerateContentConfig(
            system_instruction=call.system,
            response_mime_type="application/json",
            response_schema=call.form,
            temperature=TEMPERATURE,
            max_output_tokens=self._answer_tokens * tries,  # an answer that was cut gets more room
        )

    def _usage(self, responses: list[types.GenerateContentResponse]) -> Usage:
        """A stream counts up: its last numbers are those of the whole. Thinking is paid like answering."""
        counts = next((r.usage_metadata for r in reversed(responses) if r.usage_metadata), None)
        if counts is None:
            return Usage()
        answer = (counts.candidates_token_count or 0) + (counts.thoughts_token_count or 0)
        return self._prices.of(prompt_tokens=counts.prompt_token_count or 0, answer_tokens=answer)


def _read(responses: list[types.GenerateContentResponse]) -> str:
    """The words of a complete answer. Raises _Fault, naming what is wrong with any other."""
    for response in responses:
        if response.prompt_feedback and response.prompt_feedback.block_reason:
            raise _Fault("blocked")
    candidates = [response.candidates[0] for response in responses if response.candidates]
    if not candidates:
        raise _Passing("empty")
    reason = next((c.finish_reason for c in reversed(candidates) if c.finish_reason), None)
    if reason is None:
        raise _Passing("cut")
    if reason.name in BLOCKED:
        raise _Fault("blocked")
    text = "".join(filter(None, map(_text, candidates)))
    if not text.strip():
        raise _Passing("empty")
    if reason.name != "STOP":
        raise _Passing("truncated")
    return text


def _text(candidate: types.Candidate) -> str:
    parts = (candidate.content.parts if candidate.content else None) or []
    return "".join(part.text or "" for part in parts if not part.thought)


def _parsed(text: str, form: type[Form]) -> Form:
    """The answer in its form; some models put JSON between fences although they were told the form."""
    fenced = _FENCED.fullmatch(text)
    try:
        return form.model_validate_json(fenced[1] if fenced else text)
    except ValidationError as error:
        raise _Passing("schema") from error


def _http_fault(error: errors.APIError) -> _Fault:
    if error.code in RETRIED:
        return _Passing(f"http_{error.code}", wait=_asked_pause(error.details))
    return _Fault(f"http_{error.code}")


def _asked_pause(details: Any) -> float:
    """Seconds of a google.rpc.RetryInfo in an error's details, else 0."""
    entries = details.get("error", {}).get("details", []) if isinstance(details, Mapping) else []
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, Mapping) and (match := _SECONDS.fullmatch(str(entry.get("retryDelay", "")))):
            return float(match.group(1))
    return 0.0


def _advice(code: int, model: str) -> str:
    if code in {400, 401, 403}:
        return "Gemini refuses the API key: check the environment variable that gemini.api_key_env names"
    if code == 404:
        return f"Gemini knows no model {model!r}: check gemini.model"
    return f"Gemini answers {code}: check the gemini section of config.toml"
