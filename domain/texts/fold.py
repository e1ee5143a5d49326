"""One spelling for words that people type in many ways."""

import re
import unicodedata

_MARKS = re.compile("[\u0300-\u036f\u0640\u064b-\u065f\u093c]")
"""Accents, Arabic vowel signs and the Hindi nukta: people leave them out when they type in a hurry."""
_LETTERS = str.maketrans({"ى": "ي", "ة": "ه", "’": "'", "´": "'", "`": "'", "ı": "i"})


def fold(text: str) -> str:
    """Lower case, without accents, and with one spelling of each letter."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return unicodedata.normalize("NFC", _MARKS.sub("", decomposed)).translate(_LETTERS)
