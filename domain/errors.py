"""One root for everything that goes wrong.

DeskmateError
├── BadInput            what a person gave can't be used; the message is shown to them
│   └── NotAllowed      the person may not do this
├── Unavailable         a service does not answer now; trying again may help
├── Misconfigured       config.toml or the environment is wrong; names file and key
└── DeliveryError       a message could not be sent
    ├── RateLimited     wait `retry_after` seconds
    ├── Unreachable     the person blocked the bot, or the place is gone; do not retry
    └── Refused         the platform refused the content; do not retry
"""


class DeskmateError(Exception):
    """Something went wrong."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").split("\n")[0])


class BadInput(DeskmateError):
    """That can't be used."""


class NotAllowed(BadInput):
    """You may not do this."""


class Unavailable(DeskmateError):
    """A service does not answer right now."""


class Misconfigured(DeskmateError):
    """The configuration is wrong."""


class DeliveryError(DeskmateError):
    """The message could not be sent."""


class RateLimited(DeliveryError):
    """The platform asks us to slow down."""

    def __init__(self, retry_after: float, message: str = "") -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unreachable(DeliveryError):
    """The person can't be reached: they blocked the bot or closed their messages."""


class Refused(DeliveryError):
    """The platform refused the message."""
