"""Block Kit as JSON Schema: what each block, element and object may hold, and how much of it.

One table from the pages of docs.slack.dev/reference/block-kit (blocks, block-elements and
composition-objects); a field that isn't there is unknown to Slack, and refused. The npm package
``@slack/types`` has the same fields as TypeScript types, but no limits.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

Schema = Mapping[str, Any]


def words(most: int, least: int = 1) -> Schema:
    """A string of so many characters."""
    return {"type": "string", "minLength": least, "maxLength": most}


def some(item: Schema, most: int, least: int = 1) -> Schema:
    """A list."""
    return {"type": "array", "items": item, "minItems": least, "maxItems": most}


def one_of(*names: str) -> Schema:
    """One of several objects, told by their ``type``."""
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": list(names)}},
        "allOf": [
            {"if": {"properties": {"type": {"const": name}}}, "then": {"$ref": f"#/$defs/{name}"}}
            for name in names
        ],
    }


def thing(name: str) -> Schema:
    """An object that has no ``type``."""
    return {"$ref": f"#/$defs/{name}"}


def plain(most: int) -> Schema:
    """A plain text of so many characters."""
    return {"allOf": [one_of("plain_text"), {"properties": {"text": words(most)}}]}


def either(most: int) -> Schema:
    """Plain text or mrkdwn."""
    return {"allOf": [one_of("plain_text", "mrkdwn"), {"properties": {"text": words(most)}}]}


FLAG: Schema = {"type": "boolean"}
ANY: Schema = {}
NAME = words(255)
PRESSED = ("button", "static_select", "users_select", "overflow", "checkboxes", "radio_buttons", "datepicker")
FILLED = ("plain_text_input", "static_select", "users_select", "file_input", "checkboxes", "radio_buttons")
SELECT = {"action_id": NAME, "placeholder": plain(150), "confirm": thing("confirm"), "focus_on_load": FLAG}

OBJECTS: Mapping[str, tuple[tuple[str, ...], Mapping[str, Schema]]] = {
    # composition-objects
    "plain_text": (("text",), {"text": words(3000), "emoji": FLAG}),
    "mrkdwn": (("text",), {"text": words(3000), "verbatim": FLAG}),
    "option": (
        ("text", "value"),
        {"text": either(75), "value": words(150), "description": either(75), "url": words(3000)},
    ),
    "confirm": (
        ("title", "text", "confirm", "deny"),
        {
            "title": plain(100),
            "text": either(300),
            "confirm": plain(30),
            "deny": plain(30),
            "style": {"enum": ["primary", "danger"]},
        },
    ),
    # block-elements
    "button": (
        ("text",),
        {
            "text": plain(75),
            "action_id": NAME,
            "url": words(3000),
            "value": words(2000),
            "style": {"enum": ["primary", "danger"]},
            "confirm": thing("confirm"),
            "accessibility_label": words(75),
        },
    ),
    "static_select": (
        ("options",),
        {**SELECT, "options": some(thing("option"), 100), "initial_option": thing("option")},
    ),
    "users_select": ((), {**SELECT, "initial_user": words(20)}),
    "overflow": (
        ("options",),
        {"action_id": NAME, "options": some(thing("option"), 5), "confirm": thing("confirm")},
    ),
    "checkboxes": (
        ("options",),
        {**SELECT, "options": some(thing("option"), 10), "initial_options": some(thing("option"), 10)},
    ),
    "radio_buttons": (
        ("options",),
        {**SELECT, "options": some(thing("option"), 10), "initial_option": thing("option")},
    ),
    "datepicker": ((), {**SELECT, "initial_date": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}}),
    "plain_text_input": (
        (),
        {
            "action_id": NAME,
            "initial_value": words(3000, 0),
            "multiline": FLAG,
            "min_length": {"type": "integer", "minimum": 0, "maximum": 3000},
            "max_length": {"type": "integer", "minimum": 1, "maximum": 3000},
            "placeholder": plain(150),
            "focus_on_load": FLAG,
            "dispatch_action_config": ANY,
        },
    ),
    "file_input": (
        (),
        {
            "action_id": NAME,
            "filetypes": some(words(20), 100),
            "max_files": {"type": "integer", "minimum": 1, "maximum": 10},
        },
    ),
    # blocks
    "section": (
        (),
        {
            "text": either(3000),
            "fields": some(either(2000), 10),
            "accessory": one_of(*PRESSED, "image"),
            "expand": FLAG,
        },
    ),
    "actions": (("elements",), {"elements": some(one_of(*PRESSED), 25)}),
    "context": (("elements",), {"elements": some(one_of("plain_text", "mrkdwn", "image"), 10)}),
    "header": (("text",), {"text": plain(150)}),
    "divider": ((), {}),
    "image": (
        ("alt_text",),
        {"image_url": words(3000), "slack_file": ANY, "alt_text": words(2000), "title": plain(2000)},
    ),
    "input": (
        ("label", "element"),
        {
            "label": plain(2000),
            "element": one_of(*FILLED),
            "hint": plain(2000),
            "optional": FLAG,
            "dispatch_action": FLAG,
        },
    ),
    "markdown": (("text",), {"text": words(12_000)}),
    "rich_text": (("elements",), {"elements": {"type": "array", "minItems": 1}}),
}
"""What has to be there, and what may be; every block may have a ``block_id`` besides."""

BLOCKS = ("section", "actions", "context", "header", "divider", "image", "input", "markdown", "rich_text")
UNTYPED = {"option", "confirm"}


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator({**one_of(*BLOCKS), "$defs": {name: _object(name) for name in OBJECTS}})


def _object(name: str) -> Schema:
    required, fields = OBJECTS[name]
    known = dict(fields)
    if name not in UNTYPED:
        known["type"] = {"const": name}
    if name in BLOCKS:
        known["block_id"] = NAME
    return {
        "type": "object",
        "required": list(required),
        "properties": known,
        "additionalProperties": False,
    }


def schema_faults(block: Any) -> Iterator[str]:
    """How a block differs from what Slack's documentation says of it."""
    for error in _validator().iter_errors(block):
        place = ".".join(str(part) for part in error.absolute_path)
        yield f"{place or 'block'}: {_short(error.message)}"


def _short(message: str) -> str:
    """Without the whole value that is too long."""
    return message if len(message) <= 200 else f"{message[:60]} … {message[-120:]}"
