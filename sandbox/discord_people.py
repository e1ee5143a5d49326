"""What people do on the stand-in's Discord, and what they see."""

import mimetypes
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sandbox.discord_rest import Rest
from sandbox.discord_rules import Fault
from sandbox.discord_world import (
    DM,
    EPHEMERAL,
    LOADING,
    PRIVATE_THREAD,
    Channel,
    Interaction,
    Person,
    Wire,
    now,
)
from sandbox.stand import Blank, Bubble, Pane, Sheet

COMMAND, COMPONENT, SUBMIT = 2, 3, 5
STRING, USER, ATTACHMENT = 3, 6, 11
TEXT_INPUT, SELECT, USER_SELECT, LABEL, FILE_UPLOAD = 4, 3, 5, 18, 19
Files = Sequence[tuple[str, bytes]]
MARKUP = re.compile(
    r"(```.*?```|`[^`]*`)|\\([^0-9A-Za-z\s])|\[((?:\\.|[^\]\\])+)\]\(<?(https?://[^\s>)]+)>?\)", re.S
)
"""Code, an escaped character, or a link; as Discord's clients read them."""


class People:
    """Actions by name. Channels are ``dm:<person>``, ``#<name>`` or an id; "" is the person's own DM."""

    def __init__(self, *, rest: Rest) -> None:
        self.rest = rest
        self.world = rest.world

    def channel(self, pane: str, person: Person) -> Channel:
        """The channel that a pane stands for."""
        if pane in self.world.channels:
            return self.world.channels[pane]
        if pane.startswith("#"):
            return self.world.text_channel(pane[1:])
        return self.world.dm(self.world.person(pane.removeprefix("dm:")) if pane else person)

    async def say(
        self,
        channel: Channel,
        person: Person,
        *,
        text: str = "",
        thread: str = "",
        files: Files = (),
        **more: Any,
    ) -> Wire:
        """Write a message; ``reply`` is a message's id, ``more`` goes into the wire object."""
        place = self.world.channels[thread] if thread else channel
        reply = more.pop("reply", "")
        if reply:
            more |= {"type": 19, "message_reference": {"message_id": reply, "channel_id": place.id}}
        attachments = [self.keep(name, data) for name, data in files]
        message = self.world.write(place, person, text, attachments=attachments, **more)
        member = self.world.member(person)
        member.pop("user")
        extra = {} if place.kind == DM else {"member": member}
        await self.rest.announce("MESSAGE_CREATE", place, message | extra)
        return {"bubble": message["id"]}

    def keep(self, name: str, data: bytes) -> Wire:
        """An uploaded file as an attachment object."""
        return self.world.keep_file(name, data, mimetypes.guess_type(name)[0] or "application/octet-stream")

    async def edit(self, channel: Channel, person: Person, *, bubble: str, text: str) -> Wire:
        """Change one's own message."""
        message = channel.messages[bubble]
        channel.old.setdefault(bubble, []).append(message["content"])
        message |= {"content": text, "edited_timestamp": now()}
        await self.rest.announce("MESSAGE_UPDATE", channel, message)
        return {"bubble": bubble}

    async def delete(self, channel: Channel, person: Person, *, bubble: str) -> Wire:
        """Delete one's own message."""
        await self.rest.remove(channel, channel.messages[bubble])
        return {"bubble": bubble}

    async def press(self, channel: Channel, person: Person, *, bubble: str, button: str) -> Wire:
        """Press a button of a message, named by its custom id or its label."""
        message = channel.messages[bubble]
        inner = [one for row in message["components"] for one in row["components"]]
        found = next(one for one in inner if button in (one.get("custom_id"), one.get("label")))
        data = {"custom_id": found["custom_id"], "component_type": 2, "id": found.get("id", 0)}
        wire = self.world.interact(kind=COMPONENT, channel=channel, person=person, data=data)
        self.world.interactions[wire["id"]].original = bubble
        return await self._interact(wire | {"message": message})

    async def command(
        self,
        channel: Channel,
        person: Person,
        *,
        name: str,
        text: str = "",
        files: Files = (),
        **options: Any,
    ) -> Wire:
        """Use a slash command; ``text`` fills its text options, ``files`` its attachment options.

        With several text options each takes one word, as a person picks them one by one.
        """
        name = name.removeprefix("/")
        command = next((one for one in self.commands(channel) if one["name"] == name), None)
        if command is None:
            raise Fault(404, 10063, "Unknown application command")
        data = {"id": command["id"], "name": name, "type": 1}
        chosen, resolved = self._options(command, text, files, options)
        data |= {"options": chosen} if chosen else {}
        data |= {"resolved": resolved} if resolved else {}
        return await self._interact(
            self.world.interact(kind=COMMAND, channel=channel, person=person, data=data)
        )

    def commands(self, channel: Channel) -> list[Wire]:
        """The commands that are offered here: a guild's own ones don't exist in direct messages."""
        own = [] if channel.kind == DM else self.world.commands.get(self.world.guild, [])
        return [*self.world.commands.get("", []), *own]

    def _options(
        self, command: Wire, text: str, files: Files, options: Mapping[str, Any]
    ) -> tuple[list[Wire], Wire]:
        chosen: list[Wire] = []
        attachments: dict[str, Wire] = {}
        waiting = list(files)
        texts = [one for one in command.get("options", []) if one["type"] == STRING]
        words = text.split(maxsplit=len(texts) - 1) if len(texts) > 1 else [text] if text else []
        for option in command.get("options", []):
            value = options.get(option["name"])
            if option["type"] == ATTACHMENT and waiting:
                kept = self.keep(*waiting.pop(0))
                attachments[kept["id"]] = kept
                value = kept["id"]
            elif value is None and option["type"] == STRING and words:
                value = words.pop(0)
            if value is not None:
                chosen.append({"name": option["name"], "type": option["type"], "value": value})
            elif option.get("required"):
                raise Fault(400, 50035, f"{option['name']} is required")
        return chosen, {"attachments": attachments} if attachments else {}

    async def submit(
        self,
        channel: Channel,
        person: Person,
        *,
        form: str = "",
        fields: Mapping[str, str] | None = None,
        files: Files = (),
    ) -> Wire:
        """Fill in the form that was opened last (or the one with this custom id)."""
        asked = self._form(person, form)
        modal, asked.modal = asked.modal or {}, None
        data, resolved = self._filled(modal, fields or {}, files)
        wire = self.world.interact(kind=SUBMIT, channel=channel, person=person, data=data | resolved)
        if asked.kind == COMPONENT:
            self.world.interactions[wire["id"]].original = asked.original
            wire |= {"message": channel.messages[asked.original]}
        return await self._interact(wire)

    def _form(self, person: Person, form: str) -> Interaction:
        """The interaction whose form this person has open; the last one when no form is named."""
        return next(
            one
            for one in reversed(self.world.interactions.values())
            if one.modal and one.person == person.id and form in ("", one.modal["custom_id"])
        )

    async def cancel(self, channel: Channel, person: Person, *, form: str = "") -> Wire:
        """Close a form without sending it; Discord tells nobody."""
        self._form(person, form).modal = None
        return {}

    def _filled(self, modal: Wire, fields: Mapping[str, str], files: Files) -> tuple[Wire, Wire]:
        attachments = {kept["id"]: kept for kept in (self.keep(*file) for file in files)}
        components = []
        for row in modal["components"]:
            inner = row["component"] if row["type"] == LABEL else row["components"][0]
            given = fields.get(inner["custom_id"], "")
            filled: Wire = {"type": inner["type"], "custom_id": inner["custom_id"], "id": 0}
            if inner["type"] == FILE_UPLOAD:
                filled["values"] = list(attachments)
            elif inner["type"] == TEXT_INPUT:
                filled["value"] = given
            else:
                filled["values"] = [given] if given else []
            label = row["type"] == LABEL
            components.append(row | ({"component": filled} if label else {"components": [filled]}))
        resolved = {"resolved": {"attachments": attachments}} if attachments else {}
        return {"custom_id": modal["custom_id"], "components": components}, resolved

    async def _interact(self, wire: Wire) -> Wire:
        await self.rest.gateway.dispatch("INTERACTION_CREATE", wire, intent=0)
        return {"interaction": wire["id"]}

    async def close(self, channel: Channel, person: Person) -> Wire:
        """Take no direct messages any more."""
        person.open = False
        return {}

    async def open(self, channel: Channel, person: Person) -> Wire:
        """Take direct messages again."""
        person.open = True
        return {}

    def panes(self) -> list[Pane]:
        """One pane a person's DM and a guild channel; threads stand beside their channel."""
        return [self._pane(channel) for channel in self.world.channels.values()]

    def _pane(self, channel: Channel) -> Pane:
        names = {person.id: person.name for person in self.world.people.values()}
        mark = {DM: f"dm:{channel.name}", PRIVATE_THREAD: channel.id}.get(channel.kind, f"#{channel.name}")
        people = [names[channel.person]] if channel.kind == DM else list(names.values())
        return Pane(
            id=mark,
            title=channel.name,
            people=people,
            bubbles=[self._bubble(channel, message) for message in channel.messages.values()],
            typing=channel.typing_until > self.world.clock(),
            forms=[self._sheet(one) for one in self._forms(channel)],
            commands=[(f"/{one['name']}", one["description"]) for one in self.commands(channel)],
        )

    def _forms(self, channel: Channel) -> list[Interaction]:
        return [one for one in self.world.interactions.values() if one.modal and one.channel == channel.id]

    def _sheet(self, interaction: Interaction) -> Sheet:
        modal = interaction.modal or {}
        return Sheet(
            id=modal["custom_id"],
            title=modal["title"],
            submit="Submit",
            person=self.world.people[interaction.person].name,
            blanks=[self._blank(row) for row in modal["components"]],
        )

    def _blank(self, row: Wire) -> Blank:
        inner = row["component"] if row["type"] == LABEL else row["components"][0]
        options = [(one["value"], one["label"]) for one in inner.get("options", [])]
        if inner["type"] == USER_SELECT:
            options = [(person.id, person.name) for person in self.world.people.values()]
        long = "long_text" if inner.get("style") == 2 else "text"
        kinds = {SELECT: "select", USER_SELECT: "select", FILE_UPLOAD: "file"}
        return Blank(
            name=inner["custom_id"],
            label=row.get("label") or inner.get("label") or "",
            kind=kinds.get(inner["type"], long),
            options=options,
            required=inner.get("required", True),
        )

    def _bubble(self, channel: Channel, message: Wire) -> Bubble:
        inner = [one for row in message["components"] for one in row["components"]]
        extra = [
            part for embed in message["embeds"] for part in (embed.get("title"), embed.get("description"))
        ]
        waiting = message["flags"] & LOADING
        names = {person.id: person.name for person in self.world.people.values()}
        lone = channel.only_for.get(message["id"], "") if message["flags"] & EPHEMERAL else ""
        return Bubble(
            id=message["id"],
            author=message["author"]["global_name"],
            text=as_seen("\n".join(part for part in (message["content"], *extra) if part)),
            mine=message["author"]["id"] == channel.person,
            buttons=[(one["custom_id"], one["label"]) for one in inner],
            files=[(one["filename"], one["url"]) for one in message["attachments"]],
            reactions=list(channel.reactions.get(message["id"], ())),
            old=[] if waiting else [text for text in channel.old.get(message["id"], []) if text],
            deleted=message["id"] in channel.deleted,
            typing=bool(waiting),
            only_for=names.get(lone, ""),
            at=datetime.fromisoformat(message["timestamp"]).timestamp(),
        )


def as_seen(text: str) -> str:
    """What a client shows of a message's Markdown, roughly: escapes undone, links spelled out."""

    def shown(match: re.Match[str]) -> str:
        code, escaped, label, address = match.groups()
        return code or escaped or f"{as_seen(label)} ({address})"

    return MARKUP.sub(shown, text).replace("\u200b", "")
