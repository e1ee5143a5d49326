"""Workspaces that let the app in by a link: what is kept of each, and where. ``store`` keeps it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The app in a company's workspace. ``token`` is a secret, "" once the app was removed there."""

    workspace: str
    name: str
    bot_user: str
    token: str
    scopes: tuple[str, ...]
    installed_by: str
    at: datetime
    removed_at: datetime | None = None


class Installations(Protocol):
    """One company's installation: a later one replaces the earlier."""

    async def save(self, installation: Installation) -> None:
        """Keep it. Raises BadInput if another company has this workspace, Unavailable."""
        ...

    async def current(self) -> Installation | None:
        """The latest, removed or not. Raises Misconfigured if it can't be unsealed, Unavailable."""
        ...

    async def removed(self, workspace: str, at: datetime) -> bool:
        """The app was removed at a time: its token is forgotten. False if it was installed anew since."""
        ...

    async def spend(self, once: str, until: datetime) -> bool:
        """Use something up that is good once; false if it was used already. ``until``: kept so long."""
        ...
