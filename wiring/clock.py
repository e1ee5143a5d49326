"""The time as the application sees it."""

from datetime import UTC, datetime


def now() -> datetime:
    """The time in UTC, to the millisecond that MongoDB keeps."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
