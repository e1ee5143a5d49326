"""The official Bot API description as JSON Schema, to check requests and our own updates against."""

import json
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

SIMPLE = {
    "Integer": {"type": "integer"},
    "String": {"type": "string"},
    "Boolean": {"type": "boolean"},
    "Float": {"type": "number"},
    "InputFile": {"type": "string"},  # an upload is written down as attach://<part>, an old file by its id
}


def shared_folder() -> Path:
    """Where the official descriptions lie: ``DESKMATE_SHARED``, else beside the repository."""
    return Path(os.environ.get("DESKMATE_SHARED") or Path(__file__).resolve().parents[2] / "shared")


class Schema:
    """Checks bodies of methods and objects. Unknown fields are faults (additionalProperties false)."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self._methods = description["methods"]
        self._root = {"$defs": _definitions(description)}

    def known(self, method: str) -> bool:
        """Whether the Bot API has this method."""
        return method in self._methods

    def method_faults(self, method: str, body: Mapping[str, Any]) -> tuple[str, ...]:
        """How a request's body breaks the description; empty when it doesn't."""
        return self._faults(f"method.{method}", body)

    def type_faults(self, name: str, value: Any) -> tuple[str, ...]:
        """How an object breaks the description of its type, for example ``Update``."""
        return self._faults(f"type.{name}", value)

    def _faults(self, name: str, value: Any) -> tuple[str, ...]:
        from jsonschema import Draft202012Validator

        validator = Draft202012Validator({**self._root, "$ref": f"#/$defs/{name}"})
        return tuple(
            f"{'.'.join(map(str, error.absolute_path)) or name}: {error.message[:300]}"
            for error in validator.iter_errors(value)
        )


@lru_cache(maxsize=4)
def load_schema(folder: Path | None = None) -> Schema | None:
    """The schema, or None where the description (or jsonschema) is absent: nothing is checked then."""
    path = (folder or shared_folder()) / "specs" / "telegram-bot-api.json"
    if not path.exists():
        return None
    try:
        import jsonschema  # noqa: F401
    except ImportError:
        return None
    return Schema(json.loads(path.read_text("utf-8")))


def _definitions(description: Mapping[str, Any]) -> dict[str, Any]:
    types = {f"type.{name}": _object(given) for name, given in description["types"].items()}
    methods = {f"method.{name}": _object(given) for name, given in description["methods"].items()}
    return {**types, **methods}


def _object(given: Mapping[str, Any]) -> dict[str, Any]:
    if given.get("subtypes"):
        return {"anyOf": [_type(name) for name in given["subtypes"]]}
    fields = given.get("fields", [])
    return {
        "type": "object",
        "properties": {field["name"]: _either(field["types"]) for field in fields},
        "required": [field["name"] for field in fields if field["required"]],
        "additionalProperties": False,
    }


def _either(names: list[str]) -> dict[str, Any]:
    return _type(names[0]) if len(names) == 1 else {"anyOf": [_type(name) for name in names]}


def _type(name: str) -> dict[str, Any]:
    if name.startswith("Array of "):
        return {"type": "array", "items": _type(name.removeprefix("Array of "))}
    return SIMPLE.get(name) or {"$ref": f"#/$defs/type.{name}"}
