"""What the SDK expects of a Bot API server's answers, whichever server it is.

The documentation says that a failure is ``ok: false`` with an ``error_code``; that the HTTP status says the
same is how Telegram's own server does it, and all that the SDK looks at.
"""

import json
from typing import Any

from telegram.error import TelegramError
from telegram.request import HTTPXRequest

REFUSED = 400


class Wire(HTTPXRequest):
    """The SDK's client, for servers that say failures in the body alone."""

    __slots__ = ()

    async def do_request(self, url: str, method: str, *args: Any, **options: Any) -> tuple[int, bytes]:
        """As the SDK's, with the status that the body says. Files are fetched by GET and say nothing."""
        status, payload = await super().do_request(url, method, *args, **options)
        if method == "POST" and 200 <= status < 300:
            status = told(payload) or status
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer. Raises TelegramError for what is none."""
        answer = HTTPXRequest.parse_json_payload(payload)
        if not isinstance(answer, dict):
            raise TelegramError("Invalid server response")
        return answer


def told(payload: bytes) -> int:
    """The error code of an answer that is not ok, else 0."""
    if b'"ok"' not in payload:
        return 0
    try:
        answer = json.loads(payload)
    except ValueError:
        return 0
    if not isinstance(answer, dict) or answer.get("ok") is not False:
        return 0
    code = answer.get("error_code")
    return code if isinstance(code, int) and 400 <= code < 600 else REFUSED
