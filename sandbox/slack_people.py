"""What the agents in the Slack stand-in do."""

from collections.abc import Mapping, Sequence
from mimetypes import guess_type
from typing import Any, Protocol

from sandbox.slack_assistant import opened
from sandbox.slack_deliver import Postman
from sandbox.slack_payloads import (
    changed_event,
    command_body,
    deleted_event,
    file_object,
    message,
    message_event,
    press_body,
    shortcut_body,
    submission_body,
    typed,
)
from sandbox.slack_state import BOT_USER, Person, Post, Stored, View, Workspace

DISPATCH_FAILED = "{what} failed because the app did not respond"
Files = Sequence[tuple[str, bytes]]


class Stage(Protocol):
    """What the actions need of the stand-in."""

    workspace: Workspace
    origin: str
    postman: Postman

    def emit(self, event: Mapping[str, Any]) -> None:
        """Send an event to the app."""
        ...


class People:
    """The actions of people; every one names who does it and in which channel (or pane)."""

    def __init__(self, *, stage: Stage) -> None:
        self.stage = stage

    async def say(
        self, room: str, person: Person, *, text: str, thread: str = "", files: Files = (), raw: bool = False
    ) -> dict[str, Any]:
        """Write; ``raw``: ``text`` is already mrkdwn and no rich text is added."""
        space = self.stage.workspace
        mrkdwn, blocks = (text, []) if raw else typed(space, text)
        post = Post(channel=room, ts=space.stamp(), user=person.id, text=mrkdwn, thread_ts=thread)
        post.blocks = blocks if text else []
        for name, data in files:
            stored = self._keep(person, name, data)
            stored.shared.append(post)
            post.files.append(stored.id)
        space.posts.append(post)
        self.stage.emit(message_event(space, post, self.stage.origin))
        return {"bubble": post.ts}

    def _keep(self, person: Person, name: str, data: bytes) -> Stored:
        space = self.stage.workspace
        mime = guess_type(name)[0] or "application/octet-stream"
        stored = Stored(
            id=space.ident("F"), name=name, mime=mime, user=person.id, length=len(data), data=data
        )
        space.files[stored.id] = stored
        return stored

    async def edit(self, room: str, person: Person, *, bubble: str, text: str) -> dict[str, Any]:
        """Change one's own message."""
        space, post = self.stage.workspace, self._own(room, person, bubble)
        before = message(space, post, self.stage.origin)
        post.old.append(post.text)
        post.text, post.blocks = typed(space, text)
        post.edited = space.stamp()
        self.stage.emit(changed_event(space, post, before, self.stage.origin))
        return {}

    async def delete(self, room: str, person: Person, *, bubble: str) -> dict[str, Any]:
        """Delete one's own message."""
        space, post = self.stage.workspace, self._own(room, person, bubble)
        before = message(space, post, self.stage.origin)
        post.deleted = True
        self.stage.emit(deleted_event(space, post, before))
        return {}

    def _own(self, room: str, person: Person, bubble: str) -> Post:
        post = self.stage.workspace.find(room, bubble)
        if post is None or post.user != person.id:
            raise KeyError(bubble)
        return post

    async def press(self, room: str, person: Person, *, bubble: str, button: str) -> dict[str, Any]:
        """Press a button; ``button`` is ``action_id`` or its place ``block:element``."""
        space = self.stage.workspace
        place, blocks = self._place(room, person, bubble)
        block, element = find_button(blocks, button)
        action = {
            "type": element["type"],
            "action_id": element.get("action_id", ""),
            "block_id": block.get("block_id") or space.ident("b"),
            "value": element.get("value", ""),
            "text": element.get("text", {}),
        }
        body = press_body(space, person, place, action, self.stage.origin)
        return await self._ask("interactive", body, room, person, what="That button")

    def _place(self, room: str, person: Person, bubble: str) -> tuple[Post | View, list[dict[str, Any]]]:
        home = self.stage.workspace.homes.get(person.id)
        if home is not None and home.id == bubble:
            return home, list(home.body.get("blocks") or [])
        for post in self.stage.workspace.posts:
            seen = post.only_for in ("", person.id) and not post.deleted
            if post.channel == room and post.ts == bubble and seen:
                return post, post.blocks
        raise KeyError(bubble)

    async def command(
        self, room: str, person: Person, *, name: str, text: str = "", files: Files = ()
    ) -> dict[str, Any]:
        """A slash command. Slack's commands carry no files: those go through the form that opens."""
        body = command_body(
            self.stage.workspace,
            person,
            room,
            command=(name.lstrip("/"), typed(self.stage.workspace, text)[0]),
            origin=self.stage.origin,
        )
        known = set(self.stage.workspace.views)
        answer = await self._ask("slash_commands", body, room, person, what=f"/{name}")
        opened = [view for ident, view in self.stage.workspace.views.items() if ident not in known]
        if files and opened:
            fields = {field["name"]: "" for field in form_fields(opened[0]) if field["kind"] == "file_input"}
            return await self.submit(room, person, form=opened[0].id, fields=fields, files=files)
        return answer | ({"form": opened[0].id} if opened else {})

    async def shortcut(self, room: str, person: Person, *, bubble: str, name: str) -> dict[str, Any]:
        """A shortcut from a message's menu."""
        post = self.stage.workspace.find(room, bubble)
        if post is None:
            raise KeyError(bubble)
        body = shortcut_body(self.stage.workspace, person, name, post, self.stage.origin)
        return await self._ask("interactive", body, room, person, what="That shortcut")

    async def submit(
        self, room: str, person: Person, *, form: str, fields: Mapping[str, str], files: Files = ()
    ) -> dict[str, Any]:
        """Fill in an open modal (by its id or ``callback_id``) and send it."""
        space = self.stage.workspace
        views = [v for v in space.views.values() if v.open and v.person == person.id]
        view = next(v for v in reversed(views) if form in {v.id, v.body.get("callback_id")})
        stored = [self._keep(person, name, data) for name, data in files]
        values = self._values(view, fields, stored)
        answer = await self._ask(
            "interactive", submission_body(person, view, values), room, person, what="That form"
        )
        view.open = answer.get("response_action") in {"errors", "update"} or not answer["ok"]
        view.error = "" if answer["ok"] else DISPATCH_FAILED.format(what="That form")
        return answer

    async def cancel(self, room: str, person: Person, *, form: str) -> dict[str, Any]:
        """Close an open modal without sending it."""
        self.stage.workspace.views[form].open = False
        return {}

    def _values(self, view: View, fields: Mapping[str, str], files: list[Stored]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for block in view.body["blocks"]:
            if block.get("type") != "input":
                continue
            element, key = block["element"], block["block_id"]
            given = fields.get(key, element.get("initial_value", ""))
            missing = not (files if element["type"] == "file_input" else given)
            if missing and not block.get("optional"):
                raise ValueError(f"{block['label']['text']} is missing")
            shown = [file_object(one, self.stage.origin) for one in files]
            values[key] = {element["action_id"]: _state(element, given, shown, self.stage.workspace)}
        return values

    async def open_assistant(self, room: str, person: Person) -> dict[str, Any]:
        """Open a new thread with the assistant."""
        space = self.stage.workspace
        root, events = opened(space, person, space.direct(person.id), self.stage.origin)
        for event in events:
            self.stage.emit(event)
        return {"bubble": root.ts}

    async def open_home(self, room: str, person: Person) -> dict[str, Any]:
        """Open the app's home page."""
        space = self.stage.workspace
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": person.id,
            "tab": "home",
            "event_ts": space.stamp(),
        }
        self.stage.emit(event | {"channel": space.direct(person.id).id})
        return {}

    async def _ask(
        self, kind: str, body: Mapping[str, Any], room: str, person: Person, *, what: str
    ) -> dict[str, Any]:
        reply = await self.stage.postman.ask(kind, body)
        space = self.stage.workspace
        if not reply.ok and room in space.rooms:
            words = DISPATCH_FAILED.format(what=what)
            space.posts.append(
                Post(channel=room, ts=space.stamp(), user=BOT_USER, bot=True, text=words, only_for=person.id)
            )
        return {"ok": reply.ok, "status": reply.status, **reply.payload}


