"""A stand-in for Discord: REST at ``/api/v10``, gateway at ``/gw``, files at ``/attachments``.

Like Discord, it does not queue events for a client that identifies anew: what happened while nobody
was connected is only in the channels' history. A client that resumes gets what it missed.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.discord_gateway import PRIVILEGED, Gateway
from sandbox.discord_http import Api, Failure
from sandbox.discord_interactions import Answers
from sandbox.discord_people import People
from sandbox.discord_rest import Rest
from sandbox.discord_rules import Schema, shared_folder
from sandbox.discord_world import TOKEN_SECONDS, Channel, World
from sandbox.stand import Pane, Recorded

TOKEN = "discord-sandbox-token"  # noqa: S105  (nobody else's Discord knows it)
UPLOAD_BYTES = 30 * 1024 * 1024


class DiscordStand:
    """Implements `sandbox.stand.Stand`. People are made when they are first named."""

    name = "discord"

    def __init__(
        self,
        *,
        token: str = TOKEN,
        bot: str = "Deskmate",
        guild: str = "Parcel Post",
        people: Sequence[str] = (),
        schema: Path | None = None,
    ) -> None:
        self.token = token
        self.requests: list[Recorded] = []
        self.world = World(bot=bot, guild=guild)
        self.gateway = Gateway(world=self.world, token=token)
        self.rest = Rest(world=self.world, gateway=self.gateway)
        self.people = People(rest=self.rest)
        found = schema or shared_folder() / "specs" / "discord-openapi.json"
        self.schema = Schema(found)
        self.api = Api(world=self.world, token=token, schema=self.schema, requests=self.requests)
        for person in people:
            self.world.person(person)

    def app(self) -> web.Application:
        """The routes of Discord's API, gateway and CDN."""
        app = web.Application(client_max_size=UPLOAD_BYTES)
        routes = [*self.rest.routes(), *Answers(rest=self.rest).routes()]
        app.add_routes([self.api.endpoint(*route) for route in routes])
        app.add_routes([web.get("/gw", self.gateway.handle), web.get("/gw/", self.gateway.handle)])
        app.add_routes([web.get("/attachments/{file}/{name}", self._file)])
        app.on_shutdown.append(self._stop)
        return app

    async def _stop(self, app: web.Application) -> None:
        await self.gateway.drop()

    async def _file(self, request: web.Request) -> web.Response:
        key = f"{request.match_info['file']}/{request.match_info['name']}"
        if key not in self.world.files:
            raise web.HTTPNotFound
        mime, data = self.world.files[key]
        return web.Response(body=data, content_type=mime)

    def panes(self) -> list[Pane]:
        """What people see now."""
        return self.people.panes()

    async def act(self, pane: str, person: str, action: str, **arguments: Any) -> Mapping[str, Any]:
        """A person does something: say, edit, delete, press, command, submit, cancel, and close or open
        (their direct messages)."""
        who = self.world.person(person)
        actions: Mapping[str, Callable[..., Awaitable[Mapping[str, Any]]]] = {
            "say": self.people.say,
            "edit": self.people.edit,
            "delete": self.people.delete,
            "press": self.people.press,
            "command": self.people.command,
            "submit": self.people.submit,
            "cancel": self.people.cancel,
            "close": self.people.close,
            "open": self.people.open,
        }
        return await actions[action](self.people.channel(pane, who), who, **arguments)

    def dm(self, person: str) -> Channel:
        """The channel between a person and the bot."""
        return self.world.dm(self.world.person(person))

    def fail_next(
        self,
        status: int,
        *,
        times: int = 1,
        path: str = "",
        method: str = "",
        code: int = 0,
        message: str = "",
        retry_after: float = 0.05,
        after: bool = False,
    ) -> None:
        """The next requests fail. ``status`` 0: the connection is cut; ``after``: it is done all the same."""
        self.api.failures.append(
            Failure(
                status=status,
                times=times,
                path=path,
                method=method,
                code=code,
                message=message,
                retry_after=retry_after,
                after=after,
            )
        )

    async def drop(self) -> None:
        """Cut the gateway connection; the client is expected to resume."""
        await self.gateway.drop()

    async def redeliver(self) -> None:
        """Deliver the last event again."""
        await self.gateway.redeliver()

    def allow(self, *, privileged: bool) -> None:
        """Switch the privileged intents on or off, as in the developer portal."""
        self.gateway.privileged = PRIVILEGED if privileged else 0

    def expire_interactions(self) -> None:
        """Fifteen minutes pass for every interaction token."""
        for interaction in self.world.interactions.values():
            interaction.born -= TOKEN_SECONDS

    def forget_nonces(self) -> None:
        """Some minutes pass: Discord only compares a nonce with recent messages."""
        self.world.nonces.clear()
