"""What Slack refuses of messages and views, after docs.slack.dev/reference/block-kit and /views.

Each block has to please the table of `sandbox.slack_schema` and the SDK's models, without exceptions.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from sandbox.slack_schema import schema_faults

BLOCKS_A_MESSAGE = 50
BLOCKS_A_VIEW = 100
TEXT_LIMIT = 40_000
MODAL_TITLE = 24
CALLBACK_LIMIT = 255
PRIVATE_METADATA = 3000
IN_MODALS_ONLY = {"input"}


def block_faults(blocks: Any, *, most: int = BLOCKS_A_MESSAGE, modal: bool = False) -> list[str]:
    """How blocks break Slack's rules; empty when they are fine."""
    if not isinstance(blocks, list):
        return ["blocks is not an array"]
    faults = [f"more than {most} blocks"] if len(blocks) > most else []
    names = Counter(
        block.get("block_id") for block in blocks if isinstance(block, dict) and block.get("block_id")
    )
    faults += [f"block_id {name} is not unique" for name, times in names.items() if times > 1]
    for number, block in enumerate(blocks):
        faults += [f"block {number}: {fault}" for fault in _one(block, modal=modal)]
    return faults


def _one(block: Any, *, modal: bool) -> Iterator[str]:
    if not isinstance(block, dict):
        yield "not a block"
        return
    yield from schema_faults(block)
    if block.get("type") in IN_MODALS_ONLY and not modal:
        yield "input blocks are for modals and home pages"
    if block.get("type") == "section" and not (block.get("text") or block.get("fields")):
        yield "a section needs text or fields"
    yield from _modelled(block)
    elements = block.get("elements") if block.get("type") == "actions" else []
    actions = Counter(element.get("action_id") for element in elements or [] if isinstance(element, dict))
    yield from (f"action_id {name} is not unique" for name, times in actions.items() if name and times > 1)


def _modelled(block: dict[str, Any]) -> Iterator[str]:
    """What the SDK's own models say to it: nothing is left out."""
    try:
        parsed = Block.parse(dict(block))
        if parsed is None:
            yield "unknown type"
        else:
            parsed.to_dict()
    except (SlackObjectFormationError, TypeError, ValueError, AttributeError) as error:
        yield str(error)


def view_faults(view: Any) -> list[str]:
    """How a modal or a home page breaks Slack's rules."""
    if not isinstance(view, dict) or view.get("type") not in {"modal", "home"}:
        return ["view without a type"]
    modal = view["type"] == "modal"
    faults = block_faults(view.get("blocks"), most=BLOCKS_A_VIEW, modal=True)
    if len(view.get("private_metadata", "")) > PRIVATE_METADATA:
        faults.append("private_metadata is too long")
    if len(view.get("callback_id", "")) > CALLBACK_LIMIT:
        faults.append("callback_id is too long")
    words: Sequence[str] = ("title", "submit", "close") if modal else ()
    for name in words:
        part = view.get(name)
        if name == "title" and not part:
            faults.append("a modal needs a title")
        if part and (part.get("type") != "plain_text" or not 0 < len(part.get("text", "")) <= MODAL_TITLE):
            faults.append(f"{name} must be plain_text of 1 to {MODAL_TITLE} characters")
    inputs = any(
        block.get("type") == "input" for block in view.get("blocks") or [] if isinstance(block, dict)
    )
    if modal and inputs and not view.get("submit"):
        faults.append("a modal with inputs needs submit")
    return faults
