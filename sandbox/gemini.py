"""A stand-in for the Gemini API: its routes, its checks and its bad days."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from aiohttp import web

from sandbox.gemini_model import (
    Question,
    Said,
    answered,
    invented,
    obedient,
    read,
    schema,
    shaped,
    uncited,
    unknown,
)
from sandbox.stand import Pane, Recorded

MOST_BODY = 20 * 1024**2
"""Gemini takes requests of up to 20 MB."""
CHUNK = 40
"""Characters in one piece of a stream."""


class Fault(StrEnum):
    """What can go wrong with the next request."""

    RATE_LIMITED = "429"
    INTERNAL = "500"
    OVERLOADED = "503"
    TIMEOUT = "timeout"
    RESET = "reset"
    BLOCKED = "blocked"
    UNSAFE = "unsafe"
    EMPTY = "empty"
    NO_CANDIDATES = "no_candidates"
    TRUNCATED = "truncated"
    BROKEN_JSON = "broken_json"
    WRONG_SCHEMA = "wrong_schema"
    UNKNOWN_CITATION = "unknown_citation"
    UNSUPPORTED = "unsupported"
    NO_CITATION = "no_citation"
    OBEYS = "obeys"
    """The model does what an instruction in the data says: it repeats its own instruction."""
    CUT = "cut"
    FENCED = "fenced"
    """JSON between Markdown's fences, as models write it for people."""


class GeminiStand:
    """Serves ``generateContent`` and ``streamGenerateContent``.

    `fail` queues faults, one a request; ``always`` is used when the queue is empty. ``release`` ends the
    waiting of requests that ran into `Fault.TIMEOUT`. ``key``: the only accepted key ("" : any).
    """

    name = "gemini"

    def __init__(self, *, key: str = "") -> None:
        self.requests: list[Recorded] = []
        self.always: Fault | None = None
        self.release = asyncio.Event()
        self._key = key
        self._faults: deque[Fault] = deque()

    def fail(self, *faults: Fault) -> None:
        """Queue faults for the next requests."""
        self._faults.extend(faults)

    def app(self) -> web.Application:
        """The routes of the Gemini API."""
        app = web.Application(client_max_size=MOST_BODY)
        app.router.add_get("/{version}/models/{model}", self._model)
        app.router.add_post("/{version}/models/{call}", self._call)
        return app

    def panes(self) -> list[Pane]:
        """Nobody sees anything here."""
        return []

    async def act(self, pane: str, person: str, action: str, **arguments: Any) -> Mapping[str, Any]:
        """There are no people here."""
        raise ValueError("nobody can act in Gemini")

    async def _model(self, request: web.Request) -> web.StreamResponse:
        if refusal := self._refusal(request):
            return refusal
        model = request.match_info["model"]
        self.requests.append(Recorded(method="GET", path=request.path, body={}))
        methods = ["generateContent", "streamGenerateContent"]
        return web.json_response(
            {"name": f"models/{model}", "displayName": model, "supportedGenerationMethods": methods}
        )

    async def _call(self, request: web.Request) -> web.StreamResponse:
        model, _, method = request.match_info["call"].partition(":")
        if method not in {"generateContent", "streamGenerateContent"}:
            return _error(404, f"Method {method!r} not found.")
        if refusal := self._refusal(request):
            return refusal
        body = await _json(request)
        problems = await asyncio.to_thread(_problems, body, model)
        record = Recorded(method="POST", path=request.path, body=body, faults=problems)
        self.requests.append(record)
        if problems:
            record.status = 400
            return _error(400, f"Invalid JSON payload received. {'; '.join(problems)}")
        fault = self._faults.popleft() if self._faults else self.always
        response = await self._answer(request, body, fault, stream=method.startswith("stream"))
        record.status = response.status
        return response

    def _refusal(self, request: web.Request) -> web.Response | None:
        key = request.headers.get("x-goog-api-key") or request.query.get("key", "")
        if not key:
            return _error(403, "Method doesn't allow unregistered callers. Please use API Key.")
        if self._key and key != self._key:
            return _error(400, "API key not valid. Please pass a valid API key.", reason="API_KEY_INVALID")
        return None

    async def _answer(
        self, request: web.Request, body: Mapping[str, Any], fault: Fault | None, *, stream: bool
    ) -> web.StreamResponse:
        if fault in _STATUSES:
            return _error(_STATUSES[fault], _MESSAGES[fault], retry=fault is Fault.RATE_LIMITED)
        if fault is Fault.TIMEOUT:
            await self.release.wait()
        if fault is Fault.RESET and request.transport:
            request.transport.abort()
        asked = read(body)
        said = _FAULTY[fault](asked) if fault in _FAULTY else answered(asked, schema(body))
        text = json.dumps(shaped(said, schema(body)), ensure_ascii=False)
        chunks = _chunks(_BROKEN[fault](text) if fault in _BROKEN else text, stream=stream)
        responses = _responses(chunks, asked, fault)
        if stream:
            return await _stream(request, responses, cut=fault is Fault.CUT)
        if fault is Fault.CUT:
            return await _cut(request, responses[0])
        return web.json_response(responses[0])


