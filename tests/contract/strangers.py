"""Servers as somebody else would write them from the platforms' documentation: minimal, and a little odd."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.contract.telegram_case import serve

Answer = Callable[[], web.Response]


def plain(body: str, status: int = 200, **headers: str) -> Answer:
    """An answer that is no JSON."""
    return lambda: web.Response(text=body, status=status, content_type="text/html", headers=headers)


def told(body: Any, status: int = 200, *, charset: bool = False, **headers: str) -> Answer:
    """A JSON answer; with ``charset`` as most frameworks send it."""

    def answer() -> web.Response:
        made = web.json_response(body, status=status, headers=headers)
        if not charset:
            made.headers["Content-Type"] = "application/json"
        return made

    return answer


@dataclass(slots=True)
class Stranger:
    """``next`` holds the answers to the next calls of a method or path; ``usual`` those to all others."""

    usual: dict[str, Answer]
    next: dict[str, list[Answer]] = field(default_factory=dict)
    called: list[str] = field(default_factory=list)
    url: str = ""

    def then(self, name: str, *answers: Answer) -> None:
        self.next.setdefault(name, []).extend(answers)

    async def answer(self, request: web.Request) -> web.Response:
        await request.read()
        name = self._name(request)
        self.called.append(name)
        due = self.next.get(name)
        make = due.pop(0) if due else self.usual.get(name)
        return make() if make else web.Response(status=404, text="nothing here")

    def _name(self, request: web.Request) -> str:
        if "/bot" in request.path:
            return request.path.rpartition("/")[2]
        return f"{request.method} {request.path}"


@asynccontextmanager
async def stranger(usual: dict[str, Answer]) -> AsyncIterator[Stranger]:
    """Serve one."""
    made = Stranger(usual)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.answer)
    async with serve(app) as url:
        made.url = url
        yield made
