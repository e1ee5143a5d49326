"""Sending and changing messages with the Bot API, with a plain fallback where Telegram refuses markup."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from telegram import (
    Bot,
    InputFile,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    LinkPreviewOptions,
    Message,
    MessageEntity,
)
from telegram.error import BadRequest

from bots.telegram.failures import gone, says
from bots.telegram.render import Rendered
from desk.ports import Fetched
from domain.content import File

MAX_PHOTO = 10_000_000  # https://core.telegram.org/bots/api#sendphoto
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
KINDS = {"video/mp4": "video", "audio/ogg": "voice", "audio/mpeg": "audio"}
MEDIA: dict[str, Any] = {
    "photo": InputMediaPhoto,
    "video": InputMediaVideo,
    "audio": InputMediaAudio,
    "document": InputMediaDocument,
}
Entities = Sequence[MessageEntity] | None
Try = Callable[[], Awaitable[Any]]


class Delivery:
    """What leaves us. Raises `telegram.error.TelegramError`."""

    def __init__(self, *, bot: Bot, blobs: Fetched) -> None:
        self._bot = bot
        self._blobs = blobs

    async def send(self, chat: int, topic: int | None, rendered: Rendered) -> Message:
        """Send one message, with its file if it has one."""
        place: dict[str, Any] = {
            "chat_id": chat,
            "message_thread_id": topic,
            "reply_markup": rendered.keyboard,
        }
        if rendered.file:
            return await self._send_file(place, rendered, rendered.file)

        def text(entities: Entities) -> Awaitable[Message]:
            return self._bot.send_message(
                text=rendered.text, entities=entities, link_preview_options=NO_PREVIEW, **place
            )

        sent: Message = await first_accepted(_plainer(rendered, text))
        return sent

    async def edit(self, chat: int, message: int, rendered: Rendered) -> None:
        """Change a message; one that says so already is left alone."""
        place: dict[str, Any] = {"chat_id": chat, "message_id": message, "reply_markup": rendered.keyboard}
        try:
            if rendered.file:
                await self._edit_file(place, rendered, rendered.file)
            else:
                await self._edit_words(place, rendered)
        except BadRequest as error:
            if not says(error, "message is not modified"):
                raise

    async def _send_file(self, place: dict[str, Any], rendered: Rendered, file: File) -> Message:
        """Upload a file; a picture that Telegram can't show goes as a document."""
        content = await self._blobs(file.blob)

        def upload(kind: str) -> Callable[[Entities], Awaitable[Message]]:
            def attempt(entities: Entities) -> Awaitable[Message]:
                given = {kind: InputFile(content, filename=file.name, attach=False)}
                method: Any = getattr(self._bot, f"send_{kind}")
                done: Awaitable[Message] = method(
                    **given, caption=rendered.text or None, caption_entities=entities, **place
                )
                return done

            return attempt

        tries = [
            attempt for kind in _kinds(file, len(content)) for attempt in _plainer(rendered, upload(kind))
        ]
        sent: Message = await first_accepted(tries)
        return sent

    async def _edit_file(self, place: dict[str, Any], rendered: Rendered, file: File) -> None:
        content = await self._blobs(file.blob)

        def replace(kind: str) -> Callable[[Entities], Awaitable[Any]]:
            def attempt(entities: Entities) -> Awaitable[Any]:
                given = MEDIA.get(kind, InputMediaDocument)(
                    InputFile(content, filename=file.name, attach=True),
                    caption=rendered.text or None,
                    caption_entities=entities,
                )
                return self._bot.edit_message_media(media=given, **place)

            return attempt

        kinds = _kinds(file, len(content))
        await first_accepted([one for kind in kinds for one in _plainer(rendered, replace(kind))])

    async def _edit_words(self, place: dict[str, Any], rendered: Rendered) -> None:
        """Change the text, or the caption if the message carries a file."""

        def text(entities: Entities) -> Awaitable[Any]:
            return self._bot.edit_message_text(
                text=rendered.text, entities=entities, link_preview_options=NO_PREVIEW, **place
            )

        def caption(entities: Entities) -> Awaitable[Any]:
            return self._bot.edit_message_caption(caption=rendered.text, caption_entities=entities, **place)

        try:
            await first_accepted(_plainer(rendered, text))
        except BadRequest as error:
            if not says(error, "no text in the message"):
                raise
            await first_accepted(_plainer(rendered, caption))


async def first_accepted(tries: Sequence[Try]) -> Any:
    """Try one way after the other as long as Telegram refuses the content, not the place."""
    for attempt in tries[:-1]:
        try:
            return await attempt()
        except BadRequest as error:
            if gone(error) or says(error, *HOPELESS):
                raise
    return await tries[-1]()


HOPELESS = ("message is not modified", "no text in the message", "to edit not found", "can't be edited")


def _plainer(
    rendered: Rendered, attempt: Callable[[Entities], Awaitable[Any]]
) -> list[Callable[[], Awaitable[Any]]]:
    formatted: list[Try] = [lambda: attempt(rendered.entities)] if rendered.entities else []
    return [*formatted, lambda: attempt(None)]


def _kinds(file: File, size: int) -> list[str]:
    if file.image and file.mime != "image/gif" and size <= MAX_PHOTO:
        return ["photo", "document"]
    return [kind, "document"] if (kind := KINDS.get(file.mime)) else ["document"]
