"""Who becomes an agent, and when they get tickets."""

from desk.crew import Crew
from domain.ids import CompanyId, Identity, Platform
from domain.inbound import Actor
from domain.people import Availability
from store.scoped import Db
from tests.e2e.handoffs import one
from tests.e2e.repositories import Repositories, firm_of

ACME = CompanyId("acme")


async def test_who_acts_for_the_first_time_is_away_and_keeps_what_they_are_given(
    db: Db,
) -> None:
    repositories = Repositories(db, ACME)
    crew = Crew(firm=firm_of(ACME), agents=repositories.agents, channels={}, known={})
    identity = Identity(platform=Platform.SLACK, workspace="T", user="U1")
    agent = await crew.member(Actor(identity=identity, name="Nia"))
    await one(repositories, 1)
    assert [ticket.assignee for ticket in await repositories.records.tickets()] == [None]
    # Only who is offline has their tickets taken away; see `desk.office`.
    assert agent.availability is Availability.AWAY
