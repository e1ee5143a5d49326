"""Links and states that we sign, so that nobody else can make them; a company's name stands in each."""

import hmac
import secrets
import time
from collections.abc import Callable
from hashlib import sha256

from domain.ids import CompanyId

Clock = Callable[[], float]


class Signed:
    """Texts such as ``acme.1790000000.abc…`` that are good for a while."""

    def __init__(self, *, secret: str, use: str, seconds: int, clock: Clock = time.time) -> None:
        self._secret = secret.encode()
        self._use = use
        self._seconds = seconds
        self._clock = clock

    def make(self, company: CompanyId) -> str:
        """A new one."""
        body = f"{company}.{int(self._clock()) + self._seconds}.{secrets.token_urlsafe(16)}"
        return f"{body}.{self._sign(body)}"

    def good(self, text: str, company: CompanyId) -> bool:
        """Whether we made it for this company, not long ago."""
        body, _, signature = text.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            return False
        return company_in(text) == company and self._clock() <= int(body.split(".")[1])

    def _sign(self, body: str) -> str:
        return hmac.new(self._secret, f"{self._use}:{body}".encode(), sha256).hexdigest()


def company_in(text: str) -> CompanyId:
    """The company that a text names; not to be believed before it is checked."""
    return CompanyId(text.partition(".")[0])


def spent_key(text: str) -> str:
    """What is kept of one that is good once."""
    return sha256(text.encode()).hexdigest()
