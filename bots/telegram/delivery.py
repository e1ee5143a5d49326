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
    ReplyParameters,
)
from telegram.error import BadRequest, InvalidToken

from bots.telegram.albums import kinds
from bots.telegram.failures import gone, method_missing, says
from bots.telegram.render import Rendered
from desk.ports import Fetched
from domain.content import File

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
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

    async def send(
        self, chat: int, topic: int | None, rendered: Rendered, quoted: int | None = None
    ) -> tuple[int, ...]:
        """Send one message or album, as an answer to a quoted one; the ids of what is shown."""
        place: dict[str, Any] = {"chat_id": chat, "message_thread_id": topic}
        if quoted:
            place["reply_parameters"] = ReplyParameters(quoted, allow_sending_without_reply=True)
        if len(rendered.files) > 1:
            return await self._send_album(place, rendered)
        place["reply_markup"] = rendered.keyboard
        if rendered.files:
            return ((await self._send_file(place, rendered, rendered.files[0])).message_id,)

        def text(entities: Entities) -> Awaitable[Message]:
            return self._bot.send_message(
                text=rendered.text, entities=entities, link_preview_options=NO_PREVIEW, **place
            )

        sent: Message = await first_accepted(_plainer(rendered, text))
        return (sent.message_id,)

    async def edit(self, chat: int, message: int, rendered: Rendered) -> None:
        """Change a message; one that says so already is left alone. Of an album the words change."""
        place: dict[str, Any] = {"chat_id": chat, "message_id": message, "reply_markup": rendered.keyboard}
        try:
            if len(rendered.files) == 1:
                await self._edit_file(place, rendered, rendered.files[0])
            else:
                await self._edit_words(place, rendered)
        except BadRequest as error:
            if not says(error, "message is not modified"):
                raise

    async def _send_album(self, place: dict[str, Any], rendered: Rendered) -> tuple[int, ...]:
        """Files as one album; where one of them can't be shown, all of them as documents."""
        contents = [await self._blobs(file.blob) for file in rendered.files]
        best = [kinds(file, len(data))[0] for file, data in zip(rendered.files, contents, strict=True)]

        def album(shown: Sequence[str]) -> Callable[[Entities], Awaitable[tuple[Message, ...]]]:
            def attempt(entities: Entities) -> Awaitable[tuple[Message, ...]]:
                items: list[Any] = []
                for kind, file, data in zip(shown, rendered.files, contents, strict=True):
                    words = {} if items else {"caption": rendered.text or None, "caption_entities": entities}
                    items.append(MEDIA[kind](InputFile(data, filename=file.name, attach=True), **words))
                return self._bot.send_media_group(media=items, **place)

            return attempt

        ways = [best, ["document"] * len(best)] if set(best) != {"document"} else [best]
        tries = [attempt for way in ways for attempt in _plainer(rendered, album(way))]
        try:
            sent: Sequence[Message] = await first_accepted(tries)
        except InvalidToken as error:
            if not method_missing(error):
                raise
            return await self._one_by_one(place, rendered)
        return tuple(message.message_id for message in sent)

    async def _one_by_one(self, place: dict[str, Any], rendered: Rendered) -> tuple[int, ...]:
        """The files of an album on a server that knows no albums."""
        first, *others = rendered.files
        sent = [await self._send_file(place, rendered, first)]
        sent += [await self._send_file(place, Rendered(text=""), file) for file in others]
        return tuple(message.message_id for message in sent)

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
            attempt for kind in kinds(file, len(content)) for attempt in _plainer(rendered, upload(kind))
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

        ways = kinds(file, len(content))
        await first_accepted([one for kind in ways for one in _plainer(rendered, replace(kind))])

    async def _edit_words(self, place: dict[str, Any], rendered: Rendered) -> None:
        """Change the text, or the caption if the message carries a file."""

        def text(entities: Entities) -> Awaitable[Any]:
            return self._bot.edit_message_text(
                text=rendered.text, entities=entities, link_preview_options=NO_PREVIEW, **place
            )

        def caption(entities: Entities) -> Awaitable[Any]:
            return self._bot.edit_message_caption(caption=rendered.text, caption_entities=entities, **place)

        try:
            if rendered.text:
                await first_accepted(_plainer(rendered, text))
                return
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
