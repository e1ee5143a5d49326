"""Two companies, each with its own workspace, install one Slack app by links; the real service at work."""

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from sandbox.slack import SIGNING_SECRET, SlackStand
from sandbox.slack_install import CLIENT_ID, CLIENT_SECRET
from sandbox.stand import until
from settings import DEFAULT, parse
from store.client import connect, database
from store.scoped import Db
from tests.contract.slack_case import serve
from wiring import App, build, slack

ENVIRONMENT = {
    "SLACK_CLIENT_ID": CLIENT_ID,
    "SLACK_CLIENT_SECRET": CLIENT_SECRET,
    "SLACK_SIGNING_SECRET": SIGNING_SECRET,
    "SLACK_CHANNEL": "C0SUPPORT",
}
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """Two workspaces and the service; the first company's short address takes what Slack sends for both."""

    app: App
    db: Db
    stands: dict[str, SlackStand] = field(default_factory=dict)

    async def install(self, company: str, stand: SlackStand) -> str:
        link = URL(slack.link(self.app.settings, company))
        async with aiohttp.ClientSession() as session:
            async with session.get(link, allow_redirects=False) as start:
                cookie = start.headers["Set-Cookie"].partition(";")[0]
                to_slack = URL(start.headers["Location"], encoded=True)
            async with session.get(to_slack, allow_redirects=False) as allowed:
                back = allowed.headers["Location"]
            async with session.get(URL(back, encoded=True), headers={"Cookie": cookie}) as done:
                words = await done.text()
        stand.http_mode(f"{self.app.web_url}/webhooks/slack", SIGNING_SECRET)
        return words

    def state(self, company: str) -> str:
        return self.app.branch(company).office.states[self.app.branch(company).firm.staff.bot]

    async def connected(self, company: str) -> None:
        channel = self.app.branch(company).connections.channels[f"slack-{company}"]
        await until(lambda: channel._in.accept)

    async def asks(self, company: str) -> str:
        """An agent of the company asks for their tickets; what they alone are told."""
        stand = self.stands[company]
        known = len(stand.workspace.posts)
        await stand.act("C0SUPPORT", "Alma", "command", name="/tickets")
        await until(lambda: len(stand.workspace.posts) > known)
        return stand.workspace.posts[-1].text


@pytest.fixture
async def site(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Site]:
    stands = {
        "one": SlackStand(team="T0ONE", team_name="One"),
        "two": SlackStand(team="T0TWO", team_name="Two"),
    }
    served = {company: await serve(stand.app()) for company, stand in stands.items()}
    name, port = f"install_{tmp_path.name}"[:40], free_port()
    companies: list[dict[str, Any]] = [
        {
            "id": company,
            "name": company.title(),
            "slack": {
                "bot": f"slack-{company}",
                "mode": "http",
                "base_url": f"{url}/api/",
                "authorize_url": f"{url}/oauth/v2/authorize",
            },
        }
        for company, (_, url) in served.items()
    ]
    tables = {
        "app": {"data_dir": str(tmp_path)},
        "mongodb": {"database": name},
        "web": {"port": port, "public_url": f"http://127.0.0.1:{port}"},
        "digest": {"daily": "", "weekly": ""},
        "companies": companies,
    }
    environment = {**ENVIRONMENT, "MONGODB_URI": mongo_uri}
    app = build(parse(tables, path=DEFAULT, environment=environment))
    client = connect(mongo_uri)
    await app.open()
    await app.start()
    yield Site(app=app, db=database(client, name), stands=stands)
    await app.close()
    for runner, _ in served.values():
        await runner.cleanup()
    await client.drop_database(name)
    await client.close()


@pytest.mark.trap(41)
async def test_workspaces_come_and_go_without_touching_each_other(site: Site) -> None:
    await until(lambda: "slack-link" in site.state("two"))
    for company, stand in site.stands.items():
        assert "installed" in await site.install(company, stand)
        await site.connected(company)
    for company in site.stands:
        assert "Waiting" in await site.asks(company)
    assert [len(stand.workspace.posts) for stand in site.stands.values()] == [1, 1]
    assert {row["company"] for row in await site.db["agents"].find().to_list()} == {"one", "two"}

    rows = {row["company"]: row for row in await site.db["installations"].find().to_list()}
    assert (rows["one"]["workspace"], rows["two"]["workspace"]) == ("T0ONE", "T0TWO")
    assert "xoxb" not in str(rows)

    site.stands["two"].uninstall()
    await until(lambda: "was removed from Two" in site.state("two"))
    (gone,) = await site.db["installations"].find({"company": "two"}).to_list()
    assert (gone["token"], gone["here"]) == (b"", False)
    assert "Waiting" in await site.asks("one")

    await site.install("two", site.stands["two"])
    await site.connected("two")
    assert "Waiting" in await site.asks("two")
