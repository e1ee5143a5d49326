"""The REST methods of the stand-in that are about the application, channels, messages and threads."""

import mimetypes
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from sandbox.discord_gateway import DIRECT_MESSAGES, GUILD_MESSAGES, GUILDS, Gateway
from sandbox.discord_http import Call, Handler, Upload
from sandbox.discord_rules import Fault, check_commands, check_message
from sandbox.discord_world import DM, PRIVATE_THREAD, Channel, Wire, World, now

TYPING_SECONDS = 10.0
NO_CHANNEL = (404, 10003, "Unknown Channel")
NO_MESSAGE = (404, 10008, "Unknown Message")
CLOSED = (403, 50007, "Cannot send messages to this user")


class Rest:
    """Handlers by operation; state lives in the world, events go out through the gateway."""

    def __init__(self, *, world: World, gateway: Gateway, flags: int = 0) -> None:
        self.world = world
        self.gateway = gateway
        self.flags = flags
        self.permissions = 2**53 - 1

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Method, path as the documentation writes it, handler."""
        messages = "/channels/{channel_id}/messages"
        one = messages + "/{message_id}"
        commands = "/applications/{application_id}/commands"
        guild_commands = "/applications/{application_id}/guilds/{guild_id}/commands"
        return (
            ("GET", "/users/@me", self.me),
            ("GET", "/users/@me/guilds", self.guilds),
            ("GET", "/users/{user_id}", self.user),
            ("GET", "/oauth2/applications/@me", self.application),
            ("GET", "/applications/@me", self.application),
            ("GET", "/gateway", self.gateway_url),
            ("GET", "/gateway/bot", self.gateway_bot),
            ("PUT", commands, self.put_commands),
            ("GET", commands, self.get_commands),
            ("PUT", guild_commands, self.put_commands),
            ("GET", guild_commands, self.get_commands),
            ("GET", "/guilds/{guild_id}", self.guild),
            ("POST", "/users/@me/channels", self.open_dm),
            ("GET", "/channels/{channel_id}", self.get_channel),
            ("POST", "/channels/{channel_id}/typing", self.typing),
            ("POST", messages, self.create),
            ("GET", messages, self.history),
            ("GET", one, self.get_message),
            ("PATCH", one, self.edit),
            ("DELETE", one, self.delete),
            ("PUT", one + "/reactions/{emoji_name}/@me", self.react),
            ("DELETE", one + "/reactions/{emoji_name}/@me", self.unreact),
            ("POST", "/channels/{channel_id}/threads", self.open_thread),
            ("PUT", "/channels/{channel_id}/thread-members/{user_id}", self.add_member),
        )

    async def me(self, call: Call) -> Wire:
        return self.world.user(self.world.bot) | {"verified": True, "mfa_enabled": True, "locale": "en-US"}

    async def user(self, call: Call) -> Wire:
        found = self.world.people.get(call.params["user_id"])
        if found is None:
            raise Fault(404, 10013, "Unknown User")
        return self.world.user(found)

    async def guilds(self, call: Call) -> list[Wire]:
        whole = {"id": self.world.guild, "name": self.world.guild_name, "icon": None, "owner": False}
        return [whole | {"permissions": str(self.permissions), "features": []}]

    async def application(self, call: Call) -> Wire:
        bot = self.world.user(self.world.bot)
        return {
            "id": self.world.application,
            "name": self.world.bot.name,
            "icon": None,
            "description": "",
            "bot_public": False,
            "bot_require_code_grant": False,
            "verify_key": "00" * 32,
            "owner": bot,
            "team": None,
            "bot": bot,
            "flags": self.flags,
            "summary": "",
            "hook": True,
            "interactions_endpoint_url": None,
            "redirect_uris": [],
            "install_params": None,
            "approximate_guild_count": 1,
        }

    async def gateway_url(self, call: Call) -> Wire:
        return {"url": self.gateway.url}

    async def gateway_bot(self, call: Call) -> Wire:
        limit = {"total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 1}
        return {"url": self.gateway.url, "shards": 1, "session_start_limit": limit}

    async def guild(self, call: Call) -> Wire:
        if call.params["guild_id"] != self.world.guild:
            raise Fault(404, 10004, "Unknown Guild")
        return self.world.guild_object()

    async def put_commands(self, call: Call) -> list[Wire]:
        if call.params["application_id"] != self.world.application:
            raise Fault(403, 20012, "You are not authorized to perform this action on this application")
        check_commands(call.body)
        guild = call.params.get("guild_id", "")
        kept = [
            {
                "type": 1,
                "default_member_permissions": None,
                "version": self.world.snowflake(),
                "nsfw": False,
                **command,
                "id": self.world.snowflake(),
                "application_id": self.world.application,
            }
            for command in call.body
        ]
        self.world.commands[guild] = kept
        return kept

    async def get_commands(self, call: Call) -> list[Wire]:
        return self.world.commands.get(call.params.get("guild_id", ""), [])

    async def open_dm(self, call: Call) -> Wire:
        person = self.world.people.get(str(call.body.get("recipient_id")))
        if person is None:
            raise Fault(400, 50033, "Invalid Recipient(s)")
        return self.world.channel(self.world.dm(person))

    def channel(self, call: Call) -> Channel:
        """The channel that a request names."""
        found = self.world.channels.get(call.params["channel_id"])
        if found is None:
            raise Fault(*NO_CHANNEL)
        return found

    async def get_channel(self, call: Call) -> Wire:
        return self.world.channel(self.channel(call))

    async def typing(self, call: Call) -> None:
        self.channel(call).typing_until = self.world.clock() + TYPING_SECONDS

    async def create(self, call: Call) -> Wire:
        channel = self.channel(call)
        check_message(call.body, files=len(call.uploads), fresh=True)
        if channel.kind == DM and not self.world.people[channel.person].open:
            raise Fault(*CLOSED)
        nonce = str(call.body.get("nonce") or "")
        if call.body.get("enforce_nonce") and (channel.id, nonce) in self.world.nonces:
            return channel.messages[self.world.nonces[channel.id, nonce]] | {"nonce": nonce}
        message = self.write(channel, call.body, call.uploads)
        if nonce:
            self.world.nonces[channel.id, nonce] = message["id"]
        await self.announce("MESSAGE_CREATE", channel, message | ({"nonce": nonce} if nonce else {}))
        return message | ({"nonce": nonce} if nonce else {})

    def write(
        self, channel: Channel, body: Mapping[str, Any], uploads: Sequence[Upload], **more: Any
    ) -> Wire:
        """A message of the bot's."""
        reference = body.get("message_reference")
        mentions = body.get("allowed_mentions")
        text = str(body.get("content") or "")
        everyone = mentions is None or "everyone" in mentions.get("parse", [])
        return self.world.write(
            channel,
            self.world.bot,
            text,
            attachments=self.keep(body, uploads),
            embeds=[{"type": "rich", **embed} for embed in body.get("embeds") or []],
            components=numbered(body.get("components") or []),
            mention_everyone=everyone and ("@everyone" in text or "@here" in text),
            **({"message_reference": reference, "type": 19} if reference else {}),
            **more,
        )

    def keep(self, body: Mapping[str, Any], uploads: Sequence[Upload]) -> list[Wire]:
        """Attachment objects for uploaded files, with the descriptions that the body gives them."""
        described = {str(one.get("id")): one.get("description") for one in body.get("attachments") or []}
        return [
            self.world.keep_file(
                upload.name,
                upload.data,
                mimetypes.guess_type(upload.name)[0] or upload.mime,
                description=described.get(str(index)),
            )
            for index, upload in enumerate(uploads)
        ]

    async def announce(self, event: str, channel: Channel, data: Wire) -> None:
        """Dispatch an event about a channel to the sessions that may see it."""
        if channel.kind == DM:
            await self.gateway.dispatch(event, data, intent=DIRECT_MESSAGES)
            return
        guild = {"guild_id": self.world.guild}
        await self.gateway.dispatch(event, data | guild, intent=GUILD_MESSAGES)

    async def history(self, call: Call) -> list[Wire]:
        limit = min(int(call.query.get("limit", 50)), 100)
        kept = [m for id_, m in self.channel(call).messages.items() if id_ not in self.channel(call).deleted]
        hidden = self.channel(call).only_for
        kept = [message for message in kept if message["id"] not in hidden]
        kept.sort(key=lambda message: int(message["id"]))
        if after := call.query.get("after"):
            found = [message for message in kept if int(message["id"]) > int(after)][:limit]
        else:
            before = int(call.query.get("before", 1 << 63))
            found = [message for message in kept if int(message["id"]) < before][-limit:]
        return found[::-1]

    def message(self, call: Call) -> tuple[Channel, Wire]:
        """The message that a request names."""
        channel = self.channel(call)
        found = channel.messages.get(call.params["message_id"])
        if found is None or found["id"] in channel.deleted:
            raise Fault(*NO_MESSAGE)
        return channel, found

    async def get_message(self, call: Call) -> Wire:
        return self.message(call)[1]

    async def edit(self, call: Call) -> Wire:
        channel, message = self.message(call)
        if message["author"]["id"] != self.world.bot.id:
            raise Fault(403, 50005, "Cannot edit a message authored by another user")
        check_message(call.body, files=len(call.uploads), fresh=False)
        await self.change(channel, message, call.body, call.uploads)
        return message

    async def change(
        self, channel: Channel, message: Wire, body: Mapping[str, Any], uploads: Sequence[Upload]
    ) -> None:
        """Apply an edit: what the body names is replaced, listed attachments are kept, new ones added."""
        channel.old.setdefault(message["id"], []).append(message["content"])
        if "content" in body:
            message["content"] = str(body["content"] or "")
        if body.get("embeds") is not None:
            message["embeds"] = [{"type": "rich", **embed} for embed in body["embeds"]]
        if body.get("components") is not None:
            message["components"] = numbered(body["components"])
        if "attachments" in body:
            listed = {str(one["id"]) for one in body["attachments"] or []}
            message["attachments"] = [one for one in message["attachments"] if one["id"] in listed]
        message["attachments"] += self.keep(body, uploads)
        message["edited_timestamp"] = now()
        await self.announce("MESSAGE_UPDATE", channel, message)

    async def delete(self, call: Call) -> None:
        channel, message = self.message(call)
        if channel.kind == DM and message["author"]["id"] != self.world.bot.id:
            raise Fault(403, 50003, "Cannot execute action on a DM channel")
        await self.remove(channel, message)

    async def remove(self, channel: Channel, message: Wire) -> None:
        """Delete a message and tell who listens."""
        channel.deleted.add(message["id"])
        await self.announce("MESSAGE_DELETE", channel, {"id": message["id"], "channel_id": channel.id})

    async def react(self, call: Call) -> None:
        channel, message = self.message(call)
        marks = channel.reactions.setdefault(message["id"], [])
        if (emoji := unquote(call.params["emoji_name"])) not in marks:
            marks.append(emoji)

    async def unreact(self, call: Call) -> None:
        channel, message = self.message(call)
        marks = channel.reactions.setdefault(message["id"], [])
        if (emoji := unquote(call.params["emoji_name"])) in marks:
            marks.remove(emoji)

    async def open_thread(self, call: Call) -> Wire:
        parent = self.channel(call)
        if parent.kind == DM or call.body.get("type") not in (11, PRIVATE_THREAD):
            raise Fault(400, 50024, "Cannot execute action on this channel type")
        thread = Channel(
            id=self.world.snowflake(),
            kind=PRIVATE_THREAD,
            name=call.body["name"],
            parent=parent.id,
            members=[self.world.bot.id],
        )
        self.world.channels[thread.id] = thread
        await self.gateway.dispatch("THREAD_CREATE", self.world.channel(thread), intent=GUILDS)
        return self.world.channel(thread)

    async def add_member(self, call: Call) -> None:
        person = self.world.people.get(call.params["user_id"])
        if person is None:
            raise Fault(404, 10013, "Unknown User")
        self.channel(call).members.append(person.id)


def numbered(rows: list[Wire]) -> list[Wire]:
    """Components as Discord gives them back: each with an id within its message."""
    count = 0
    found: list[Wire] = []
    for row in rows:
        inner = []
        for button in row.get("components", []):
            count += 1
            inner.append({"id": count + len(rows), **button})
        found.append({"id": len(found) + 1, **row, "components": inner})
    return found
