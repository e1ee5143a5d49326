"""Forms to modals, and filled-in modals to `FormSubmitted`; pure."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bots.slack.parse import Here, attachments
from bots.slack.render import label, shortened
from desk.ports import Field, Form
from domain.ids import Address, Identity, Platform
from domain.inbound import Actor, Attachment, ButtonPressed, CommandReceived, Event, FormSubmitted

Json = dict[str, Any]
TITLE = 24
"""Characters of a modal's title and buttons: docs.slack.dev/reference/views/modal-views."""
LABEL_LIMIT = 150
OPTIONS = 100
VALUE = 1300
"""Characters of the value that a form carries; private_metadata holds 3000 in all, escapes included."""
INITIAL = 3000
"""Characters of a text field: docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element."""
FORM = "form:"


def wanted(event: Event, forms: Mapping[str, Form]) -> tuple[Form, str] | None:
    """The form that a press or a bare command opens, and the value it carries."""
    if isinstance(event, ButtonPressed):
        form, value = forms.get(f"button:{event.action}"), event.value
    elif isinstance(event, CommandReceived):
        form, value = forms.get(f"command:{event.name}"), ""
        if form and not form.prefilled and (event.text or event.attachments):
            return None
    else:
        return None
    return (form, value) if form else None


def view(form: Form, value: str, origin: Address, filled: Mapping[str, str] = MappingProxyType({})) -> Json:
    """The modal of a form, with what is ``filled`` in already; it remembers where it was asked for."""
    return {
        "type": "modal",
        "callback_id": FORM + form.name,
        "title": _plain(form.title, TITLE),
        "submit": _plain(form.submit, TITLE),
        "close": _plain("Cancel", TITLE),
        "private_metadata": json.dumps(
            {"value": value[:VALUE] or form.value, "channel": origin.channel, "thread": origin.thread},
            ensure_ascii=False,
        ),
        "blocks": [_input(field, filled.get(field.name, "")) for field in form.fields],
    }


def _plain(words: str, most: int) -> Json:
    return {"type": "plain_text", "text": label(words, most)}


def _input(field: Field, words: str) -> Json:
    element = ELEMENTS[field.kind](field)
    if words and element["type"] == "plain_text_input":
        element["initial_value"] = shortened(words, INITIAL)
    return {
        "type": "input",
        "block_id": field.name,
        "label": _plain(field.label, LABEL_LIMIT),
        "optional": not field.required,
        "element": element,
    }


def _select(field: Field) -> Json:
    options = [{"value": value, "text": _plain(words, 75)} for value, words in field.options[:OPTIONS]]
    return {"type": "static_select", "action_id": field.name, "options": options}


ELEMENTS: Mapping[str, Callable[[Field], Json]] = {
    "text": lambda field: {"type": "plain_text_input", "action_id": field.name},
    "long_text": lambda field: {"type": "plain_text_input", "action_id": field.name, "multiline": True},
    "select": _select,
    "person": lambda field: {"type": "users_select", "action_id": field.name},
    "file": lambda field: {"type": "file_input", "action_id": field.name, "max_files": 10},
}


def submitted(body: Mapping[str, Any], here: Here, *, now: datetime) -> FormSubmitted | None:
    """A modal that somebody sent; None if it isn't one of ours."""
    shown = body.get("view") or {}
    callback = str(shown.get("callback_id") or "")
    if body.get("type") != "view_submission" or not callback.startswith(FORM):
        return None
    kept = json.loads(shown.get("private_metadata") or "{}")
    user = body["user"]
    states = _states(shown)
    return FormSubmitted(
        source=f"slack:{here.team}:view:{shown['id']}:{shown.get('hash', '')}",
        at=now,
        actor=Actor(
            identity=Identity(platform=Platform.SLACK, workspace=here.team, user=str(user["id"])),
            name=here.names.get(user["id"]) or str(user.get("name") or user["id"]),
        ),
        address=Address(
            platform=Platform.SLACK,
            bot=here.bot,
            workspace=here.team,
            channel=str(kept.get("channel") or here.channel),
            thread=str(kept.get("thread") or ""),
            private_to=str(user["id"]),
        ),
        form=callback.removeprefix(FORM),
        value=str(kept.get("value") or ""),
        fields={name: _value(state) for name, state in states.items()},
        attachments=_files(states),
    )


def _states(shown: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    values: Mapping[str, Mapping[str, Mapping[str, Any]]] = (shown.get("state") or {}).get("values") or {}
    return {block: next(iter(actions.values()), {}) for block, actions in values.items()}


def _value(state: Mapping[str, Any]) -> str:
    chosen = state.get("selected_option") or {}
    names = ", ".join(str(one.get("name") or "") for one in state.get("files") or ())
    return str(state.get("value") or chosen.get("value") or state.get("selected_user") or names)


def _files(states: Mapping[str, Mapping[str, Any]]) -> tuple[Attachment, ...]:
    return attachments([one for state in states.values() for one in state.get("files") or ()])
