"""Secrets of others, encrypted before they are stored: a copy of the database alone opens nothing."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import Misconfigured

KEY_BYTES = 32


class Seal:
    """Encrypts with a key that is derived from a secret of the environment (HKDF-SHA256, Fernet)."""

    def __init__(self, *, secret: str, use: str) -> None:
        derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"deskmate {use}".encode())
        self._fernet = Fernet(urlsafe_b64encode(derived.derive(secret.encode())))

    def close(self, words: str) -> bytes:
        """Encrypted."""
        return self._fernet.encrypt(words.encode())

    def open(self, sealed: bytes) -> str:
        """As it was. Raises Misconfigured when the secret is another one now."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise Misconfigured(
                "The secret that sealed a token has changed: install the app again."
            ) from error
