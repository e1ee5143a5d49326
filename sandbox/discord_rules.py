"""What Discord refuses: its documented limits, and the official OpenAPI description where it is present."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from sandbox.discord_world import Wire

MESSAGE_CHARS = 2000
EMBED_CHARS = 6000
EMBED_LIMITS = {"title": 256, "description": 4096}
ROWS, BUTTONS = 5, 5
LABEL, CUSTOM_ID = 80, 100
FILES = 10
COMMANDS = 100


class Fault(Exception):
    """Discord says no: an HTTP status with Discord's own code and words."""

    def __init__(self, status: int, code: int, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body: Wire = {"message": message, "code": code} | extra


def shared_folder() -> Path:
    """Where the official descriptions lie: ``DESKMATE_SHARED``, else ``shared`` beside the repository."""
    default = Path(__file__).resolve().parent.parent.parent / "shared"
    return Path(os.environ.get("DESKMATE_SHARED", default))


class Schema:
    """Discord's OpenAPI file; without it nothing is a fault."""

    def __init__(self, path: Path) -> None:
        self._spec: Wire = json.loads(path.read_text()) if path.is_file() else {}
        self._checks: dict[tuple[str, str], Draft202012Validator | None] = {}

    @property
    def present(self) -> bool:
        """Whether bodies are checked at all."""
        return bool(self._spec)

    def faults(self, method: str, template: str, body: Any) -> tuple[str, ...]:
        """How a body breaks the description of its operation, one line each."""
        key = (method.lower(), template)
        if key not in self._checks:
            self._checks[key] = self._check(*key)
        check = self._checks[key]
        if check is None:
            return ()
        return tuple(f"{error.json_path}: {error.message[:200]}" for error in check.iter_errors(_eased(body)))

    def _check(self, method: str, template: str) -> Draft202012Validator | None:
        operation = self._spec.get("paths", {}).get(template, {}).get(method, {})
        found = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        return Draft202012Validator({**self._spec, **found}) if found else None


def _eased(body: Any) -> Any:
    """The one exception: discord.py numbers new attachments with integers, the description wants strings."""
    if isinstance(body, Mapping) and isinstance(body.get("attachments"), list):
        named = [{**one, "id": str(one["id"])} if "id" in one else one for one in body["attachments"]]
        return {**body, "attachments": named}
    if isinstance(body, Mapping) and isinstance(body.get("data"), Mapping):
        return {**body, "data": _eased(body["data"])}
    return body


def check_message(body: Mapping[str, Any], *, files: int, fresh: bool) -> None:
    """Raises Fault when Discord would refuse this message. ``fresh``: it is new, so it needs something."""
    problems = dict(_message_problems(body, files=files))
    if problems:
        raise Fault(400, 50035, "Invalid Form Body", errors=problems)
    filled = any(body.get(part) for part in ("embeds", "components", "sticker_ids", "poll"))
    if fresh and not files and not filled and not str(body.get("content") or "").strip():
        raise Fault(400, 50006, "Cannot send an empty message")


def _message_problems(body: Mapping[str, Any], *, files: int) -> Iterator[tuple[str, Any]]:
    if len(str(body.get("content") or "")) > MESSAGE_CHARS:
        yield "content", _error("BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.")
    if files > FILES:
        yield "attachments", _error("BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    if body.get("enforce_nonce") and not body.get("nonce"):
        yield "nonce", _error("BASE_TYPE_REQUIRED", "This field is required")
    if len(str(body.get("nonce") or "")) > 25:
        yield "nonce", _error("NONCE_TYPE_TOO_LONG", "Must be 25 or fewer in length.")
    yield from _embed_problems(body.get("embeds") or [])
    yield from _component_problems(body.get("components") or [])


def _embed_problems(embeds: list[Wire]) -> Iterator[tuple[str, Any]]:
    if len(embeds) > 10:
        yield "embeds", _error("BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    total = 0
    for embed in embeds:
        texts = {part: str(embed.get(part) or "") for part in EMBED_LIMITS}
        texts["footer"] = str((embed.get("footer") or {}).get("text", ""))
        fields = [str(one["name"]) + str(one["value"]) for one in embed.get("fields") or []]
        total += sum(map(len, texts.values())) + sum(map(len, fields))
        if any(len(texts[part]) > limit for part, limit in EMBED_LIMITS.items()):
            yield "embeds", _error("BASE_TYPE_MAX_LENGTH", "Must be shorter.")
        if len(texts["footer"]) > 2048 or len(fields) > 25:
            yield "embeds", _error("BASE_TYPE_MAX_LENGTH", "Must be shorter.")
    if total > EMBED_CHARS:
        yield "embeds", _error("MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _component_problems(rows: list[Wire]) -> Iterator[tuple[str, Any]]:
    if len(rows) > ROWS:
        yield "components", _error("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    seen: set[str] = set()
    for row in rows:
        inner = row.get("components") or []
        if row.get("type") != 1 or not 1 <= len(inner) <= BUTTONS:
            yield "components", _error("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
        for button in inner:
            custom, label = str(button.get("custom_id") or ""), str(button.get("label") or "")
            if button.get("type") == 2 and not (label or button.get("emoji")):
                yield "components", _error("BUTTON_COMPONENT_LABEL_REQUIRED", "A label is required")
            if len(label) > LABEL or len(custom) > CUSTOM_ID:
                yield "components", _error("BASE_TYPE_BAD_LENGTH", "Must be shorter.")
            if custom and custom in seen:
                duplicate = "Component custom id cannot be duplicated"
                yield "components", _error("COMPONENT_CUSTOM_ID_DUPLICATED", duplicate)
            seen.add(custom)


def _error(code: str, message: str) -> Wire:
    return {"_errors": [{"code": code, "message": message}]}


def check_commands(commands: list[Wire]) -> None:
    """Raises Fault when a set of application commands would be refused."""
    names = [command["name"] for command in commands]
    slash = [command for command in commands if command.get("type", 1) == 1]
    lower = all(command["name"] == command["name"].lower() for command in slash)
    described = all(1 <= len(command.get("description") or "") <= 100 for command in slash)
    if len(names) != len(set(names)) or len(names) > COMMANDS or not lower or not described:
        raise Fault(400, 50035, "Invalid Form Body", errors={"name": _error("BASE_TYPE_BAD", "Bad command")})
