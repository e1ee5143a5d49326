"""Plain words of anger, in every language that the service speaks.

The shipped emotion model reads English. These words are few and strong ("Frechheit", "c'est une honte"):
a wrong handoff wakes an agent, so whatever is also said calmly is left out.
"""

import re
from collections.abc import Iterable

from domain.texts.fold import fold

READ_CHARACTERS = 4_000

ANGRY_SIGNS = "😡🤬👿🖕💢"
SOUR_SIGNS = "🙄😒😠😤👎🤦🤡💩"
SAD_SIGNS = "😞😢😭💔😟😕🙁😨😰😩"
UNHAPPY_SIGNS = ANGRY_SIGNS + SOUR_SIGNS + SAD_SIGNS

_ANGRY = re.compile(
    r"""\b(?:
    furious|outrageous|unacceptable|fed\s+up\s+with|sick\s+and\s+tired|you\s+(?:idiots|morons|clowns|liars)
  | worst\s+(?:company|service|support|experience)\s*(?:ever|i)?
  | verguenza|sinverguenzas?|inutiles|hart[oa]s?\s+de|furios[oa]|indignad[oa]|indignante|inaceptable
  | cabread[oa]|incompetentes|ladrones|pesimo\s+servicio|es\s+el\s+colmo|hasta\s+las\s+narices
  | une\s+honte|honteux|scandaleux|inadmissible|inacceptable|vous\s+etes\s+(?:tous\s+)?nuls|furieu(?:x|se)
  | en\s+colere|ras[\s-]le[\s-]bol|j'en\s+ai\s+marre|foutage\s+de\s+gueule|lamentable|voleurs
  | frechheit|unverschamt(?:heit)?|sauerei|inakzeptabel|stinksauer|wutend|saftladen|idioten|abzocker?
  | schnauze\s+voll|mir\s+reicht(?:'?s|\s+es)|das\s+ist\s+(?:doch\s+)?(?:lacherlich|unfassbar)
  | (?:um|que|isso\s+e)\s+absurdo|uma\s+vergonha|inaceitavel|palhacada
  | pessimo\s+(?:servico|atendimento)|revoltad[oa]|ladroes|descaso|cansad[oa]\s+de\s+esperar|um\s+lixo
  | ghatiya|bakwas|gusse\s+mein
    )\b
  | घटिया|बकवास|गुस्से\s+में|गुस्सा\s+(?:हूँ|हूं|आ)|शर्मनाक|शर्म\s+की\s+बात|बर्दाश्त\s+नहीं
  | غاضبه?\b|مهزله|عيب\s+عليكم|نصابين|حراميه|مقرف|طفح\s+الكيل|فضيحه|اسوا\s+(?:خدمه|شركه)|خدمه\s+سييه\s+جدا
    """,
    re.VERBOSE,
)
_SOUR = re.compile(
    r"\bthanks\s+for\s+nothing\b|\b(?:great|amazing|nice|good)\s+(?:job|work)\s+(?:losing|breaking|delaying)\b"
    r"|\bgracias\s+por\s+nada\b|\bmerci\s+pour\s+rien\b|\bdanke\s+fur\s+(?:nichts|gar\s+nichts)\b"
    r"|\bobrigad[oa]\s+por\s+nada\b"
)
_NOT = re.compile(r"(?:\b(?:not|isn't|no|nicht|kein(?:e|en)?|pas|nao|ni)|لست|ليس)\s+(?:\S+\s+){0,2}$")
_NOT_AFTER = re.compile(r"^\s*(?:\S+\s+)?(?:नहीं|नही|nahi)")


def anger_in(text: str) -> tuple[str, ...]:
    """The angry words and signs of a text, as they stand in it (folded); none where they are denied."""
    words = fold(text[:READ_CHARACTERS])
    return (*_meant(_ANGRY, words), *_signs(ANGRY_SIGNS, text))


def sourness_in(text: str) -> tuple[str, ...]:
    """Signs of displeasure, also of the sarcastic kind: "thanks for nothing", rolled eyes."""
    words = fold(text[:READ_CHARACTERS])
    return (*_meant(_SOUR, words), *_signs(SOUR_SIGNS, text))


def _meant(pattern: re.Pattern[str], words: str) -> Iterable[str]:
    for match in pattern.finditer(words):
        before, after = words[: match.start()][-30:], words[match.end() :][:20]
        if not _NOT.search(before) and not _NOT_AFTER.search(after):
            yield match.group().strip()


def _signs(signs: str, text: str) -> Iterable[str]:
    return (sign for sign in signs if sign in text[:READ_CHARACTERS])
