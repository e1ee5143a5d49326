"""What people do in the Telegram app."""

import time
from collections.abc import Mapping, Sequence
from mimetypes import guess_type
from typing import Any

from sandbox import telegram_media as media
from sandbox.telegram_text import TEXT_LIMIT, found_entities, units
from sandbox.telegram_updates import Updates
from sandbox.telegram_world import Chat, Json, Person, Post, World

Files = Sequence[tuple[str, bytes]]


class People:
    """The actions of `sandbox.stand.Stand.act`, each a method named after its action."""

    def __init__(self, *, world: World, updates: Mapping[str, Updates]) -> None:
        self._world = world
        self._updates = updates
        self._pressed = 0
        self.answers: dict[str, Json | None] = {}

    async def say(
        self,
        chat: Chat,
        person: Person,
        *,
        text: str = "",
        files: Files = (),
        thread: str = "",
        kind: str = "",
        reply_to: str = "",
    ) -> Json:
        """Write, with files as an album if there are several. Long texts are sent in parts, as the app does.

        ``kind`` sends files as something else than their names say (document, video_note, sticker ...).
        """
        place = _place(chat, thread, reply_to)
        if files:
            return await self._send_files(chat, person, text, _shapes(files, kind), place)
        sent: Json = {}
        for part in _parts(text):
            sent = await self._send(chat, person, place | _with_entities("text", part))
        return sent

    async def command(
        self, chat: Chat, person: Person, *, name: str, text: str = "", files: Files = (), thread: str = ""
    ) -> Json:
        """Send a command; with files it is their caption."""
        words = f"/{name.removeprefix('/')} {text}".strip()
        return await self.say(chat, person, text=words, files=files, thread=thread)

    async def start(self, chat: Chat, person: Person, *, payload: str = "") -> Json:
        """Press Start, perhaps by a link with a payload."""
        return await self.command(chat, person, name="start", text=payload)

    async def share(self, chat: Chat, person: Person, *, thread: str = "", **fields: Any) -> Json:
        """Send something without text: ``location={...}``, ``contact={...}``, ``poll={...}``."""
        return await self._send(chat, person, _place(chat, thread, "") | fields)

    async def press(self, chat: Chat, person: Person, *, bubble: str, button: str) -> Json:
        """Press an inline button; ``button`` is its data or its label."""
        post = _post(chat, bubble)
        rows = post.data.get("reply_markup", {}).get("inline_keyboard", [])
        data = next(
            (
                b["callback_data"]
                for row in rows
                for b in row
                if button in (b.get("callback_data"), b["text"])
            ),
            None,
        )
        if data is None:
            raise LookupError(f"there is no button {button!r} under message {bubble}")
        self._pressed += 1
        query = {
            "id": str(4_382_000_000_000_000_000 + self._pressed),
            "from": person.user(),
            "message": dict(post.data),
            "chat_instance": str(chat.id * 7919),
            "data": data,
        }
        self.answers[str(query["id"])] = None
        account = self._world.account(post.by)
        return {
            "update_id": await self._updates[account.token].push("callback_query", query),
            "id": query["id"],
        }

    async def edit(self, chat: Chat, person: Person, *, bubble: str, text: str) -> Json:
        """Change an own message's text or caption."""
        post = _post(chat, bubble)
        if post.by != person.id:
            raise LookupError("only own messages can be edited")
        post.old.append(post.words)
        name = "text" if "text" in post.data else "caption"
        for gone in ("text", "entities", "caption", "caption_entities"):
            post.data.pop(gone, None)
        post.data |= _with_entities(name, text) | {"edit_date": int(time.time())}
        return await self._tell(chat, "edited_message", post)

    async def delete(self, chat: Chat, person: Person, *, bubble: str) -> Json:
        """Delete a message; bots are never told."""
        _post(chat, bubble).deleted = True
        return {}

    async def block(self, chat: Chat, person: Person) -> Json:
        """Block the bot (or put it out of the group)."""
        return await self._member(chat, person, blocked=True)

    async def unblock(self, chat: Chat, person: Person) -> Json:
        """Let the bot write again."""
        return await self._member(chat, person, blocked=False)

    async def migrate(self, chat: Chat, person: Person) -> Json:
        """A group becomes a supergroup; both chats tell it. Returns the new pane's id."""
        new = self._world.migrate(chat)
        before = chat.add(person.user(), {"migrate_to_chat_id": new.id})
        after = new.add(person.user(), {"migrate_from_chat_id": chat.id})
        await self._tell(chat, "message", before)
        await self._tell(new, "message", after)
        return {"pane": new.pane, "chat": new.id}

    async def _member(self, chat: Chat, person: Person, *, blocked: bool) -> Json:
        before, after = _status(chat, not blocked), _status(chat, blocked)
        chat.blocked = blocked
        told = 0
        for account in self._world.bots_of(chat):
            change = {
                "chat": chat.json(),
                "from": person.user(),
                "date": int(time.time()),
                "old_chat_member": before | {"user": account.user()},
                "new_chat_member": after | {"user": account.user()},
            }
            told = await self._updates[account.token].push("my_chat_member", change)
        return {"update_id": told}

    async def _send_files(
        self, chat: Chat, person: Person, text: str, files: Sequence[tuple[str, str, bytes]], place: Json
    ) -> Json:
        group = {"media_group_id": str(13_900_000_000_000_000 + chat.last_id)} if len(files) > 1 else {}
        sent: Json = {}
        for number, (kind, name, content) in enumerate(files):
            mime = guess_type(name)[0] or "application/octet-stream"
            stored = self._world.store(name, content, mime, media.FOLDERS.get(kind, "documents"))
            caption = _with_entities("caption", text) if text and not number else {}
            sent = await self._send(chat, person, place | group | media.fields(kind, stored) | caption)
        return sent

    async def _send(self, chat: Chat, person: Person, fields: Json) -> Json:
        chat.started = True
        return await self._tell(chat, "message", chat.add(person.user(), fields))

    async def _tell(self, chat: Chat, kind: str, post: Post) -> Json:
        told = 0
        for account in self._world.bots_of(chat):
            told = await self._updates[account.token].push(kind, dict(post.data))
        return {"update_id": told, "message_id": post.id, "bubble": str(post.id)}


def _shapes(files: Files, kind: str) -> list[tuple[str, str, bytes]]:
    return [(kind or media.kind_of(name), name, content) for name, content in files]


def _parts(text: str) -> list[str]:
    size = TEXT_LIMIT if units(text) <= TEXT_LIMIT else TEXT_LIMIT // 2  # a character is 2 units at most
    return [text[start : start + size] for start in range(0, len(text), size)]


def _status(chat: Chat, blocked: bool) -> Json:
    if not blocked:
        return {"status": "member"}
    return {"status": "kicked", "until_date": 0} if chat.bot else {"status": "left"}


def _place(chat: Chat, thread: str, reply_to: str) -> Json:
    topic = {"message_thread_id": int(thread), "is_topic_message": True} if thread else {}
    return topic | ({"reply_to_message": _post(chat, reply_to).data} if reply_to else {})


def _post(chat: Chat, bubble: str) -> Post:
    post = chat.post(int(bubble))
    if post is None:
        raise LookupError(f"there is no message {bubble}")
    return post


def _with_entities(name: str, text: str) -> Json:
    entities = found_entities(text)
    key = "entities" if name == "text" else "caption_entities"
    return {name: text} | ({key: entities} if entities else {})
