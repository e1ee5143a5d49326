"""The table of methods, and those about the bot itself, chats and files."""

import json
import re
from collections.abc import Callable, Mapping

from sandbox.telegram_calls import Call
from sandbox.telegram_edit import EDITS
from sandbox.telegram_send import (
    chat_of,
    send_chat_action,
    send_file,
    send_location,
    send_media_group,
    send_message,
)
from sandbox.telegram_world import ApiError, Chat, Json, World

DOWNLOAD_LIMIT = 20_000_000
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
Method = Callable[[World, Call], object]


def get_me(_: World, call: Call) -> Json:
    """getMe."""
    return call.account.me()


def set_commands(_: World, call: Call) -> bool:
    """setMyCommands, by scope and language."""
    commands = call.need("commands")
    for command in commands:
        if not COMMAND.fullmatch(command["command"]):
            raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise ApiError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    if len(commands) > 100:
        raise ApiError(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    call.account.commands[_commands_key(call)] = commands
    return True


def get_commands(_: World, call: Call) -> list[Json]:
    """getMyCommands."""
    return call.account.commands.get(_commands_key(call), [])


def delete_commands(_: World, call: Call) -> bool:
    """deleteMyCommands."""
    call.account.commands.pop(_commands_key(call), None)
    return True


def _commands_key(call: Call) -> tuple[str, str]:
    language = str(call.body.get("language_code", ""))
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise ApiError(400, "Bad Request: invalid language code specified")
    return json.dumps(call.body.get("scope") or {"type": "default"}, sort_keys=True), language


def get_chat(world: World, call: Call) -> Json:
    """getChat."""
    chat = world.chat_for(call.account, call.need("chat_id"))
    if chat is None:
        raise ApiError(400, "Bad Request: chat not found")
    full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(GIFTS, True)}
    return chat.json() | full


def get_chat_member(world: World, call: Call) -> Json:
    """getChatMember."""
    chat, user = chat_of(world, call), call.whole("user_id")
    if user == call.account.id:
        return {"status": "member", "user": call.account.user()}
    for person in chat.members:
        if person.id == user:
            return {"status": "member", "user": person.user()}
    raise ApiError(400, "Bad Request: user not found")


def get_photos(_: World, __: Call) -> Json:
    """getUserProfilePhotos: nobody has any."""
    return {"total_count": 0, "photos": []}


def get_file(world: World, call: Call) -> Json:
    """getFile."""
    stored = world.files.get(call.need("file_id"))
    if stored is None:
        raise ApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    if len(stored.content) > DOWNLOAD_LIMIT:
        raise ApiError(400, "Bad Request: file is too big")
    return {
        "file_id": stored.id,
        "file_unique_id": stored.unique,
        "file_size": len(stored.content),
        "file_path": stored.path,
    }


def create_topic(world: World, call: Call) -> Json:
    """createForumTopic."""
    chat = _forum(world, call)
    post = chat.add(call.account.user(), {})
    name = str(call.need("name"))
    post.data |= {
        "message_thread_id": post.id,
        "is_topic_message": True,
        "forum_topic_created": {"name": name, "icon_color": 7322096},
    }
    chat.topics[post.id] = name
    return {"message_thread_id": post.id, "name": name, "icon_color": 7322096}


def touch_topic(world: World, call: Call) -> bool:
    """closeForumTopic and reopenForumTopic: only that the topic is there is checked."""
    if call.whole("message_thread_id") not in _forum(world, call).topics:
        raise ApiError(400, "Bad Request: message thread not found")
    return True


def _forum(world: World, call: Call) -> Chat:
    chat = chat_of(world, call)
    if not chat.forum:
        raise ApiError(400, "Bad Request: the chat is not a forum")
    return chat


FILES = ("photo", "document", "voice", "video", "audio", "animation", "sticker")
METHODS: Mapping[str, Method] = {
    "getme": get_me,
    "sendmessage": send_message,
    "sendmediagroup": send_media_group,
    "sendlocation": send_location,
    "sendchataction": send_chat_action,
    **{f"send{kind}": send_file for kind in FILES},
    **EDITS,
    "getfile": get_file,
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    "getuserprofilephotos": get_photos,
    "setmycommands": set_commands,
    "getmycommands": get_commands,
    "deletemycommands": delete_commands,
    "createforumtopic": create_topic,
    "closeforumtopic": touch_topic,
    "reopenforumtopic": touch_topic,
}