def _state(
    element: Mapping[str, Any], given: str, files: list[dict[str, Any]], space: Workspace
) -> dict[str, Any]:
    kind = element["type"]
    if kind == "file_input":
        return {"type": kind, "files": files}
    if kind == "users_select":
        return {"type": kind, "selected_user": space.person(given).id if given else None}
    if kind == "static_select":
        chosen = next((o for o in element["options"] if given in {o["value"], o["text"]["text"]}), None)
        return {"type": kind, "selected_option": chosen}
    return {"type": kind, "value": given or None}


def form_fields(view: View) -> list[dict[str, Any]]:
    """The fields of a modal, for whoever draws it."""
    return [
        {
            "name": block["block_id"],
            "label": block["label"]["text"],
            "kind": block["element"]["type"],
            "long": bool(block["element"].get("multiline")),
            "required": not block.get("optional"),
            "value": str(block["element"].get("initial_value") or ""),
            "options": [(o["value"], o["text"]["text"]) for o in block["element"].get("options") or []],
        }
        for block in view.body["blocks"]
        if block.get("type") == "input"
    ]


def buttons(blocks: Sequence[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Every button: its place ``block:element``, its block and itself."""
    found = []
    for row, block in enumerate(blocks):
        elements = list(block.get("elements") or []) if block.get("type") == "actions" else []
        elements += [block["accessory"]] if block.get("accessory") else []
        for column, element in enumerate(elements):
            if element.get("type") == "button":
                found.append((f"{row}:{column}", block, element))
    return found


def find_button(
    blocks: Sequence[Mapping[str, Any]], wanted: str
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """A button by its place, its ``action_id``, its value or its label. Raises KeyError."""
    for place, block, element in buttons(blocks):
        names = {place, element.get("action_id"), element.get("value"), element.get("text", {}).get("text")}
        if wanted in names:
            return block, element
    raise KeyError(wanted)
