"""Which files Telegram shows together, and how it shows each. Pure."""

from collections.abc import Iterator, Sequence

from domain.content import File

LARGEST_ALBUM = 10  # https://core.telegram.org/bots/api#sendmediagroup
MAX_PHOTO = 10_000_000  # https://core.telegram.org/bots/api#sendphoto
KINDS = {"video/mp4": "video", "audio/ogg": "voice", "audio/mpeg": "audio"}
FAMILIES = {"photo": "seen", "video": "seen", "audio": "audio", "document": "document"}
"""Albums are of photos and videos, of music, or of documents; a voice message stands alone."""


def kinds(file: File, size: int) -> list[str]:
    """How a file is sent, best first: what Telegram can't show goes as a document."""
    if file.image and file.mime != "image/gif" and size <= MAX_PHOTO:
        return ["photo", "document"]
    return [kind, "document"] if (kind := KINDS.get(file.mime)) else ["document"]


def together(files: Sequence[File]) -> Iterator[tuple[File, ...]]:
    """Files in their order, neighbours of one family as one album."""
    album: list[File] = []
    for file in files:
        fits = album and _family(file) and _family(file) == _family(album[-1])
        if album and (not fits or len(album) == LARGEST_ALBUM):
            yield tuple(album)
            album = []
        album.append(file)
    if album:
        yield tuple(album)


def _family(file: File) -> str:
    return FAMILIES.get(kinds(file, file.size)[0], "")
