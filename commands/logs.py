"""Log lines: a fixed event name plus fields, for people in colour or for machines as JSON."""

import logging
import sys

import structlog

NOISY = (
    "httpx",
    "httpcore",
    "aiohttp.access",
    "chromadb",
    "apscheduler",
    "slack_bolt",
    "discord",
)
TELLING = ("telegram", "slack_sdk")
"""Their errors quote whole answers, with messages in them, and addresses with tickets; ours say the same."""


def configure(*, level: str, style: str) -> None:
    """Write to standard error from now on. ``level`` and ``style`` are app.log_level and app.log_format."""
    number = logging.getLevelNamesMapping()[level.upper()]
    last = (
        structlog.processors.JSONRenderer()
        if style == "json"
        # Plain: the pretty one prints local variables, which hold messages and tokens.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            *([structlog.processors.format_exc_info] if style == "json" else []),
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(max(number, logging.WARNING))  # bm25s sets its own logger to debug
    handler.setFormatter(_machine() if style == "json" else logging.Formatter("%(name)s: %(message)s"))
    logging.basicConfig(level=handler.level, handlers=[handler])
    for name in NOISY:  # their lines may hold addresses with tokens
        logging.getLogger(name).setLevel(logging.ERROR)
    for name in TELLING:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _machine() -> logging.Formatter:
    """Lines of libraries as JSON, too: a machine reads the whole log."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
