"""The small words of each language: in a short message they tell more than its letters do.

"where is my order" is German to a model of letters, but no German writes "where", "is" and "my".
"""

import re
from collections.abc import Iterator, Mapping

_WORDS = {
    "en": "the a an is are was were be been am i you he she it we they my your his her our their me him "
    "them this that these those there here what where when who why how which do does did don't can "
    "could will would should have has had not no and or but if of to in on at for with from by about "
    "up please want need get got any some all just still very more again write give tell "
    "show send make help know",
    "es": "el la los las un una unos unas es son está están estoy soy fue ser yo tú usted él ella nosotros "
    "mi mis tu tus su sus me te se lo le les este esta esto ese esa eso qué dónde donde cuándo cuando "
    "quién cómo como cuál por para con sin de del al en y o pero si sí no ya muy más todavía aún "
    "también hay quiero quiere necesito puedo puede tengo tiene han ha he hola gracias buenos buenas "
    "favor",
    "fr": "le la les un une des est sont suis es êtes était je tu il elle nous vous ils mon ma mes ton ta "
    "tes son sa ses notre votre leur me te se ce cet cette ces ça qui que quoi où quand comment "
    "pourquoi quel quelle pour avec sans de du au aux en dans sur et ou mais si oui non ne pas plus "
    "très encore aussi y veux veut voudrais peux peut pouvez ai as a avez ont faut bonjour merci svp "
    "moi",
    "de": "der die das den dem des ein eine einen einem einer ist sind bin war waren sein ich du er sie es "
    "wir ihr mein meine meinen dein ihre unser mir mich dir dich sich uns euch dieser diese dieses "
    "was wo wann wer wie warum welche für mit ohne von vom zum zur zu im in am an auf bei aus nach "
    "über und oder aber wenn nicht kein keine ja nein noch schon sehr mehr auch bitte will möchte "
    "kann können habe hat haben hatte muss wird werden danke hallo",
    "pt": "o a os as um uma uns umas é são está estão estou sou foi ser eu tu você ele ela nós meu minha "
    "meus minhas seu sua me te se lhe este esta isto isso esse essa quê onde quando quem como qual "
    "por para pra com sem de do da dos das no na nos nas ao em e ou mas se sim não já muito mais "
    "ainda também há quero quer preciso posso pode tenho tem têm oi olá obrigado obrigada bom boa "
    "favor vocês",
    "hi": "hai hain hoon mujhe mera meri mere kya kahan kab kaise kyun nahi nahin aap aapka hum main se ko "
    "ka ki ke aur bhi karo karna karni baat chahiye kitna kitne",
}
"""Articles, pronouns, prepositions, question words and the commonest verbs; Hindi as it is typed in Latin."""

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def _languages() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for language, words in _WORDS.items():
        for word in dict.fromkeys(words.split()):
            found[word] = (*found.get(word, ()), language)
    return found


_LANGUAGES = _languages()


def votes(text: str) -> Iterator[tuple[str, float]]:
    """(language, share of a vote): each small word votes once, shared by the languages that have it."""
    for token in _TOKEN.findall(text.casefold().replace("’", "'")):
        for word in {token, *token.split("'")}:
            languages = _LANGUAGES.get(word, ())
            for language in languages:
                yield language, 1 / len(languages)
