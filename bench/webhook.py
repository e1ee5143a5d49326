"""How soon webhooks are acknowledged: `python -m bench.webhook [--seconds 20] [--rate 5] [--json]`.

The whole product in webhook mode, with the real SDKs against the stand-ins, on loopback. A process of
its own posts Telegram updates (secret token) and Slack events (signed), so many of each a second.
Each Telegram update is a question, so answers are computed all the while (language model at 0 ms).
An acknowledgement comes after the event is stored durably: that is most of what it costs. The Slack
events are of one channel, as the agents' are; the adapter keeps the order of each of its threads.

Beside them, in the same run, a bare aiohttp handler that reads the body and says 200: once in the
product's own event loop, posted to in turn with the others (what is over it is our own work), and
once before anything else runs (what is over that is the wait for a busy process and machine, too).
The stand-ins work in the product's loop as well, so that is a little busier than in production.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from bench.answers import questions
from bench.corpus import ROOT, run
from bench.customers import AtOnce
from bench.measured import Figures, load_average, show, spread
from sandbox.discord import DiscordStand
from sandbox.gemini import GeminiStand
from sandbox.server import Sandbox
from sandbox.slack import SlackStand
from sandbox.slack_payloads import event_body
from sandbox.stand import until
from sandbox.telegram import TelegramStand
from wiring.app import App, build
from wiring.demo import HANDBOOK, SECRET, SIGNING, TELEGRAM_TOKEN, Stands, demo_settings

CUSTOMERS = 32
FIRST_UPDATE = 800_000_000
"""Above the stand-in's own."""
QUIET_SECONDS = 3.0
OK = "200"
BESIDE = {
    "telegram": ("bare", "bare_quiet"),
    "slack": ("bare", "bare_quiet"),
    "bare": ("bare_quiet",),
    "bare_quiet": (),
}
"""What each is compared with: the bare handler in the same loop, and on its own."""
Json = dict[str, Any]


