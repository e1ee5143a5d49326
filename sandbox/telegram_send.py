"""Methods that put something new into a chat."""

import time
from collections.abc import Mapping
from typing import Any

from sandbox import telegram_media as media
from sandbox.telegram_calls import Call
from sandbox.telegram_text import CAPTION_LIMIT, TEXT_LIMIT, formatted
from sandbox.telegram_world import ApiError, Chat, Json, Post, World

DATA_LIMIT = 64
BUTTONS_LIMIT = 100
TYPING_SECONDS = 5.0
ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip


def chat_of(world: World, call: Call) -> Chat:
    """The chat that a request means. Raises `ApiError`: not found, moved, blocked, never started."""
    given = call.need("chat_id")
    chat = world.chat_for(call.account, given) if isinstance(given, int) else None
    if chat is None:
        raise ApiError(400, "Bad Request: chat not found")
    if chat.moved_to:
        moved = {"migrate_to_chat_id": chat.moved_to}
        raise ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", moved)
    if chat.blocked:
        what = "was blocked by the user" if chat.bot else "was kicked from the group chat"
        raise ApiError(403, f"Forbidden: bot {what}")
    if chat.bot and not chat.started:
        raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
    return chat


def markup(call: Call) -> Json:
    """The inline keyboard of a request as Message fields, checked."""
    given = call.body.get("reply_markup")
    if not given:
        return {}
    if not isinstance(given, Mapping):
        raise ApiError(400, "Bad Request: object expected as reply markup")
    rows = given.get("inline_keyboard")
    if rows is None:
        return {}
    if sum(map(len, rows)) > BUTTONS_LIMIT:
        raise ApiError(400, "Bad Request: reply markup is too long")
    for row in rows:
        for button in row:
            _check_button(button)
    return {"reply_markup": dict(given)} if any(rows) else {}


def _check_button(button: Mapping[str, Any]) -> None:
    if not str(button.get("text", "")).strip():
        raise ApiError(400, "Bad Request: can't parse inline keyboard button: text must be non-empty")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= DATA_LIMIT:
        raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    if data is None and not button.get("url"):
        raise ApiError(400, "Bad Request: can't parse inline keyboard button: text buttons are unallowed")


def text_fields(body: Mapping[str, Any]) -> Json:
    """``text`` and ``entities`` of a request, as the person sees them."""
    text, entities = formatted(
        str(body.get("text", "")),
        str(body.get("parse_mode", "")),
        body.get("entities") or [],
        limit=TEXT_LIMIT,
    )
    if not text.strip():
        raise ApiError(400, "Bad Request: message text is empty")
    return {"text": text} | ({"entities": entities} if entities else {})


def caption_fields(body: Mapping[str, Any]) -> Json:
    """``caption`` and ``caption_entities`` of a request; empty without a caption."""
    text, entities = formatted(
        str(body.get("caption") or ""),
        str(body.get("parse_mode", "")),
        body.get("caption_entities") or [],
        limit=CAPTION_LIMIT,
    )
    if not text:
        return {}
    return {"caption": text} | ({"caption_entities": entities} if entities else {})


def place(chat: Chat, call: Call) -> Json:
    """Topic and quoted message of a request, checked."""
    fields: Json = {}
    topic = call.whole("message_thread_id")
    if topic:
        if topic not in chat.topics:
            raise ApiError(400, "Bad Request: message thread not found")
        fields |= {"message_thread_id": topic, "is_topic_message": True}
    reply = call.body.get("reply_parameters")
    if reply:
        quoted = chat.post(reply["message_id"])
        if quoted is not None:
            fields["reply_to_message"] = quoted.data
        elif not reply.get("allow_sending_without_reply"):
            raise ApiError(400, "Bad Request: message to be replied not found")
    return fields


def _add(chat: Chat, call: Call, fields: Json) -> Post:
    chat.typing_until = 0.0
    return chat.add(call.account.user(), fields)


def send_message(world: World, call: Call) -> Json:
    """sendMessage."""
    chat = chat_of(world, call)
    return _add(chat, call, place(chat, call) | text_fields(call.body) | markup(call)).data


def send_file(world: World, call: Call) -> Json:
    """sendPhoto, sendDocument, sendVoice, sendVideo, sendAudio, sendAnimation, sendSticker."""
    chat = chat_of(world, call)
    kind = call.method.lower().removeprefix("send")
    stored = media.take(world, call, kind, call.body.get(kind))
    shown = media.fields(kind, stored) | caption_fields(call.body)
    return _add(chat, call, place(chat, call) | shown | markup(call)).data


def send_media_group(world: World, call: Call) -> list[Json]:
    """sendMediaGroup: 2 to 10 files as one album."""
    chat = chat_of(world, call)
    items = call.need("media")
    if not isinstance(items, list) or not 2 <= len(items) <= 10:
        raise ApiError(400, "Bad Request: wrong number of media in the album")
    group = {"media_group_id": str(13_000_000_000_000_000 + chat.last_id)} | place(chat, call)
    shown = [_item(world, call, item) for item in items]
    return [_add(chat, call, group | fields).data for fields in shown]


def _item(world: World, call: Call, item: Json) -> Json:
    kind = item["type"]
    return media.fields(kind, media.take(world, call, kind, item["media"])) | caption_fields(item)


def send_location(world: World, call: Call) -> Json:
    """sendLocation."""
    chat = chat_of(world, call)
    point = {"latitude": call.need("latitude"), "longitude": call.need("longitude")}
    return _add(chat, call, place(chat, call) | {"location": point} | markup(call)).data


def send_chat_action(world: World, call: Call) -> bool:
    """sendChatAction: shown for 5 s or until the bot's next message."""
    chat = chat_of(world, call)
    place(chat, call)
    if call.need("action") not in ACTIONS:
        raise ApiError(400, "Bad Request: wrong parameter action in request")
    chat.typing_until = time.monotonic() + TYPING_SECONDS
    return True
