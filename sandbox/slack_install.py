"""The Slack stand-in's OAuth: the page where an admin allows the app, codes, tokens, and removal.

After docs.slack.dev/authentication/installing-with-oauth and its method oauth.v2.access.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from aiohttp import web
from yarl import URL

from sandbox.slack_call import Arguments, SlackError
from sandbox.slack_state import APP, BOT_USER, Workspace

CLIENT_ID = "1234.5678"
CLIENT_SECRET = "sandbox-client-secret"  # noqa: S105 - the stand-in's own, worth nothing elsewhere


HISTORY = ("channels:history", "groups:history", "im:history")
CHANNELS = ("channels:read", "groups:read")
NEEDS = {
    "assistant.threads": ("assistant:write",),
    "chat.getPermalink": (),
    "chat": ("chat:write",),
    "conversations.history": HISTORY,
    "conversations.replies": HISTORY,
    "conversations.open": ("im:write",),
    "conversations": CHANNELS,
    "files.info": ("files:read",),
    "files": ("files:write",),
    "reactions": ("reactions:write",),
    "users": ("users:read",),
}
"""Methods, or their beginnings, and the scopes of which a token needs one; the first entry that fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What an admin allowed: good for one exchange, with the same redirect address."""

    scopes: str
    redirect_uri: str


class Grants:
    """Who may call: the tokens that are good, and the codes that can become one."""

    def __init__(self, *, workspace: Workspace, bot_token: str, scopes: str) -> None:
        self._workspace = workspace
        self._scopes = {bot_token: scopes}
        self._revoked: dict[str, str] = {}
        self._codes: dict[str, Code] = {}
        self._serial = count(1)
        self.denies = False
        """The admin says no on the page."""

    def scopes(self, token: str) -> str:
        """What a token may do. Raises SlackError for one that isn't good."""
        for known, error in self._revoked.items():
            if hmac.compare_digest(token.encode(), known.encode()):
                raise SlackError(error)
        for known, scopes in self._scopes.items():
            if hmac.compare_digest(token.encode(), known.encode()):
                return scopes
        raise SlackError("invalid_auth")

    def allowed(self, token: str, method: str) -> str:
        """What a token may do; refuses a method that isn't in it."""
        scopes = self.scopes(token)
        needed = next((any_of for name, any_of in NEEDS.items() if method.startswith(name)), ())
        if needed and not set(needed) & set(scopes.split(",")):
            raise SlackError("missing_scope", [f"needed: {','.join(needed)}"])
        return scopes

    async def authorize(self, request: web.Request) -> web.Response:
        """The page where an admin allows the app."""
        asked = request.query
        if asked.get("client_id") != CLIENT_ID or not asked.get("scope"):
            return web.Response(status=400, text="Something went wrong: invalid client_id or no scopes")
        back = URL(asked.get("redirect_uri") or "http://missing.invalid/")
        if self.denies:
            raise web.HTTPFound(back.update_query(error="access_denied", state=asked.get("state", "")))
        code = f"{next(self._serial)}.code"
        self._codes[code] = Code(scopes=asked["scope"], redirect_uri=asked.get("redirect_uri", ""))
        raise web.HTTPFound(back.update_query(code=code, state=asked.get("state", "")))

    def exchange(self, args: Arguments, header: str) -> Mapping[str, Any]:
        """oauth.v2.access: a code becomes a bot's token."""
        client, secret = _client(args, header)
        if client != CLIENT_ID:
            raise SlackError("invalid_client_id")
        if not hmac.compare_digest(secret.encode(), CLIENT_SECRET.encode()):
            raise SlackError("bad_client_secret")
        code = self._codes.pop(str(args.get("code")), None)
        if code is None:
            raise SlackError("invalid_code")
        if code.redirect_uri != str(args.get("redirect_uri") or ""):
            raise SlackError("bad_redirect_uri")
        token = f"xoxb-installed-{self._workspace.team}-{next(self._serial)}"
        self._scopes[token] = code.scopes
        return {
            "access_token": token,
            "token_type": "bot",
            "scope": code.scopes,
            "bot_user_id": BOT_USER,
            "app_id": APP,
            "team": {"id": self._workspace.team, "name": self._workspace.name},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": "U0ALMA"},
        }

    def revoke(self, error: str) -> None:
        """No token is good any more: ``account_inactive`` (removed) or ``token_revoked``."""
        self._revoked |= dict.fromkeys(self._scopes, error)
        self._scopes.clear()


def _client(args: Arguments, header: str) -> tuple[str, str]:
    """The app's id and secret: from the header (which Slack prefers) or from the body."""
    kind, _, encoded = header.partition(" ")
    if kind != "Basic":
        return str(args.get("client_id") or ""), str(args.get("client_secret") or "")
    try:
        client, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise SlackError("invalid_client_id") from error
    return client, secret
