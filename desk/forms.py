"""The forms that buttons and commands open, where a platform has forms."""

from collections.abc import Mapping

from desk.ports import Field, Form
from domain.texts import Key, say

STAFF: Mapping[str, Form] = {
    "button:note": Form(
        name="note",
        title="Internal note",
        submit="Add note",
        fields=(Field(name="note", label="Only agents see this", kind="long_text"),),
    ),
    "button:transfer": Form(
        name="transfer",
        title="Transfer ticket",
        submit="Transfer",
        fields=(Field(name="agent", label="To whom?", kind="person"),),
    ),
    "command:kb_shortcut": Form(
        name="faq",
        title="Add to knowledge base",
        submit="Suggest",
        fields=(
            Field(name="question", label="What do customers ask?", kind="long_text"),
            Field(name="answer", label="What is the answer? Nothing personal, please.", kind="long_text"),
        ),
        prefilled=True,
    ),
    "command:upload": Form(
        name="upload",
        title="Add a document",
        submit="Upload",
        fields=(Field(name="file", label="PDF, Word, HTML, Markdown, text or table", kind="file"),),
    ),
}
"""What agents fill in. Commands that carry their words already open no form."""


def customers(language: str) -> Mapping[str, Form]:
    """What customers fill in where the platform has forms: the comment on a rating."""
    field = Field(name="comment", label=say(Key.COMMENT_LABEL, language), kind="long_text")
    title = say(Key.COMMENT_TITLE, language)
    return {"button:comment": Form(name="comment", title=title, submit="OK", fields=(field,))}
