"""Which of the service's languages a customer writes."""

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from lingua import IsoCode639_1, LanguageDetector, LanguageDetectorBuilder

from domain.answer import Author, Turn
from domain.texts import DEFAULT, LANGUAGES, known_language

READ_CHARACTERS = 500
"""Enough to be sure; what is read is bounded so that a huge message costs no more than a short one."""

DOCUMENTS = 2_048
"""So many passages' languages are remembered."""

ENOUGH_WORDS = 3
"""Fewer words than this say little ("ok", "my order", "iPhone 15"): what was spoken before decides."""

SURE = 0.2
"""Lead of the best language over the next one. On the tables of `domain.texts` (434 texts, three words
or more) 99.0 % of those with this lead are right."""

VERY_SURE = 0.6
"""Lead asked of one or two words when nothing else is known."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_TELLTALE = {"es": re.compile("[¿¡ñ]", re.IGNORECASE), "de": re.compile("ß"), "pt": re.compile("[ãõ]", re.I)}
_SCRIPTS = {"hi": re.compile("[\u0900-\u097f]"), "ar": re.compile("[\u0600-\u06ff\u0750-\u077f]")}


class Languages:
    """Detects the seven languages offline.

    ``accurate`` uses lingua's large models: 162 MB and 2.7 s at the first text instead of 16 MB and
    0.1 s, for 97.9 % instead of 96.8 % right on the texts of `domain.texts`.
    """

    def __init__(self, *, accurate: bool = False) -> None:
        self._accurate = accurate
        self.of_document = lru_cache(maxsize=DOCUMENTS)(self.detect)
        """`detect` for texts that come back, such as passages."""

    @cached_property
    def _detector(self) -> LanguageDetector:
        codes = [getattr(IsoCode639_1, code.upper()) for code in LANGUAGES]
        builder = LanguageDetectorBuilder.from_iso_codes_639_1(*codes)
        return (builder if self._accurate else builder.with_low_accuracy_mode()).build()

    def warm(self) -> None:
        """Load the models now (blocking), so that the first customer doesn't wait for them."""
        self.detect("Where is my parcel? ¿Dónde está mi paquete? Wo ist mein Paket?")

    def of(self, turn: Turn, *, hint: str = "") -> str:
        """The language to answer in: the customer's choice, what they write now, wrote before, or use.

        ``hint`` is the language of a stock phrase ("danke"), too short to be detected.
        """
        return (
            known_language(turn.language)
            or self.detect(turn.text)
            or self._before(turn)
            or hint
            or known_language(turn.platform_language)
            or self.detect(turn.text, words=1, lead=VERY_SURE)
            or DEFAULT
        )

    def detect(self, text: str, *, words: int = ENOUGH_WORDS, lead: float = SURE) -> str:
        """The code of a text's language, "" when it is too short or too uncertain."""
        sample = text[:READ_CHARACTERS]
        if sure := _by_letters(sample):
            return sure
        if len(_WORD.findall(sample)) < words:
            return ""
        best, second = self._detector.compute_language_confidence_values(sample)[:2]
        return _code(best.language.iso_code_639_1) if best.value - second.value >= lead else ""

    def _before(self, turn: Turn) -> str:
        lines = (line.text for line in reversed(turn.history) if line.author is Author.CUSTOMER)
        return _first(self.detect(text) for text in lines)


def _by_letters(text: str) -> str:
    """The language that only its letters can be, by the script of most letters or a telling one."""
    letters = len(_WORD.findall(text)) and sum(map(str.isalpha, text))
    for code, script in _SCRIPTS.items():
        if letters and len(script.findall(text)) * 2 > letters:
            return code
    return _first(code for code, sign in _TELLTALE.items() if sign.search(text))


def _first(codes: Iterable[str]) -> str:
    return next((code for code in codes if code), "")


def _code(iso: IsoCode639_1) -> str:
    return iso.name.lower()
