"""Files in messages: what an uploaded or an old file looks like in a Message object."""

import struct
from mimetypes import guess_type

from sandbox.telegram_calls import Call
from sandbox.telegram_world import ApiError, Json, Stored, World

MAX_PHOTO = 10_000_000
MAX_FILE = 50_000_000
FOLDERS = {
    "photo": "photos",
    "voice": "voice",
    "video": "videos",
    "audio": "music",
    "sticker": "stickers",
    "animation": "animations",
    "video_note": "video_notes",
}


def take(world: World, call: Call, kind: str, given: object) -> Stored:
    """The file that a parameter means: an upload, a known id; an address is refused as unreachable."""
    if not isinstance(given, str) or not given:
        raise ApiError(400, f"Bad Request: there is no {kind} in the request")
    if given.startswith("attach://"):
        return _uploaded(world, call, kind, given.removeprefix("attach://"))
    if given.startswith(("http://", "https://")):
        raise ApiError(400, "Bad Request: failed to get HTTP URL content")
    if given not in world.files:
        raise ApiError(400, "Bad Request: wrong remote file identifier specified: can't unserialize it")
    return world.files[given]


def _uploaded(world: World, call: Call, kind: str, part: str) -> Stored:
    upload = call.uploads.get(part)
    if upload is None:
        raise ApiError(400, f"Bad Request: there is no part {part} in the request")
    if not upload.content:
        raise ApiError(400, "Bad Request: file must be non-empty")
    if len(upload.content) > (MAX_PHOTO if kind == "photo" else MAX_FILE):
        raise ApiError(413, "Request Entity Too Large")
    if kind == "photo" and not image_size(upload.content):
        raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED")
    return world.store(upload.name, upload.content, upload.mime, FOLDERS.get(kind, "documents"))


def kind_of(name: str) -> str:
    """How the app sends a person's file of this name."""
    mime = guess_type(name)[0] or ""
    if mime in {"image/jpeg", "image/png"}:
        return "photo"
    if name.endswith((".ogg", ".oga")):
        return "voice"
    return {"video/mp4": "video", "audio/mpeg": "audio"}.get(mime, "document")


def fields(kind: str, stored: Stored) -> Json:
    """The part of a Message object that carries a file."""
    base: Json = {"file_id": stored.id, "file_unique_id": stored.unique, "file_size": len(stored.content)}
    width, height = image_size(stored.content) or (1, 1)
    sized = base | {"width": width, "height": height}
    named = base | {"file_name": stored.name, "mime_type": stored.mime}
    shapes: dict[str, Json | list[Json]] = {
        "photo": [sized],
        "voice": base | {"duration": 1, "mime_type": "audio/ogg"},
        "audio": named | {"duration": 1},
        "video": sized | {"duration": 1, "file_name": stored.name, "mime_type": stored.mime},
        "video_note": base | {"length": 240, "duration": 1},
        "animation": sized | {"duration": 1, "file_name": stored.name, "mime_type": stored.mime},
        "sticker": sized | {"type": "regular", "is_animated": False, "is_video": False},
        "document": named,
    }
    return {kind: shapes[kind]}


def file_ids(data: Json) -> list[str]:
    """The files that a Message object carries, each once (of a photo the largest size)."""
    found = []
    for kind in (*FOLDERS, "document"):
        value = data.get(kind)
        if value:
            found.append((value[-1] if isinstance(value, list) else value)["file_id"])
    return list(dict.fromkeys(found))


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG; (1, 1) for other images by their first bytes; None if no image."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return int(width), int(height)
    starts = (b"\xff\xd8\xff", b"GIF8", b"BM")
    return (1, 1) if content.startswith(starts) or content[8:12] == b"WEBP" else None
