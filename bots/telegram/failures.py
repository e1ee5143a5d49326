"""Telegram's errors, translated once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError

from domain.errors import DeskmateError, Misconfigured, RateLimited, Refused, Unavailable, Unreachable

GONE = (  # the place is not there (any more); nothing that we send will arrive
    "chat not found",
    "user not found",
    "message thread not found",
    "topic_deleted",
    "topic_closed",
    "peer_id_invalid",
    "have no rights to send",
    "not enough rights to send",
    "group chat was deactivated",
)
REJECTED = (
    "Telegram does not accept the token of the bot '{bot}'. Ask @BotFather for it (/mybots, API Token), put "
    "it into the environment variable that config.toml names, and check base_url if you changed that."
)
LONGEST = 200
WAIT = re.compile(r"retry after (\d+(?:\.\d+)?)", re.IGNORECASE)
SOME_SECONDS = 5.0


@contextmanager
def translated(bot: str, kind: type[TelegramError] = TelegramError) -> Iterator[None]:
    """Raise domain errors instead of Telegram's, or of one kind of them. ``bot`` is named in advice."""
    try:
        yield
    except InvalidToken:
        raise Misconfigured(REJECTED.format(bot=bot)) from None  # the SDK's message holds the token
    except kind as error:
        raise _translate(error) from error


@contextmanager
def in_use(bot: str) -> Iterator[None]:
    """As `translated` for messages and files: with a withdrawn token they wait, they are not lost."""
    try:
        with translated(bot):
            try:
                yield
            except InvalidToken as error:
                if method_missing(error):
                    raise Refused("This Bot API server does not know that request.") from error
                raise
    except Misconfigured as error:
        raise Unavailable(str(error)) from None


def says(error: TelegramError, *words: str) -> bool:
    """Whether the description has one of these words, whatever their case."""
    description = error.message.casefold()
    return any(word in description for word in words)


def method_missing(error: TelegramError) -> bool:
    """Whether it was 404, which the SDK takes for a bad token; that would be 401 once a bot is connected."""
    return isinstance(error, InvalidToken) and says(error, "not found")


def gone(error: TelegramError) -> bool:
    """Whether the error means that the place is not there."""
    return isinstance(error, Forbidden) or (isinstance(error, BadRequest) and says(error, *GONE))


def seconds(error: RetryAfter) -> float:
    """How long Telegram wants us to wait."""
    wait = error.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()


def _told(error: TelegramError) -> float:
    """Seconds to wait where they are not in the parameters: in the words, else a guess."""
    found = WAIT.search(error.message)
    return float(found.group(1)) if found else SOME_SECONDS


def _translate(error: TelegramError) -> DeskmateError:
    if isinstance(error, RetryAfter):
        return RateLimited(seconds(error), "Telegram asks us to slow down.")
    if says(error, "too many requests"):
        return RateLimited(_told(error), "Telegram asks us to slow down.")
    said = error.message[:LONGEST]
    if gone(error):
        return Unreachable(f"Telegram says: {said}")
    if isinstance(error, BadRequest) or says(error, "entity too large"):
        return Refused(f"Telegram says: {said}")
    return Unavailable(f"Telegram can't be reached: {said}")
