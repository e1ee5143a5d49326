"""Posts webhooks and times their acknowledgement, in a process of its own.

Reads a plan from standard input ({"rate", "seconds", "targets": [{"name", "url", "headers", "secret",
"bodies"}]}), writes {name: {"ms": [...], "statuses": {...}}} to standard output. Requests start at
their times whether or not earlier ones were answered, so that a slow answer delays no other; each is
timed from its start to the end of its response. ``secret``: sign as Slack does.
"""

import asyncio
import hashlib
import hmac
import json
import sys
import time
from collections import Counter
from typing import Any

import aiohttp

Json = dict[str, Any]


def signed(secret: str, body: bytes) -> dict[str, str]:
    """Slack's headers: https://docs.slack.dev/authentication/verifying-requests-from-slack."""
    stamp = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


async def once(session: aiohttp.ClientSession, target: Json, number: int, result: Json) -> None:
    """One request."""
    body = target["bodies"][number].encode()
    headers = {"Content-Type": "application/json", **target.get("headers", {})}
    if target.get("secret"):
        headers |= signed(target["secret"], body)
    began = time.perf_counter()
    try:
        async with session.post(target["url"], data=body, headers=headers) as response:
            await response.read()
            status = str(response.status)
    except (aiohttp.ClientError, TimeoutError) as error:
        status = type(error).__name__
    result["ms"].append((time.perf_counter() - began) * 1000)
    result["statuses"][status] += 1


async def post(plan: Json) -> Json:
    """All requests of all targets, the targets' taking turns."""
    targets: list[Json] = plan["targets"]
    results: Json = {target["name"]: {"ms": [], "statuses": Counter()} for target in targets}
    step = 1 / (plan["rate"] * len(targets))
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        began = time.perf_counter()
        tasks = []
        for number in range(int(plan["seconds"] * plan["rate"])):
            for place, target in enumerate(targets):
                due = began + (number * len(targets) + place) * step
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                tasks.append(asyncio.create_task(once(session, target, number, results[target["name"]])))
        await asyncio.gather(*tasks)
    return results


if __name__ == "__main__":
    print(json.dumps(asyncio.run(post(json.load(sys.stdin)))))
