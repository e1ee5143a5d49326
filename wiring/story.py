"""Plays the sandbox's story against the running demo and says what each party saw."""

from collections.abc import Callable

from rich.markup import escape

from domain.errors import DeskmateError
from sandbox.eyes import Seen
from sandbox.story import Places, Story
from wiring.demo import Demo, Stands

SHOWN = 160


class StoryFailed(DeskmateError):
    """A step of the story did not happen."""


def story(demo: Demo, tell: Callable[[Seen], None]) -> Story:
    """The story's script for this demo's people."""
    made = story_of(demo.stands, tell)
    made.digest = demo.digest_now
    made.slack_files = demo.sandbox.addresses["slack"]
    return made


def story_of(stands: Stands, tell: Callable[[Seen], None]) -> Story:
    """The story's script for the people of these stand-ins."""
    agents = [person.name for person in stands.slack.people]
    stands.discord.dm("Dev")  # opens the channel
    admin = next(person.name for person in stands.slack.people if person.admin)
    places = Places(
        customer="Tara",
        customer_pane=stands.telegram.pane("Tara"),
        other="Dev",
        other_pane="dm:Dev",
        channel=stands.slack.channel,
        agents=agents,
        admin=admin,
    )
    return Story(
        telegram=stands.telegram, discord=stands.discord, slack=stands.slack, places=places, tell=tell
    )


async def play(demo: Demo, say: Callable[[str], None]) -> None:
    """Play it to the end. Raises StoryFailed at the first step that did not happen."""

    def tell(seen: Seen) -> None:
        mark = "[green]✓[/]" if seen.ok else "[red]✗[/]"
        saw = " ".join(seen.saw.split())
        shown = saw if len(saw) <= SHOWN or not seen.ok else saw[:SHOWN] + "…"
        by = f"{seen.who} saw: " if seen.who else ""
        say(f"{mark} {escape(seen.title)}\n    [dim]{escape(by + shown)}[/]")

    played = story(demo, tell)
    if not await played.play():
        raise StoryFailed(f"The story stopped at: {played.steps[-1].title}.")
    faults = [fault for stand in demo.stands.all() for request in stand.requests for fault in request.faults]
    if faults:
        raise StoryFailed(f"A request broke a platform's schema: {faults[0]}")
    say(f"[bold green]All {len(played.steps)} steps happened.[/]")
