"""One app in several workspaces: whatever comes in is handed to the connection whose workspace it is.

Slack sends the events of all workspaces to the one address of an app, and over Socket Mode to any of
its connections.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

Receive = Callable[[Mapping[str, Any]], Awaitable[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """One connection. ``team`` is "" while it isn't connected."""

    team: Callable[[], str]
    receive: Receive


class Switchboard:
    """The connections of one app: those that share its signing secret or its app token."""

    def __init__(self) -> None:
        self._extensions: list[Extension] = []

    def join(self, extension: Extension) -> None:
        """One more connection."""
        self._extensions.append(extension)

    def of(self, team: str) -> Receive | None:
        """Who takes what comes from a workspace."""
        return next((one.receive for one in self._extensions if one.team() == team), None)

    @property
    def complete(self) -> bool:
        """Whether all are connected, so that an unknown workspace is nobody's."""
        return all(one.team() for one in self._extensions)
