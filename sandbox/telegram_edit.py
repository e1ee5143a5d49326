"""Methods that change or remove what is there."""

from collections.abc import Callable

from sandbox import telegram_media as media
from sandbox.telegram_calls import Call
from sandbox.telegram_send import caption_fields, chat_of, markup, text_fields
from sandbox.telegram_world import ApiError, Chat, Json, Post, World

SAME = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)
SHOWN = ("text", "entities", "caption", "caption_entities", "reply_markup")
FILES = (*media.FOLDERS, "document")
REACTIONS = frozenset(
    "❤👍👎🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡"
)


def edit_text(world: World, call: Call) -> Json:
    """editMessageText."""
    post = _mine(world, call)
    if "text" not in post.data:
        raise ApiError(400, "Bad Request: there is no text in the message to edit")
    return _changed(post, text_fields(call.body) | markup(call))


def edit_caption(world: World, call: Call) -> Json:
    """editMessageCaption."""
    post = _mine(world, call)
    if "text" in post.data:
        raise ApiError(400, "Bad Request: there is no caption in the message to edit")
    kept = {name: post.data[name] for name in FILES if name in post.data}
    return _changed(post, kept | caption_fields(call.body) | markup(call))


def edit_media(world: World, call: Call) -> Json:
    """editMessageMedia: another file with another caption."""
    post = _mine(world, call)
    given = call.need("media")
    kind = given["type"]
    stored = media.take(world, call, kind, given["media"])
    return _changed(post, media.fields(kind, stored) | caption_fields(given) | markup(call))


def edit_markup(world: World, call: Call) -> Json:
    """editMessageReplyMarkup."""
    post = _mine(world, call)
    kept = {name: post.data[name] for name in (*SHOWN, *FILES) if name in post.data}
    kept.pop("reply_markup", None)
    return _changed(post, kept | markup(call))


def delete_message(world: World, call: Call) -> bool:
    """deleteMessage."""
    _delete(chat_of(world, call), call.whole("message_id"))
    return True


def delete_messages(world: World, call: Call) -> bool:
    """deleteMessages; ids that aren't there are skipped."""
    chat = chat_of(world, call)
    for number in call.need("message_ids"):
        if chat.post(number):
            _delete(chat, number)
    return True


def set_reaction(world: World, call: Call) -> bool:
    """setMessageReaction; an empty list takes the bot's reaction away."""
    post = chat_of(world, call).post(call.whole("message_id"))
    if post is None:
        raise ApiError(400, "Bad Request: message to react not found")
    emoji = [one.get("emoji", "") for one in call.body.get("reaction") or []]
    if not set(emoji) <= REACTIONS:
        raise ApiError(400, "Bad Request: REACTION_INVALID")
    if len(emoji) > 1:
        raise ApiError(400, "Bad Request: REACTIONS_TOO_MANY")
    post.reactions = emoji
    return True


def _mine(world: World, call: Call) -> Post:
    post = chat_of(world, call).post(call.whole("message_id"))
    if post is None:
        raise ApiError(400, "Bad Request: message to edit not found")
    if post.by != call.account.id:
        raise ApiError(400, "Bad Request: message can't be edited")
    return post


def _changed(post: Post, fields: Json) -> Json:
    before = {name: post.data[name] for name in (*SHOWN, *FILES) if name in post.data}
    if before == fields:
        raise ApiError(400, SAME)
    words = post.words
    for name in before:
        del post.data[name]
    post.data |= fields | {"edit_date": post.data["date"]}
    if post.words != words:
        post.old.append(words)
    return post.data


def _delete(chat: Chat, number: int) -> None:
    post = chat.post(number)
    if post is None:
        raise ApiError(400, "Bad Request: message to delete not found")
    post.deleted = True


EDITS: dict[str, Callable[[World, Call], object]] = {
    "editmessagetext": edit_text,
    "editmessagecaption": edit_caption,
    "editmessagemedia": edit_media,
    "editmessagereplymarkup": edit_markup,
    "deletemessage": delete_message,
    "deletemessages": delete_messages,
    "setmessagereaction": set_reaction,
}
