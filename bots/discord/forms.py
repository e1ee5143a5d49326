"""Forms as Discord's modals, and static custom ids. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from desk.ports import Field, Form
from domain.content import Button

TEXT_INPUT, SELECT, PERSON, LABEL, FILE = 4, 3, 5, 18, 19
SHORT, LONG = 1, 2
TITLE = FIELD_LABEL = 45
CUSTOM_ID = 100
FIELDS = 5
OPTIONS = 25


def custom_id(button: Button) -> str:
    """The id that a press brings back: static, so buttons of old messages keep working."""
    return f"{button.action}:{button.value}"


def meant(custom: str) -> tuple[str, str]:
    """Action and value (or form and value) of a custom id."""
    action, _, value = custom.partition(":")
    return action, value


def modal(form: Form, value: str) -> dict[str, Any]:
    """The form as the data of a modal response; fields past Discord's five are left out."""
    return {
        "custom_id": f"{form.name}:{value}"[:CUSTOM_ID],
        "title": form.title[:TITLE],
        "components": [_label(field) for field in form.fields[:FIELDS]],
    }


def _label(field: Field) -> dict[str, Any]:
    made = KINDS.get(field.kind, _text)(field) | {"custom_id": field.name, "required": field.required}
    return {"type": LABEL, "label": field.label[:FIELD_LABEL], "component": made}


def _text(field: Field) -> dict[str, Any]:
    return {"type": TEXT_INPUT, "style": SHORT}


def _long_text(field: Field) -> dict[str, Any]:
    return {"type": TEXT_INPUT, "style": LONG}


def _select(field: Field) -> dict[str, Any]:
    options = [{"value": value, "label": label[:100]} for value, label in field.options[:OPTIONS]]
    return {"type": SELECT, "options": options}


def _person(field: Field) -> dict[str, Any]:
    return {"type": PERSON}


def _file(field: Field) -> dict[str, Any]:
    return {"type": FILE, "min_values": int(field.required), "max_values": 10}


KINDS: Mapping[str, Callable[[Field], dict[str, Any]]] = {
    "text": _text,
    "long_text": _long_text,
    "select": _select,
    "person": _person,
    "file": _file,
}
