"""The application, open for one command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from commands.logs import configure
from settings import Settings

if TYPE_CHECKING:
    from wiring import App


@asynccontextmanager
async def opened(settings: Settings, *, quiet: bool = True) -> AsyncIterator["App"]:
    """Database, index and models; nothing is received or sent. ``quiet``: only warnings are logged."""
    from wiring import build

    level = settings.app.log_level
    configure(level="warning" if quiet and level == "info" else level, style=settings.app.log_format)
    app = build(settings)
    await app.open()
    try:
        yield app
    finally:
        await app.close()
