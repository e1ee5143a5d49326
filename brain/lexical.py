"""Words of a text for cheap comparisons, in any of the service's languages. Pure and fast."""

import re
from collections.abc import Iterable
from functools import lru_cache

from domain.texts.fold import fold

CELL = " | "
"""Between the cells of a table's row."""

STEM = 5
"""Words are compared by their first letters: a crude stemmer that needs no list of languages."""
SHORT = 3
"""An s at the end of a longer word is a plural in most of the languages."""

_WORD = re.compile(r"\d+(?:[.,:]\d+)*|(?:[^\W\d_][\u0900-\u094f]*)+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[^\sa-z])|(?<=[।؟])\s*|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|z\.B|p\.ej|etc|approx|ca|bzw|Dr|Mr|Mrs|Ms|No|Nr|Tel|St)|\b[A-Z])\.$"
)


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STOP = _set(
    "about after again also another any are because been before being but can could did does doing don for"
    " from had has have having her here hers him his how into its just like may might more most much must my"
    " need nor not now off once only other our ours out over own please same shall she should some such than"
    " that the their them then there these they this those through too under until very was were what when"
    " where which while who whom why will with would you your yours"
    " aber alle als auch auf aus bei bin bis das dass dein dem den denn der des die dies diese dieser doch"
    " durch ein eine einem einen einer eines etwas fur hat haben hier ich ihr ihre ihren ist kann kein keine"
    " konnen man mein mich mir mit muss nach nicht noch nur oder ohne schon sehr sein sich sie sind uber und"
    " uns unser unter vom von vor wann war warum was weil welche wenn wer werden wie wieder wird wir wurde"
    " zum zur"
    " como con cual cuando cuanto del desde donde ella ellos entre era eres esa ese eso esta este esto estos"
    " fue hay las los mas mis muy nos otra otro para pero por porque que quien sea ser sin sobre son soy sus"
    " tambien tener tengo tiene todo una uno unos usted"
    " alors au aussi autre aux avec avoir car ce cela ces cet cette comme comment dans des dont elle elles"
    " est et etre fait il ils je la le les leur lui mais mes mon ne nos notre nous ont ou par pas plus pour"
    " pourquoi quand que quel quelle quels qui sa sans ses si son sont sur ta tout tous une vos votre vous"
    " ao aos ate com da das dela dele depois dos ela ele eles em essa esse esta este eu foi isso ja mais mas"
    " mesmo meu minha muito na nao nas nem no nos nossa num ou pela pelo por qual quando quem se sem seu sua"
    " suas tambem te tem um uma voce"
)


def words(text: str) -> list[str]:
    """Lower-case words and numbers without accents, in order."""
    return _WORD.findall(fold(text))


def stems(text: str) -> tuple[str, ...]:
    """Beginnings of the words that carry meaning; numbers are kept whole."""
    return tuple(_stem(word) for word in words(text) if _matters(word))


def _stem(word: str) -> str:
    if word[0].isdigit():
        return word
    return (word[:-1] if word.endswith("s") and len(word) > SHORT else word)[:STEM]


def _matters(word: str) -> bool:
    if word[0].isdigit():
        return True
    return len(word) > (2 if word.isascii() else 1) and word not in _STOP


def numbers(text: str) -> set[str]:
    """The numbers of a text, comparable across ``1,000``, ``1.000`` and ``1000``, ``12,5`` and ``12.50``."""
    return {_canonical(number) for number in _NUMBER.findall(text)}


def _canonical(number: str) -> str:
    whole, _, fraction = number.replace(",", ".").rpartition(".")
    if whole and len(fraction) != 3:
        return f"{whole.replace('.', '')}.{fraction.rstrip('0')}".rstrip(".")
    return (whole + fraction).replace(".", "").lstrip("0") or "0"


def sentences(text: str) -> tuple[str, ...]:
    """Sentences and lines of a text, in order; abbreviations do not end one."""
    found: list[str] = []
    for piece in _SENTENCE.split(text):
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] = f"{found[-1]} {piece.strip()}"
        elif piece and piece.strip():
            found.append(piece.strip())
    return tuple(found)


stems_of_line = lru_cache(maxsize=4_096)(stems)
sentences_of_passage = lru_cache(maxsize=1_024)(sentences)
"""The same for documents' texts, which come back with every question."""


def is_table(text: str) -> bool:
    """Whether a passage is rows of a table, the first line its header."""
    lines = text.split("\n")
    return len(lines) > 1 and all(CELL in line for line in lines)


def share(part: Iterable[str], whole: frozenset[str] | set[str]) -> float:
    """Which share of the stems is found in the others, 0 to 1; of nothing: 1."""
    unique = set(part)
    return len(unique & whole) / len(unique) if unique else 1.0
