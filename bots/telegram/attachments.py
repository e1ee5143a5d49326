"""What else than text a message carries, as files and as words that an agent understands. Pure."""

from collections.abc import Callable
from typing import Any

from telegram import Message

from domain.inbound import Attachment

MAP = "https://www.openstreetmap.org/?mlat={0:.5f}&mlon={1:.5f}#map=17/{0:.5f}/{1:.5f}"


def attachments(message: Message) -> tuple[Attachment, ...]:
    """The files of a message: one at most, albums come as several messages."""
    for name, (kind, default, mime) in FILES.items():
        value = getattr(message, name)
        if value:
            return (_attachment(value[-1] if name == "photo" else value, kind, default, mime),)
    return ()


FILES = {  # field -> kind, name where the platform gives none, type likewise
    "animation": ("video", "animation.mp4", "video/mp4"),  # before document: it comes with both
    "photo": ("image", "photo.jpg", "image/jpeg"),
    "voice": ("voice", "voice.ogg", "audio/ogg"),
    "video": ("video", "video.mp4", "video/mp4"),
    "video_note": ("video", "video.mp4", "video/mp4"),
    "audio": ("audio", "audio.mp3", "audio/mpeg"),
    "sticker": ("sticker", "sticker.webp", "image/webp"),
    "document": ("file", "document", "application/octet-stream"),
}


def _attachment(value: Any, kind: str, name: str, mime: str) -> Attachment:
    if kind == "sticker" and value.is_animated:
        name, mime = "sticker.tgs", "application/gzip"
    elif kind == "sticker" and value.is_video:
        name, mime = "sticker.webm", "video/webm"
    given_mime = getattr(value, "mime_type", None) or mime
    return Attachment(
        handle=value.file_id,
        name=getattr(value, "file_name", None) or name,
        mime=given_mime,
        size=value.file_size or 0,
        kind="image" if kind == "file" and given_mime.startswith("image/") else kind,
    )


def described(message: Message) -> str:
    """Words for what has no text of its own: a place, a contact, a poll, a sticker's emoji."""
    for name, describe in WORDS.items():
        value = getattr(message, name, None)
        if value:
            return describe(value)
    return ""


def _venue(venue: Any) -> str:
    return f"📍 {venue.title}, {venue.address}\n{_link(venue.location)}"


def _location(location: Any) -> str:
    return f"📍 {location.latitude:.5f}, {location.longitude:.5f}\n{_link(location)}"


def _link(location: Any) -> str:
    return MAP.format(location.latitude, location.longitude)


def _contact(contact: Any) -> str:
    name = " ".join(filter(None, (contact.first_name, contact.last_name)))
    return f"👤 {name}, {contact.phone_number}"


def _poll(poll: Any) -> str:
    return "\n".join((f"📊 {poll.question}", *(f"- {option.text}" for option in poll.options)))


def _dice(dice: Any) -> str:
    return f"{dice.emoji} {dice.value}"


def _sticker(sticker: Any) -> str:
    return sticker.emoji or ""


def _checklist(checklist: Any) -> str:
    return "\n".join((f"☑ {checklist.title}", *(f"- {task.text}" for task in checklist.tasks)))


def _only_named(kind: str) -> Callable[[Any], str]:
    return lambda _: f"[{kind}]"


WORDS: dict[str, Callable[[Any], str]] = {
    "venue": _venue,  # before location: it comes with both
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "dice": _dice,
    "sticker": _sticker,
    "checklist": _checklist,
    "story": _only_named("story"),
    "game": _only_named("game"),
    "invoice": _only_named("invoice"),
    "paid_media": _only_named("paid media"),
}