_STATUSES: Mapping[Fault | None, int] = {Fault.RATE_LIMITED: 429, Fault.INTERNAL: 500, Fault.OVERLOADED: 503}
_MESSAGES: Mapping[Fault | None, str] = {
    Fault.RATE_LIMITED: "Resource has been exhausted (e.g. check quota).",
    Fault.INTERNAL: "An internal error has occurred. Please retry.",
    Fault.OVERLOADED: "The model is overloaded. Please try again later.",
}
_FAULTY: Mapping[Fault | None, Callable[[Question], Said]] = {
    Fault.UNKNOWN_CITATION: unknown,
    Fault.UNSUPPORTED: invented,
    Fault.NO_CITATION: uncited,
    Fault.OBEYS: obedient,
}
_BROKEN: Mapping[Fault | None, Callable[[str], str]] = {
    Fault.EMPTY: lambda text: "",
    Fault.TRUNCATED: lambda text: text[: len(text) // 2],
    Fault.BROKEN_JSON: lambda text: text[: len(text) // 2],
    Fault.FENCED: lambda text: f"```json\n{text}\n```",
    Fault.WRONG_SCHEMA: lambda text: json.dumps({"action": "dance", "text": text}),
}
_FINISHED: Mapping[Fault | None, str] = {Fault.TRUNCATED: "MAX_TOKENS", Fault.UNSAFE: "SAFETY"}
_STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


def _chunks(text: str, *, stream: bool) -> list[str]:
    if not stream:
        return [text]
    return [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)] or [""]


def _responses(chunks: Sequence[str], asked: Question, fault: Fault | None) -> list[dict[str, Any]]:
    usage = _usage(asked, chunks)
    if fault is Fault.BLOCKED:
        return [{"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": usage}]
    if fault is Fault.NO_CANDIDATES:
        return [{"usageMetadata": usage}]
    parts = [_candidate(chunk, "") for chunk in chunks[:-1]]
    last = _candidate(chunks[-1], _FINISHED.get(fault, "STOP"), empty=fault in {Fault.EMPTY, Fault.UNSAFE})
    return [
        {
            "candidates": [candidate],
            "usageMetadata": usage,
            "modelVersion": "stand-in",
            "responseId": "stand-in",
        }
        for candidate in (*parts, last)
    ]


def _candidate(text: str, finished: str, *, empty: bool = False) -> dict[str, Any]:
    content: dict[str, Any] = {"role": "model"} if empty else {"role": "model", "parts": [{"text": text}]}
    return {"content": content, "index": 0} | ({"finishReason": finished} if finished else {})


def _usage(asked: Question, chunks: Iterable[str]) -> dict[str, int]:
    """About four characters a token, as Gemini's documentation says."""
    prompt = sum(map(len, (asked.text, asked.instruction, *asked.passages.values()))) // 4 + 1
    answer = sum(map(len, chunks)) // 4 + 1
    return {"promptTokenCount": prompt, "candidatesTokenCount": answer, "totalTokenCount": prompt + answer}


async def _stream(
    request: web.Request, responses: Sequence[Mapping[str, Any]], *, cut: bool
) -> web.StreamResponse:
    """Server-sent events; ``cut`` ends them, without an error, before the last one."""
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await stream.prepare(request)
    for response in responses[: max(1, len(responses) - 1)] if cut else responses:
        await stream.write(f"data: {json.dumps(response)}\r\n\r\n".encode())
    await stream.write_eof()
    return stream


async def _cut(request: web.Request, response: Mapping[str, Any]) -> web.StreamResponse:
    """Half of a body whose length was announced."""
    body = json.dumps(response).encode()
    stream = web.StreamResponse(
        headers={"Content-Type": "application/json", "Content-Length": str(len(body))}
    )
    await stream.prepare(request)
    await stream.write(body[: len(body) // 2])
    if request.transport:
        request.transport.close()
    return stream


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        return {"": "not JSON"}
    return body if isinstance(body, dict) else {"": "not an object"}


def _problems(body: Mapping[str, Any], model: str) -> tuple[str, ...]:
    """How a body breaks Google's own definition of the request, where that package is installed."""
    if "" in body or not body.get("contents"):
        return ("contents is not specified",)
    return _validate()({**body, "model": f"models/{model}"})


def _validate() -> Callable[[Mapping[str, Any]], tuple[str, ...]]:
    try:
        from google.ai.generativelanguage_v1beta.types import GenerateContentRequest
        from google.protobuf import json_format  # type: ignore[import-untyped]
    except ImportError:
        return lambda body: ()

    def check(body: Mapping[str, Any]) -> tuple[str, ...]:
        try:
            json_format.ParseDict(body, GenerateContentRequest.pb(GenerateContentRequest()))
        except json_format.ParseError as error:
            return (str(error),)
        return ()

    return check


def _error(status: int, message: str, *, retry: bool = False, reason: str = "") -> web.Response:
    details: list[dict[str, Any]] = []
    if retry:
        details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0s"})
    if reason:
        details.append(
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": reason,
                "domain": "googleapis.com",
            }
        )
    error = {"code": status, "message": message, "status": _STATUS_NAMES[status], "details": details}
    return web.json_response({"error": error}, status=status)
