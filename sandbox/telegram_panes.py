"""The panes that the page shows: every private chat and every group, as its people see them."""

import time

from sandbox.stand import Bubble, Pane
from sandbox.telegram_media import file_ids
from sandbox.telegram_world import Chat, Json, Post, World


def panes(world: World, address: str) -> list[Pane]:
    """All chats. ``address`` is where the stand-in is reached, for links to files."""
    return [_pane(world, chat, address) for chat in world.chats.values() if not chat.moved_to]


def _pane(world: World, chat: Chat, address: str) -> Pane:
    bots = " ".join(f"@{account.username}" for account in world.bots_of(chat))
    return Pane(
        id=chat.pane,
        title=f"{chat.title or chat.members[0].name} · {bots}",
        people=[person.name for person in chat.members],
        bubbles=[_bubble(world, chat, post, address) for post in chat.posts.values()],
        typing=chat.typing_until > time.monotonic(),
        commands=_commands(world, chat),
    )


def _bubble(world: World, chat: Chat, post: Post, address: str) -> Bubble:
    author = post.data["from"]
    files = [world.files[file] for file in file_ids(post.data)]
    rows = post.data.get("reply_markup", {}).get("inline_keyboard", [])
    return Bubble(
        id=str(post.id),
        author=" ".join(filter(None, (author["first_name"], author.get("last_name")))),
        text=post.words or _described(post.data),
        mine=not author["is_bot"] and chat.kind == "private",
        buttons=[(b.get("callback_data") or b.get("url", ""), b["text"]) for row in rows for b in row],
        files=[(file.name, f"{address}/_files/{file.unique}/{file.name}") for file in files],
        reactions=list(post.reactions),
        old=list(post.old),
        deleted=post.deleted,
        at=float(post.data["date"]),
    )


def _described(data: Json) -> str:
    for name in ("location", "contact", "poll", "dice"):
        if name in data:
            return f"[{name}] " + " ".join(str(value) for value in data[name].values())
    return ""


def _commands(world: World, chat: Chat) -> list[tuple[str, str]]:
    """What the menu offers in the person's language, else in the default one."""
    language = chat.members[0].language[:2] if chat.members else ""
    for account in world.bots_of(chat):
        for wanted in (language, ""):
            for (_, given), commands in account.commands.items():
                if given == wanted:
                    return [(f"/{command['command']}", command["description"]) for command in commands]
    return []
