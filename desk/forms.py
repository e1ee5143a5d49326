"""The forms that buttons and commands open, where a platform has forms."""

from collections.abc import Mapping

from desk.ports import Field, Form

REPORTS = (
    ("all", "Everything"),
    ("csat", "Ratings (CSAT)"),
    ("emotions", "Emotions"),
    ("workload", "Workload"),
    ("speed", "Speed"),
    ("gaps", "Unanswered questions"),
)
PERIODS = (("7d", "Last 7 days"), ("today", "Today"), ("30d", "Last 30 days"))

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
    "command:upload": Form(
        name="upload",
        title="Add a document",
        submit="Upload",
        fields=(Field(name="file", label="PDF, Word, HTML, Markdown, text or table", kind="file"),),
    ),
}
"""What agents fill in. Commands that carry their words already open no form."""
