"""Greetings, thanks, goodbyes and "who are you": answered kindly, without a look into the documents."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from domain.texts import Key
from domain.texts.anger import UNHAPPY_SIGNS
from domain.texts.fold import fold

MOST_WORDS = 7
MOST_CHARACTERS = 120
"""A longer message says more than hello."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallTalk:
    """What is answered, and the language it was said in ("" : a sign that every language shares)."""

    key: Key
    language: str


def small_talk(text: str) -> SmallTalk | None:
    """What a message is that is nothing but small talk; an empty one counts as hello."""
    if len(text) > MOST_CHARACTERS or len(tokens := _tokens(text)) > MOST_WORDS:
        return None
    if not tokens:
        return _signs(text)
    talk = next((talk for phrases, talk in _TABLE if _made_of(tokens, phrases)), None)
    return replace(talk, language="") if talk and tokens in _SHARED else talk


def _made_of(tokens: tuple[str, ...], phrases: frozenset[tuple[str, ...]]) -> bool:
    """Whether the message is some of the phrases ("hola, buenas") and words that only decorate them."""
    said, at = False, 0
    while at < len(tokens):
        size = next((size for size in range(len(tokens) - at, 0, -1) if tokens[at : at + size] in phrases), 0)
        if not size and tokens[at] not in _DECORATION:
            return False
        said, at = said or bool(size), at + max(size, 1)
    return said


def _signs(text: str) -> SmallTalk | None:
    if any(sign in text for sign in UNHAPPY_SIGNS):
        return None
    if any(unicodedata.category(letter) == "So" for letter in text):
        return SmallTalk(key=Key.GLAD, language="")
    return SmallTalk(key=Key.HELLO, language="")


_BETWEEN = re.compile(r"[^\w\u0900-\u094f']+")


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(token for token in _BETWEEN.split(fold(text)) if token.strip("_'"))


_PHRASES: Mapping[Key, Mapping[str, str]] = {
    Key.HELLO: {
        "en": "hi, hello, hey, hiya, good day, good morning, good afternoon, good evening, greetings,"
        " hi there, how are you, hello how are you",
        "es": "hola, buenos dias, buenas tardes, buenas noches, buenas, que tal, hola que tal",
        "fr": "bonjour, bonsoir, salut, coucou, ca va, bonjour ca va",
        "de": "hallo, guten tag, guten morgen, guten abend, moin, servus, gruss gott, hallo zusammen",
        "pt": "ola, oi, bom dia, boa tarde, boa noite, tudo bem, oi tudo bem, ola tudo bem",
        "hi": "नमस्ते, नमस्कार, हेलो, हाय, हैलो, namaste",
        "ar": "مرحبا, اهلا, السلام عليكم, صباح الخير, مساء الخير, سلام, اهلا وسهلا",
    },
    Key.WELCOME: {
        "en": "thanks, thank you, thx, ty, cheers, thanks a lot, thank you so much, thank you very much,"
        " many thanks, much appreciated, ok thanks, thanks for your help, thank you for your help",
        "es": "gracias, muchas gracias, mil gracias, gracias por la ayuda, gracias por tu ayuda",
        "fr": "merci, merci beaucoup, merci bien, je vous remercie, merci pour votre aide, grand merci",
        "de": "danke, vielen dank, dankeschon, danke schon, herzlichen dank, besten dank, danke sehr,"
        " danke fur die hilfe, danke fur ihre hilfe, vielen lieben dank",
        "pt": "obrigado, obrigada, muito obrigado, muito obrigada, valeu, obrigado pela ajuda",
        "hi": "धन्यवाद, शुक्रिया, बहुत धन्यवाद, बहुत शुक्रिया, बहुत बहुत धन्यवाद, थैंक यू, shukriya, dhanyavaad",
        "ar": "شكرا, شكرا جزيلا, شكرا لك, شكرا لكم, مشكور, الف شكر",
    },
    Key.GOODBYE: {
        "en": "bye, goodbye, good bye, bye bye, see you, see you later, have a nice day,"
        " have a good day, good night",
        "es": "adios, hasta luego, hasta pronto, chao, que tengas un buen dia, nos vemos",
        "fr": "au revoir, a bientot, bonne journee, bonne soiree, bonne nuit",
        "de": "tschuss, auf wiedersehen, bis bald, bis dann, schonen tag noch, gute nacht, ciao",
        "pt": "tchau, adeus, ate logo, ate mais, tenha um bom dia",
        "hi": "अलविदा, फिर मिलेंगे, बाय",
        "ar": "مع السلامه, الي اللقاء, وداعا",
    },
    Key.GLAD: {
        "en": "ok, okay, alright, all right, fine, perfect, great, that helped, that helps, got it, awesome,"
        " excellent, wonderful, very helpful, that was helpful, that solved it",
        "es": "perfecto, genial, estupendo, excelente, me ha servido",
        "fr": "parfait, super, genial, tres bien, d'accord, excellent, impeccable",
        "de": "perfekt, super, prima, alles klar, wunderbar, hat geholfen, das hat geholfen",
        "pt": "perfeito, otimo, maravilha, excelente, isso ajudou",
        "hi": "बहुत अच्छा, बढिया, समझ गया, ठीक है",
        "ar": "ممتاز, رائع, تمام, فهمت",
    },
    Key.GREETING: {
        "en": "who are you, what are you, are you a bot, are you a robot, are you human, are you a human,"
        " are you real, are you a real person, am i talking to a bot, what is your name",
        "es": "quien eres, eres un bot, eres un robot, eres humano, eres una persona, como te llamas",
        "fr": "qui etes vous, qui es tu, es tu un robot, etes vous un robot, etes vous humain",
        "de": "wer bist du, wer sind sie, bist du ein bot, sind sie ein bot, bist du ein mensch,"
        " sind sie ein mensch",
        "pt": "quem e voce, voce e um robo, voce e um bot, voce e humano",
        "hi": "आप कौन हैं, तुम कौन हो, क्या आप इंसान हैं, क्या आप रोबोट हैं",
        "ar": "من انت, هل انت روبوت, هل انت انسان",
    },
    Key.HELP: {
        "en": "help, help me, what can you do, how does this work, i need help",
        "es": "ayuda, que puedes hacer, necesito ayuda",
        "fr": "aide, aidez moi, que savez vous faire, j'ai besoin d'aide",
        "de": "hilfe, was kannst du, was konnen sie, ich brauche hilfe",
        "pt": "ajuda, o que voce pode fazer, preciso de ajuda",
        "hi": "मदद, मदद चाहिए, आप क्या कर सकते हैं",
        "ar": "مساعده, ماذا يمكنك ان تفعل, احتاج مساعده",
    },
}


