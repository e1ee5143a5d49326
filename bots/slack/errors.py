"""Slack's errors to ours, once, at the boundary."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError

from domain.errors import DeskmateError, Misconfigured, RateLimited, Refused, Unavailable, Unreachable

BAD_TOKEN = {
    "invalid_auth": "The token is wrong",
    "not_authed": "There is no token",
    "account_inactive": "The app was removed from the workspace",
    "token_revoked": "The token was revoked",
    "token_expired": "The token has expired",
    "not_allowed_token_type": "This is the other kind of token (xoxb- is the bot's, xapp- the app's)",
    "missing_scope": "The app lacks a permission",
}
ADVICE = "install the app again from the manifest and set the tokens anew, see docs/slack.md"
GONE = {
    "channel_not_found",
    "is_archived",
    "not_in_channel",
    "thread_not_found",
    "message_not_found",
    "user_not_found",
    "user_not_in_channel",
    "user_disabled",
    "cannot_dm_bot",
    "channel_is_archived",
}
LATER = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
BAD_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments"}
RETRY_AFTER = 10.0
"""Seconds to wait where Slack doesn't say how long."""


def code_of(error: SlackApiError) -> str:
    """Slack's own name of an error, "" if the answer has none."""
    data = getattr(error.response, "data", None)
    return str(data.get("error") or "") if isinstance(data, Mapping) else ""


def translate(error: SlackApiError) -> DeskmateError:
    """The domain's error for an answer of Slack."""
    code = code_of(error)
    status = int(getattr(error.response, "status_code", 0) or getattr(error.response, "status", 0) or 0)
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return RateLimited(_retry_after(error.response), "Slack asks us to slow down")
    if status >= 500 or code in LATER or not code:
        return Unavailable(f"Slack does not answer properly ({code or status})")
    if code in BAD_TOKEN:
        return Misconfigured(f"Slack: {BAD_TOKEN[code]}{_needed(error)} ({code}); {ADVICE}")
    if code in GONE:
        return Unreachable(f"Slack: {code}")
    return Refused(f"Slack refused: {code}")


def _needed(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    needed = data.get("needed") if isinstance(data, Mapping) else None
    return f" {needed}" if needed else ""


def _retry_after(response: Any) -> float:
    headers = {str(name).lower(): value for name, value in dict(getattr(response, "headers", {})).items()}
    try:
        return float(headers.get("retry-after", RETRY_AFTER))
    except ValueError:
        return RETRY_AFTER


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Whatever the SDK raises inside becomes one of ours."""
    try:
        yield
    except SlackApiError as error:
        raise translate(error) from error
    except (aiohttp.ClientError, SlackRequestError, TimeoutError, OSError) as error:
        raise Unavailable(f"Slack can't be reached ({type(error).__name__})") from error


@asynccontextmanager
async def sending() -> AsyncIterator[None]:
    """As `translated`, while sending: once somebody has mended a bad token, the message still goes out."""
    try:
        async with translated():
            yield
    except Misconfigured as error:
        raise Unavailable(str(error)) from error
