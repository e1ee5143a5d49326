"""What writes a company's experience reports."""

from collections.abc import Callable
from datetime import timedelta

from desk.experience import ExperienceDesk, Wait
from desk.firm import Firm
from desk.reviewing import ModelWriter
from reports.experience import Reviewer
from wiring.clock import now
from wiring.parts import Parts


def desk(parts: Parts, known: Firm, wake: Callable[[str], None]) -> ExperienceDesk:
    """The reports of finished chats, by the model where there is one and it is wanted."""
    section, model, kept = parts.settings.experience, parts.models.gemini, parts.kept
    writer = ModelWriter(model=model) if model and section.write == "model" else None
    return ExperienceDesk(
        firm=known,
        experiences=kept.experiences,
        records=kept.records,
        leases=kept.leases,
        reviewer=Reviewer(writer=writer),
        channels=parts.connections.channels,
        wait=Wait(
            rated=timedelta(minutes=section.wait_minutes), unrated=timedelta(hours=section.unrated_hours)
        ),
        clock=now,
        wake=wake,
        renew_seconds=parts.settings.app.lease_seconds / 3,
    )
