"""What the service says to customers by itself, one table per language.

>>> say(Key.AGENT_JOINED, "de", agent="Maya")
'Maya ist jetzt im Gespräch.'
"""

import unicodedata
from collections.abc import Mapping

from domain.texts import ar, de, en, es, fr, hi, pt
from domain.texts.keys import Key

__all__ = ["DEFAULT", "LANGUAGES", "TABLES", "Key", "known_language", "rating_labels", "say"]

DEFAULT = "en"

LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "de": "Deutsch",
    "pt": "Português",
    "hi": "हिन्दी",
    "ar": "العربية",
}
"""ISO 639-1 code -> the language's own name, in the order in which they are offered."""

TABLES: Mapping[str, Mapping[Key, str]] = {
    "en": en.TEXTS,
    "es": es.TEXTS,
    "fr": fr.TEXTS,
    "de": de.TEXTS,
    "pt": pt.TEXTS,
    "hi": hi.TEXTS,
    "ar": ar.TEXTS,
}


def say(key: Key, language: str, **values: object) -> str:
    """A system text with its placeholders filled in; an unknown language gets English."""
    return TABLES[known_language(language) or DEFAULT][key].format(**values)


def rating_labels(language: str) -> tuple[str, ...]:
    """Five words for the ratings 1 to 5."""
    return tuple(say(Key.RATING_LABELS, language).split("|"))


def known_language(name: str) -> str:
    """The code of a language given as a code (``pt-BR`` too) or by its own or English name, else "".

    Accents may be left out.
    """
    wanted = _plain(name).replace("_", "-")
    code = wanted.split("-")[0]
    return code if code in LANGUAGES else _NAMES.get(wanted, "")


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.strip().casefold())
    return "".join(letter for letter in letters if not "\u0300" <= letter <= "\u036f")


_ENGLISH = {
    "english": "en",
    "spanish": "es",
    "french": "fr",
    "german": "de",
    "portuguese": "pt",
    "hindi": "hi",
    "arabic": "ar",
}
_NAMES = _ENGLISH | {_plain(name): code for code, name in LANGUAGES.items()}
