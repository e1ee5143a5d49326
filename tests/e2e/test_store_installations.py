"""What is kept of workspaces that installed the app."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk.workspaces import Installation
from domain.errors import BadInput, Misconfigured
from domain.ids import BotId, CompanyId
from store.scoped import Db
from store.seal import Seal
from store.workspaces import MongoInstallations

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
FIRST = Installation(
    workspace="T1",
    name="Acme",
    bot_user="U0BOT",
    token="xoxb-very-secret",
    scopes=("chat:write", "commands"),
    installed_by="U1",
    at=AT,
)


def of(db: Db, company: str, secret: str = "shh") -> MongoInstallations:
    seal = Seal(secret=secret, use="slack installation")
    return MongoInstallations(db=db, company=CompanyId(company), bot=BotId("slack"), seal=seal)


async def test_an_installation_comes_back_as_it_was_and_its_token_is_not_readable(db: Db) -> None:
    kept = of(db, "acme")
    assert await kept.current() is None
    await kept.save(FIRST)
    assert await kept.current() == FIRST
    assert "very-secret" not in str(await db["installations"].find().to_list())


async def test_another_secret_does_not_open_a_token_and_says_what_to_do(db: Db) -> None:
    await of(db, "acme").save(FIRST)
    with pytest.raises(Misconfigured, match="install the app again"):
        await of(db, "acme", "rotated").current()


async def test_a_removed_app_leaves_no_token_but_a_newer_installation_stays(db: Db) -> None:
    kept = of(db, "acme")
    await kept.save(FIRST)
    assert not await kept.removed("T1", AT - timedelta(seconds=1))
    assert not await kept.removed("T2", AT + timedelta(days=1))
    assert await kept.removed("T1", AT + timedelta(seconds=5))
    gone = replace(FIRST, token="", removed_at=AT + timedelta(seconds=5))
    assert await kept.current() == gone
    assert not await kept.removed("T1", AT + timedelta(seconds=9))
    await kept.save(replace(FIRST, at=AT + timedelta(days=1)))
    assert (await kept.current()) == replace(FIRST, at=AT + timedelta(days=1))


@pytest.mark.trap(41)
async def test_a_workspace_belongs_to_one_company_until_the_app_is_removed_there(db: Db) -> None:
    acme, other = of(db, "acme"), of(db, "other")
    await acme.save(FIRST)
    with pytest.raises(BadInput, match="another company"):
        await other.save(FIRST)
    assert await other.current() is None
    await acme.removed("T1", AT)
    await other.save(FIRST)
    assert await other.current() == FIRST


async def test_another_workspace_does_not_push_the_companys_own_out(db: Db) -> None:
    kept = of(db, "acme")
    await kept.save(FIRST)
    with pytest.raises(BadInput, match="Remove it there first"):
        await kept.save(replace(FIRST, workspace="T2"))
    assert await kept.current() == FIRST
    await of(db, "acme", "rotated").save(replace(FIRST, token="xoxb-new"))
    assert await kept.removed("T1", AT + timedelta(days=1))
    await kept.save(replace(FIRST, workspace="T2"))


async def test_what_is_good_once_is_taken_once(db: Db) -> None:
    kept, until = of(db, "acme"), AT + timedelta(minutes=10)
    assert [await kept.spend("a", until), await kept.spend("a", until)] == [True, False]
    assert await of(db, "other").spend("a", until)
