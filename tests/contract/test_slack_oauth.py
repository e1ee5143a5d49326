"""Installing the app in a workspace, with Slack's stand-in as the other side."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bots.slack.oauth import STATE_SECONDS, Installation, SlackInstall, States
from sandbox.slack import SlackStand
from tests.contract.slack_case import serve


@dataclass
class Kept:
    saved: list[Installation] = field(default_factory=list)

    async def save(self, installation: Installation) -> None:
        self.saved.append(installation)


@dataclass
class Site:
    url: str
    kept: Kept
    stand: SlackStand


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    stand, kept, app = SlackStand(), Kept(), web.Application()
    slack, slack_url = await serve(stand.app())
    install = SlackInstall(
        client_id="1.2",
        client_secret="shh",
        redirect_url="https://desk.example.com/slack/oauth_redirect",
        installations=kept,
        base_url=f"{slack_url}/api/",
        authorize_url=f"{slack_url}/oauth/v2/authorize",
    )
    for method, path, handler in install.routes():
        app.router.add_route(method, path, handler)
    runner, url = await serve(app)
    yield Site(url=url, kept=kept, stand=stand)
    await runner.cleanup()
    await slack.cleanup()


async def follow(site: Site, *, cookie: bool = True, forge: str = "") -> tuple[int, str]:
    """Start, let Slack's page send us back, and come back with the browser's cookie."""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{site.url}/slack/install", allow_redirects=False) as start:
            assert start.status == 302
            kept = start.headers["Set-Cookie"].partition(";")[0]
            to_slack = start.headers["Location"]
        async with session.get(URL(to_slack, encoded=True), allow_redirects=False) as allowed:
            back = URL(allowed.headers["Location"])
        query = dict(back.query) | ({"state": forge} if forge else {})
        headers = {"Cookie": kept} if cookie else {}
        async with session.get(f"{site.url}{back.path}", params=query, headers=headers) as done:
            return done.status, await done.text()


# slack_sdk 3.47 itself uses what aiohttp 3.14 has begun to call deprecated.
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
async def test_a_workspace_that_lets_the_app_in_is_kept(site: Site) -> None:
    status, words = await follow(site)
    assert (status, "installed" in words) == (200, True)
    (kept,) = site.kept.saved
    assert (kept.team, kept.bot_token, kept.bot_user) == ("T0DESKMATE", "xoxb-sandbox", "U0DESKMATE")


async def test_a_forged_state_is_refused(site: Site) -> None:
    status, words = await follow(site, forge="1.x.y")
    assert (status, "start again" in words) == (400, True)
    assert not site.kept.saved


async def test_another_browser_is_refused(site: Site) -> None:
    status, _ = await follow(site, cookie=False)
    assert status >= 400
    assert not site.kept.saved


async def test_somebody_who_says_no_is_told_so(site: Site) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{site.url}/slack/oauth_redirect?error=access_denied") as answer,
    ):
        assert "access_denied" in await answer.text()
    assert not site.kept.saved


async def test_a_state_is_good_for_ten_minutes_and_only_as_issued() -> None:
    now = 1000.0
    states = States(secret="shh", clock=lambda: now)
    state = await states.async_issue()
    assert await states.async_consume(state)
    assert not await states.async_consume(state.replace("1000", "2000", 1))
    assert not await States(secret="other", clock=lambda: now).async_consume(state)
    now += STATE_SECONDS + 1
    assert not await states.async_consume(state)
    assert not await states.async_consume("")