def _phrases(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(_tokens(phrase) for phrase in text.split(","))


_DECORATION = frozenset(
    _tokens(
        "hi hello hey hallo hola bonjour ola oi ok okay oh ah there all everyone so very much again"
        " you a lot bot team dear friend now for your the help sir madam guys thanks danke merci gracias"
        " obrigado tout le monde amigo amigos zusammen vielen dank schon sehr جدا जी bye लिए मदद के"
    )
)
_SHARED = _phrases("hi, hey, ok, okay, super, ciao, excellent, genial, alright")
"""Said in many languages, so they tell nothing about the customer's."""
_YES = _phrases(
    "yes, yes please, yeah, yep, sure, please, please do, ok, okay, si, si por favor, claro, vale, por favor,"
    " oui, oui s'il vous plait, d'accord, volontiers, ja, ja bitte, gern, gerne, bitte, sim,"
    " sim por favor, claro que sim, हाँ, हां, जी हाँ, जी, हाँ जी, haan, نعم, نعم من فضلك, ايوه, اجل, طبعا"
)
_NO = _phrases(
    "no, no thanks, no thank you, nope, not now, no gracias, no hace falta, non, non merci, nein,"
    " nein danke, nao, nao obrigado, nao obrigada, नहीं, जी नहीं, नहीं धन्यवाद, لا, لا شكرا"
)


def says_yes(text: str) -> bool:
    """Whether a message only agrees."""
    return len(text) <= MOST_CHARACTERS and _tokens(text) in _YES


def says_no(text: str) -> bool:
    """Whether a message only declines."""
    return len(text) <= MOST_CHARACTERS and _tokens(text) in _NO


def _table() -> tuple[tuple[frozenset[tuple[str, ...]], SmallTalk], ...]:
    """Thanks and goodbyes come before hello, so that "hi, thanks!" is thanks."""
    order = (Key.GREETING, Key.GOODBYE, Key.WELCOME, Key.GLAD, Key.HELP, Key.HELLO)
    return tuple(
        (
            _phrases(phrases),
            SmallTalk(key=key, language=language),
        )
        for key in order
        for language, phrases in _PHRASES[key].items()
    )


_TABLE = _table()
