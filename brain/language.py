"""Which of the service's languages a customer writes."""

import math
import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache

from lingua import IsoCode639_1, LanguageDetector, LanguageDetectorBuilder

from brain.function_words import votes
from domain.answer import Author, Turn
from domain.texts import DEFAULT, LANGUAGES, known_language

READ_CHARACTERS = 500
"""Enough to be sure; what is read is bounded so that a huge message costs no more than a short one."""

DOCUMENTS = 2_048
"""So many passages' languages are remembered."""

ENOUGH_WORDS = 3
"""Fewer words than this say little ("ok", "my order", "iPhone 15"): what was spoken before decides."""

SURE = 0.2
"""Lead of the best language over the next one, as shares of 1, from which a text alone decides."""

LETTERS = (0.0, 0.2, 0.5, 0.7)
"""How much the letters of no word, one, two and more words count."""

VOTE, FLOOR = 1.5, 0.01
"""How much a small word counts, and the least probability of a language."""

SPOKEN_BEFORE, STOCK_PHRASE, PLATFORM, USUAL = 12.0, 4.0, 4.0, 1.5
"""How many times as likely a language is that the customer wrote before, whose "danke" this is, that the
platform or the conversation names, or that is everybody's.

All set on 150 messages of two to seven words in five languages: 143 are right by themselves (lingua alone:
126), 147 where the phone speaks the customer's language (139), 138 where it speaks English (110).
"""

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
        """The language to answer in: the customer's choice, else the likeliest by all signs.

        ``hint`` is the language of a stock phrase ("danke"), too short to be detected.
        """
        expected = {DEFAULT: USUAL}
        signs = (
            (self._before(turn), SPOKEN_BEFORE),
            (hint, STOCK_PHRASE),
            (known_language(turn.platform_language), PLATFORM),
        )
        for language, times in signs:
            expected[language] = expected.get(language, 1.0) * times
        sample = turn.text[:READ_CHARACTERS]
        chosen = known_language(turn.language) or _by_letters(sample)
        return chosen or self._likeliest(sample, expected)[0][1]

    def detect(self, text: str) -> str:
        """The code of a text's language, "" when it is too short or too uncertain."""
        sample = text[:READ_CHARACTERS]
        if sure := _by_letters(sample):
            return sure
        if len(_WORD.findall(sample)) < ENOUGH_WORDS:
            return ""
        (best, language), (second, _) = self._likeliest(sample, {})[:2]
        return language if best - second >= SURE else ""

    def _likeliest(self, sample: str, expected: Mapping[str, float]) -> list[tuple[float, str]]:
        """(share of 1, language), best first: letters, small words, and what was to be expected."""
        weight = LETTERS[min(len(_WORD.findall(sample)), len(LETTERS) - 1)]
        scores = {code: math.log(expected.get(code, 1.0)) for code in LANGUAGES}
        for found in self._detector.compute_language_confidence_values(sample):
            scores[_code(found.language.iso_code_639_1)] += weight * math.log(found.value + FLOOR)
        for language, vote in votes(sample):
            scores[language] += VOTE * vote
        most = max(scores.values())
        shares = {code: math.exp(score - most) for code, score in scores.items()}
        whole = sum(shares.values())
        return sorted(((share / whole, code) for code, share in shares.items()), reverse=True)

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