@asynccontextmanager
async def bare() -> AsyncIterator[str]:
    """The least that a webhook can be."""

    async def acknowledge(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    app = web.Application()
    app.router.add_post("/", acknowledge)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


def stands() -> Stands:
    """Stand-ins with customers enough to keep the workers busy."""
    people = [f"Customer {number}" for number in range(CUSTOMERS)]
    return Stands(
        telegram=TelegramStand(bots={TELEGRAM_TOKEN: "parcelo_bot"}, people=people),
        discord=DiscordStand(people=[]),
        slack=SlackStand(),
        gemini=GeminiStand(key=SECRET),
    )


@asynccontextmanager
async def product(made: Stands, responder: AtOnce) -> AsyncIterator[App]:
    """The app in webhook mode, with every channel connected and every customer greeted."""
    with tempfile.TemporaryDirectory() as folder:
        async with Sandbox(stands=made.all(), page=False) as sandbox:
            app = build(
                demo_settings(
                    made,
                    sandbox,
                    data_dir=Path(folder),
                    mode="webhooks",
                    llm="extractive",
                    burst_ms=0,
                    log_level="error",
                    shutdown_seconds=5,
                ),
                responder=responder,
            )
            try:
                await app.open()
                await app.branch().books.ingest(HANDBOOK.name, HANDBOOK.read_bytes())
                await app.start()
                await greeted(made)
                yield app
            finally:
                await app.close()


async def greeted(made: Stands) -> None:
    """Everybody has said hello and got an answer; Slack knows its app."""
    for person in made.telegram.world.people:
        await made.telegram.act(made.telegram.pane(person.name), person.name, "say", text="Hello")

    def seen() -> bool:
        answers = sum(one.method == "sendMessage" for one in made.telegram.requests)
        return answers >= CUSTOMERS and any("auth.test" in one.path for one in made.slack.requests)

    await until(seen)


def updates(made: Stands, count: int) -> Iterable[str]:
    """Questions, each customer's in turn, in the form of what they wrote before."""
    said = made.telegram.updates[TELEGRAM_TOKEN].issued[:CUSTOMERS]
    texts = questions()
    for number in range(count):
        before = said[number % len(said)]["message"]
        message = before | {"message_id": 10_000 + number, "text": texts[number % len(texts)]}
        yield json.dumps({"update_id": FIRST_UPDATE + number, "message": message})


def events(made: Stands, count: int) -> Iterable[str]:
    """What agents write in threads of the support channel."""
    agents = made.slack.people
    for number in range(count):
        message = {
            "type": "message",
            "user": agents[number % len(agents)].id,
            "ts": f"1790000000.{number:06}",
            "thread_ts": f"1780000000.{number % CUSTOMERS:06}",
            "text": "I am looking into it.",
            "team": event_body({}, event_id="")["team_id"],
            "channel": made.slack.channel,
            "channel_type": "channel",
        }
        yield json.dumps(event_body(message, event_id=f"EvBENCH{number:06}"))


async def posted(targets: Sequence[Json], *, rate: float, seconds: float) -> dict[str, Json]:
    """What the posting process measured."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.post"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    plan = {"rate": rate, "seconds": seconds, "targets": list(targets)}
    out, _ = await process.communicate(json.dumps(plan).encode())
    if process.returncode:
        raise SystemExit("The posting process failed.")
    results: dict[str, Json] = json.loads(out)
    return results


def summed(measured: Json) -> Figures:
    """Median, 99th percentile, and how many were not acknowledged."""
    failed = sum(count for status, count in measured["statuses"].items() if status != OK)
    return spread(measured["ms"]) | {"failed": failed}


async def measured(rate: float, seconds: float) -> Json:
    """The bare handler alone, then everything together."""
    load = load_average()
    made, responder = stands(), AtOnce()
    count = int(rate * seconds)
    async with bare() as plain:
        target = {"name": "bare", "url": plain, "bodies": ["{}"] * max(count, 1000)}
        # As many requests a second as later all targets together get.
        quiet = summed((await posted([target], rate=3 * rate, seconds=QUIET_SECONDS))["bare"])
        async with product(made, responder) as app:
            before = responder.answers
            bodies = {"telegram": list(updates(made, count)), "slack": list(events(made, count))}
            targets = [
                {
                    "name": "telegram",
                    "url": f"{app.web_url}/webhooks/telegram/telegram",
                    "headers": {"X-Telegram-Bot-Api-Secret-Token": SECRET},
                    "bodies": bodies["telegram"],
                },
                {
                    "name": "slack",
                    "url": f"{app.web_url}/webhooks/slack/events",
                    "secret": SIGNING,
                    "bodies": bodies["slack"],
                },
                target | {"bodies": bodies["telegram"]},
            ]
            results = await posted(targets, rate=rate, seconds=seconds)
            answers = responder.answers - before
    rows = {name: summed(result) for name, result in results.items()} | {"bare_quiet": quiet}
    return {
        **{name: row | ratios(row, rows, BESIDE[name]) for name, row in rows.items()},
        "rate_per_s": rate,
        "seconds": seconds,
        "answers_meanwhile": answers,
        "load": load,
        "load_after": load_average(),
    }


def ratios(row: Figures, rows: dict[str, Figures], others: Sequence[str]) -> Figures:
    """How many times the bare handler's figures."""
    return {
        f"{key}_to_{other}": round(row[f"{key}_ms"] / rows[other][f"{key}_ms"], 2)
        for other in others
        for key in ("p50", "p99")
    }


def shown(results: Json) -> None:
    """One table."""
    keys = ("p50_ms", "p99_ms", "p50_to_bare", "p99_to_bare", "p50_to_bare_quiet", "p99_to_bare_quiet")
    title = (
        f"Acknowledging webhooks: {results['rate_per_s']:g} a second of each, "
        f"{results['answers_meanwhile']} answers meanwhile"
    )
    columns = ("", *(key.replace("_", " ") for key in keys), "n", "failed")
    keys = (*keys, "n", "failed")
    show(title, columns, [(name, *(results[name].get(key, "") for key in keys)) for name in BESIDE])
    loads = [(name, *results[name]) for name in ("load", "load_after")]
    show("Load average", ("", "1 min", "5 min", "15 min"), loads)


def main() -> None:
    """Read the arguments, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=20.0)
    arguments.add_argument("--rate", type=float, default=5.0, help="requests a second to each address")
    arguments.add_argument("--json", action="store_true", help="print one JSON object last")
    given = arguments.parse_args()
    results = run(measured(min(given.rate, 100.0), min(given.seconds, 30.0)))
    shown(results)
    if given.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
