"""Installing the app in a workspace, with Slack's stand-in as the other side."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bots.slack.oauth import (
    INVITATION_DAYS,
    STATE_SECONDS,
    Installer,
    SlackInstall,
    States,
    invitation,
    invitations,
)
from bots.slack.scopes import SCOPES
from desk.workspaces import Installation
from domain.errors import BadInput, Misconfigured, Unavailable
from domain.ids import CompanyId
from sandbox.slack import SlackStand
from sandbox.slack_install import CLIENT_ID, CLIENT_SECRET
from sandbox.stand import until
from tests.contract.slack_case import Blobs, make_channel, serve

ACME = CompanyId("acme")
PUBLIC = "https://desk.example.com"


@dataclass
class Kept:
    """Implements `desk.workspaces.Installations` in memory."""

    found: Installation | None = None
    spent: set[str] = field(default_factory=set)
    fault: Exception | None = None

    async def save(self, installation: Installation) -> None:
        if self.fault:
            raise self.fault
        self.found = installation

    async def current(self) -> Installation | None:
        return self.found

    async def removed(self, workspace: str, at: datetime) -> bool:
        if self.found is None or self.found.workspace != workspace or self.found.at > at:
            return False
        self.found = replace(self.found, token="", removed_at=at)
        return True

    async def spend(self, once: str, until: datetime) -> bool:
        new = once not in self.spent
        self.spent.add(once)
        return new


@dataclass
class Site:
    url: str
    slack_url: str
    kept: Kept
    stand: SlackStand
    told: list[str] = field(default_factory=list)

    def installer(self, **changes: Any) -> Installer:
        made = Installer(
            **{
                "company": ACME,
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "redirect_url": f"{PUBLIC}/slack/oauth_redirect",
                "installations": self.kept,
                "base_url": f"{self.slack_url}/api/",
                "authorize_url": f"{self.slack_url}/oauth/v2/authorize",
            }
            | changes
        )
        made.installed.append(lambda: self.told.append("installed"))
        return made

    async def ask(self, path: str, *, cookie: str = "", **query: str) -> tuple[int, str, Mapping[str, str]]:
        headers = {"Cookie": cookie} if cookie else {}
        async with (
            aiohttp.ClientSession() as session,
            session.get(self.url + path, params=query, headers=headers, allow_redirects=False) as answer,
        ):
            return answer.status, await answer.text(), answer.headers

    async def start(self, link: str = "") -> tuple[URL, str]:
        """Open the link; where Slack sends the browser back to, and its cookie."""
        link = link or invitation(company=ACME, client_secret=CLIENT_SECRET, public_url=PUBLIC)
        status, words, headers = await self.ask(URL(link).path, **URL(link).query)
        assert status == 302, words
        to_slack = URL(headers["Location"], encoded=True)
        assert set(to_slack.query["scope"].split(",")) == set(SCOPES)
        async with (
            aiohttp.ClientSession() as session,
            session.get(to_slack, allow_redirects=False) as allowed,
        ):
            return URL(allowed.headers["Location"]), headers["Set-Cookie"].partition(";")[0]

    async def finish(self, back: URL, cookie: str, **changes: str) -> tuple[int, str]:
        status, words, _ = await self.ask(back.path, cookie=cookie, **dict(back.query) | changes)
        return status, words


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    stand, kept, app = SlackStand(), Kept(), web.Application()
    slack, slack_url = await serve(stand.app())
    made = Site(url="", slack_url=slack_url, kept=kept, stand=stand)
    for method, path, handler in SlackInstall(installers=[made.installer()]).routes():
        app.router.add_route(method, path, handler)
    runner, made.url = await serve(app)
    yield made
    await runner.cleanup()
    await slack.cleanup()


# slack_sdk 3.47 itself uses what aiohttp 3.14 has begun to call deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")


async def test_a_workspace_that_lets_the_app_in_is_kept(site: Site) -> None:
    status, words = await site.finish(*await site.start())
    assert (status, "installed" in words) == (200, True)
    kept = site.kept.found
    assert kept is not None
    assert (kept.workspace, kept.bot_user, kept.installed_by) == ("T0DESKMATE", "U0DESKMATE", "U0ALMA")
    assert set(kept.scopes) == set(SCOPES)
    assert site.told == ["installed"]
    assert not [one for one in site.stand.requests if one.faults]


async def test_without_a_link_of_ours_nobody_can_install(site: Site) -> None:
    good = invitation(company=ACME, client_secret=CLIENT_SECRET, public_url=PUBLIC)
    for text in ("", "acme", URL(good).query["invitation"] + "x", invitations("other").make(ACME)):
        status, words, _ = await site.ask("/slack/install", invitation=text)
        assert (status, "new one" in words) == (403, True)
    other = invitations(CLIENT_SECRET).make(CompanyId("other"))
    assert (await site.ask("/slack/install", invitation=other))[0] == 403


async def test_a_link_is_good_for_a_week() -> None:
    now = 1000.0
    made = invitations(CLIENT_SECRET, lambda: now)
    text = made.make(ACME)
    now += INVITATION_DAYS * 86_400
    assert made.good(text, ACME)
    now += 1
    assert not made.good(text, ACME)


async def test_a_state_is_good_once(site: Site) -> None:
    back, cookie = await site.start()
    again, _ = await site.start()
    assert (await site.finish(back, cookie))[0] == 200
    site.kept.found = None
    assert (await site.finish(back, cookie, code=again.query["code"]))[0] == 401
    assert site.kept.found is None


async def test_a_forged_state_is_refused(site: Site) -> None:
    back, cookie = await site.start()
    for state in ("", "acme.1.x.y", "other.1.x.y", "ac<me"):
        status, words = await site.finish(back, cookie, state=state)
        assert (status in {400, 401}, "start again" in words, "<" in words) == (True, True, False)
    assert site.kept.found is None


async def test_another_browser_is_refused(site: Site) -> None:
    back, _ = await site.start()
    assert (await site.finish(back, ""))[0] == 400
    assert site.kept.found is None


async def test_somebody_who_says_no_is_told_so(site: Site) -> None:
    site.stand.grants.denies = True
    back, cookie = await site.start()
    assert "access_denied" in (await site.finish(back, cookie))[1]
    assert site.kept.found is None


async def test_a_wrong_secret_of_the_app_keeps_nothing(site: Site) -> None:
    back, cookie = await site.start()
    site.stand.fail_next("oauth.v2.access", error="bad_client_secret")
    assert (await site.finish(back, cookie))[0] == 401
    assert (site.kept.found, site.told) == (None, [])


async def test_a_slack_that_does_not_answer_is_said_in_words(site: Site) -> None:
    back, cookie = await site.start()
    site.kept.fault = Unavailable("away")
    status, words = await site.finish(back, cookie)
    assert (status, "Please start again" in words) == (500, True)


@pytest.mark.trap(41)
async def test_a_workspace_of_another_company_is_refused_with_the_reason(site: Site) -> None:
    back, cookie = await site.start()
    site.kept.fault = BadInput("This workspace already belongs to another company here.")
    status, words = await site.finish(back, cookie)
    assert (status, "belongs to another company" in words, site.told) == (500, True, [])


async def test_a_state_is_good_for_ten_minutes_and_for_its_company_only() -> None:
    now = 1000.0
    kept = Kept()

    def of(company: str, secret: str = "shh") -> States:
        return States(company=CompanyId(company), secret=secret, installations=kept, clock=lambda: now)

    state = await of("acme").async_issue()
    assert not await of("acme").async_consume(state.replace("1600", "2600", 1))
    assert not await of("other").async_consume(state)
    assert not await of("acme", "other").async_consume(state)
    now += STATE_SECONDS + 1
    assert not await of("acme").async_consume(state)
    now -= 1
    assert await of("acme").async_consume(state)
    assert not await of("acme").async_consume(state)


# The connection of a workspace that installed the app


async def test_before_the_app_is_installed_the_connection_says_how_to(site: Site) -> None:
    channel = make_channel(site.slack_url, blobs=Blobs(), bot_token="", installations=site.kept)
    with pytest.raises(Misconfigured, match="slack-link"):
        await channel.check()


async def test_an_installed_workspace_is_spoken_to_with_its_own_token(site: Site) -> None:
    await site.finish(*await site.start())
    channel = make_channel(site.slack_url, blobs=Blobs(), bot_token="", installations=site.kept)
    assert "#support" in await channel.check()


async def test_an_app_that_is_removed_and_comes_back_is_connected_again(site: Site) -> None:
    import asyncio

    await site.finish(*await site.start())
    channel = make_channel(site.slack_url, blobs=Blobs(), bot_token="", installations=site.kept)

    async def accept(event: object) -> None: ...

    running = asyncio.create_task(channel.run(accept))
    await until(lambda: site.stand.sockets.sessions)
    site.stand.uninstall()
    await asyncio.wait_for(running, 5)
    assert site.kept.found is not None
    assert site.kept.found.token == ""
    with pytest.raises(Misconfigured, match="removed from Deskmate"):
        await channel.run(accept)
    await site.finish(*await site.start())
    channel.renew()
    assert "#support" in await channel.check()


async def test_late_word_of_a_removal_does_not_end_a_newer_installation(site: Site) -> None:
    import asyncio

    await site.finish(*await site.start())
    channel = make_channel(site.slack_url, blobs=Blobs(), bot_token="", installations=site.kept)

    async def accept(event: object) -> None: ...

    running = asyncio.create_task(channel.run(accept))
    await until(lambda: site.stand.sockets.sessions)
    body = {"type": "event_callback", "team_id": "T0DESKMATE", "event_time": 1000}
    reply = await site.stand.sockets.send(
        "events_api", {**body, "event": {"type": "app_uninstalled"}}, attempt=0, reason=""
    )
    assert reply.ok
    assert site.kept.found is not None
    assert site.kept.found.token
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_an_app_that_was_let_in_with_less_is_told_what_it_lacks(site: Site) -> None:
    back, cookie = await site.start()
    code = site.stand.grants._codes[back.query["code"]]
    site.stand.grants._codes[back.query["code"]] = replace(code, scopes="commands,channels:read,groups:read")
    await site.finish(back, cookie)
    channel = make_channel(site.slack_url, blobs=Blobs(), bot_token="", installations=site.kept)
    with pytest.raises(Misconfigured, match="chat:write"):
        await channel.check()
