"""Typed requests for a human, in every language that the service speaks.

A request is either the whole message ("agent please") or a sentence of it ("I want to talk to a
person"). Precision comes first: a wrong handoff wakes an agent, a missed one leaves the button.
"""

import re
from dataclasses import dataclass

from domain.texts.fold import fold
from domain.texts.wishes import ANYBODY, GIVE_ME, NO_ROBOT

READ_CHARACTERS = 4_000
"""No more of a message is looked at, so that a huge one costs nothing."""

SHORT_WORDS = 6


def asks_for_human(text: str) -> bool:
    """Whether somebody asks to be handed over to a person."""
    words = fold(text[:READ_CHARACTERS])
    if _is_bare_request(words):
        return True
    return any(_sentence_asks(sentence) for sentence in _SENTENCE_END.split(words) if sentence.strip())


def _is_bare_request(words: str) -> bool:
    tokens = [token for token in _BETWEEN_WORDS.split(words) if token]
    if not 0 < len(tokens) <= SHORT_WORDS:
        return False
    return " ".join(token for token in tokens if token not in _POLITE) in _BARE


def _sentence_asks(sentence: str) -> bool:
    return any(
        rule.asks.search(sentence) and not (rule.unless and rule.unless.search(sentence)) for rule in _RULES
    )


_SENTENCE_END = re.compile(r"[.!?\n;؟।…]+")
_BETWEEN_WORDS = re.compile(r"[\s.,:!?;…।؟،«»“”„\"()]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(text).split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(phrase.strip() for phrase in fold(text).split(","))


_POLITE = _words(
    "a an the to please pls plz now real live actual hey hi hello ok okay i want need get me give"
    " un una el la por favor ahora quiero necesito hola real de verdad"
    " une s'il vous te plait svp stp maintenant je veux veut vrai vraie bonjour"
    " ein eine einen echter echten bitte jetzt ich will mochte brauche hallo"
    " um uma agora quero preciso ola"
    " कृपया एक मुझे चाहिए अभी नमस्ते असली"
    " من فضلك لو سمحت اريد الان مرحبا حقيقي"
)

_BARE = _phrases(
    "agent, human, human agent, human being, person, representative, rep, operator, customer service,"
    " customer support, support agent, service agent, staff, manager, supervisor, talk to human,"
    " talk to person, talk to agent, speak to human, someone real, somebody real,"
    " humano, humana, persona, agente, asesor, asesora, operador, operadora, representante, encargado,"
    " atencion al cliente, agente humano, persona humana,"
    " humain, etre humain, personne, conseiller, conseillere, operateur, operatrice, service client,"
    " agent humain,"
    " mensch, menschen, person, mitarbeiter, mitarbeiterin, berater, beraterin, kundendienst,"
    " kundenservice, kundenberater, ansprechpartner,"
    " pessoa, atendente, funcionario, atendimento humano, agente humano,"
    " एजेंट, इंसान, इन्सान, व्यक्ति, प्रतिनिधि, ग्राहक सेवा, insaan, insan,"
    " موظف, انسان, شخص, وكيل, ممثل, خدمه العملاء, موظف بشري, شخص حقيقي"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    asks: re.Pattern[str]
    unless: re.Pattern[str] | None = None


def _rule(asks: str, unless: str = "") -> _Rule:
    return _Rule(asks=re.compile(asks, re.VERBOSE), unless=re.compile(unless, re.VERBOSE) if unless else None)


_ENGLISH = _rule(
    r"""
    \b(?:talk|speak|chat|connect(?:ed)?|transfer(?:red)?|transferring|escalated?|put|hand(?:ed)?|pass(?:ed)?)
        (?:\s+(?:me|us|this|it|over|on|through|directly|live|please))*
        \s+(?:to|with)\s+(?:\w+\s+){0,3}?
        (?:humans?|persons?|people|agents?|representatives?|reps?|operators?|someone|somebody|managers?|
           supervisors?|advis[oe]rs?|employees?|staff|colleagues?|customer\s+(?:service|support|care)|
           support|your\s+team)\b
  | \b(?:want|need|get\s+me|give\s+me|prefer|bring\s+(?:me|in))\s+(?:(?:a|an|the|some)\s+)?
        (?:(?:(?:real|live|actual|human)\s+)+(?:human|person|agent|representative|operator|being)\b
           | (?:human|agent|representative|operator|supervisor|manager)\b(?!\s+\w+\s+\w+\s+\w+))
  | \b(?:want|need|get\s+me|give\s+me)\s+(?:a\s+)?person(?:\s+(?:please|now|here))?\s*$
  | \b(?:human|person|people|agent|someone|somebody|anyone|anybody)\s+(?:that\s+|who\s+|whom\s+)?
        (?:i|we)\s+(?:can|could|may)\s+(?:talk|speak|chat|write)\b
  | \b(?:is|are)\s+there\s+(?:a|an|any)\s+(?:(?:real|live|actual)\s+)*(?:human|agent)s?\s+
        (?:here|there|available|online|around)
  | \b(?:can|could|may|will)\s+(?:a|an)\s+(?:(?:real|live|actual)\s+)*(?:human|agent|real\s+person)\s+
        (?:please\s+)?(?:help|answer|call|contact|take|look)
  | \b(?:get|reach|have|put)\s+(?:a\s+)?(?:someone|somebody|person|human|agent)\s+on\s+the\s+(?:phone|line)
  | \b(?:can|could|will)\s+(?:someone|somebody)\s+(?:please\s+)?(?:call|phone|contact)\s+me\b
  | \b(?:human|live)\s+(?:agent|support|help|assistance|chat|representative)\s*(?:please|now)?\s*$
    """,
    r"""
    \b(?:don't|do\s+not|dont|didn't|doesn't|never)\s+(?:want|need|have|wish|like|care)\b
  | \b(?:no\s+need|without|instead\s+of|rather\s+than|tired\s+of)\s+(?:to\s+)?(?:talk|speak|chat)
  | \b(?:does|do|must|should|has|have|is|was|will|did)\s+
        (?:i|we|the|a|an|my|our|his|her|every|each|recipients?|customers?|drivers?)\b
        .{0,40}\b(?:talk|speak|chat|put|hand|pass|transfer|connect)
  | \b(?:drivers?|recipients?|customers?|couriers?|he|she|they|parcel|package|it)\s+
        (?:can|could|may|must|should|will|has\s+to|have\s+to|wants?\s+to|was|is|be|gets?)\b
        .{0,30}\b(?:talk|speak|chat|put|hand|pass|transfer|connect)
  | \b(?:parcels?|packages?|letters?|shipments?|money|account|number|ownership)\b
        .{0,30}\b(?:hand|pass|transfer)
  | \b(?:hand|pass|transfer)(?:ed)?\s+(?:it|this)\b
    """,
)

_SPANISH = _rule(
    r"""
    \b(?:hablar|hable|chatear|conversar|comunicar(?:me|nos)?|comunique(?:n)?me|comunicame|contactar(?:me)?|
         pas(?:a|e)(?:n)?me|pasarme|conect(?:a|e)me|conectarme|transfi(?:e)?r(?:a|e)me|transferirme|ponme|
         pongame)
        \s+(?:\w+\s+){0,2}?(?:con|a)\s+(?:\w+\s+){0,2}?
        (?:personas?|humanos?|humana|agentes?|asesor(?:a|es)?|operador(?:a|es)?|representantes?|
           emplead[oa]s?|alguien|encargad[oa]|supervisor(?:a)?|gerente|responsable|atencion\s+al\s+cliente)\b
  | \b(?:quiero|necesito|dame|deme|prefiero|quisiera|pongan)\s+(?:(?:a|un|una|el|la)\s+)*
        (?:(?:humano|agente|asesora?|operadora?|representante|supervisora?)\b(?!\s+\w+\s+\w+\s+\w+)
           | persona\s+(?:real|humana|de\s+verdad)\b | persona\s*$)
  | \batencion\s+humana\b
  | \b(?:persona|humano|agente|alguien)\s+con\s+(?:quien|la\s+que|el\s+que)\s+(?:pueda|puedo|poder)\s+hablar
    """,
    r"""
    \bno\s+(?:quiero|necesito|hace\s+falta|deseo|quisiera|tengo)\b
  | \bhable\s+con\b.{0,40}\b(?:ayer|hoy|antes|hace)\b
  | \b(?:debo|tengo\s+que|hay\s+que|tiene\s+que|debe|es\s+necesario|sin)\s+hablar
    """,
)

_FRENCH = _rule(
    r"""
    \b(?:parler|discuter|echanger|communiquer|chatter|parle|joindre|contacter|transfere(?:r|z)?(?:-moi)?|
         passe(?:r|z)?(?:[\s-]moi)?|connecte(?:r|z)?(?:-moi)?|
         (?:mettre|mettez)(?:[\s-]moi)?\s+en\s+(?:relation|contact))
        \s+(?:(?:directement|plutot)\s+)?(?:(?:a|avec|au|aux|vers|un|une|le|la|l')\s*)+(?:\w+\s+){0,2}?
        (?:(?:vraie\s+)?personne|humaine?|etre\s+humain|conseiller(?:e|s)?|agents?|operat(?:eur|rice)|
           quelqu'un|employee?|responsable|representante?|teleconseiller|superieur|manager|
           service\s+client|quelqu\s?un)\b
  | \b(?:veux|voudrais|souhaite|prefere|besoin\s+d')\s*(?:(?:d'|un|une|le|la)\s*)*
        (?:(?:humain|agent|conseiller|conseillere|operateur)\b(?!\s+\w+\s+\w+\s+\w+)
           | vraie\s+personne\b | personne\s+reelle\b)
  | \b(?:quelqu'un|personne|conseiller|humain)\s+(?:a|avec)\s+qui\s+(?:je\s+(?:peux|puisse)\s+)?parler
    """,
    r"""
    \b(?:ne|n')\s*(?:\w+\s+)?(?:veux|souhaite|voudrais|ai)\s+pas\b
  | \b(?:veux|souhaite)\s+pas\s+parler
  | \b(?:ai|as|a|avons|avez)\s+(?:deja\s+)?parle\b
  | \b(?:dois-je|faut-il|doit-on|sans|il\s+faut|on\s+doit|est-ce\s+que\s+je\s+dois)\s+parler
    """,
)

_GERMAN_PERSON = r"""(?:
    mensch(?:en)?|person|mitarbeiter(?:n|in)?|berater(?:n|in)?|kolleg(?:en|in)|kundenberater|
    jemand(?:en|em)?|sachbearbeiter(?:in)?|agent(?:en)?|kundendienst|kundenservice|vorgesetzten?|chef|
    ansprechpartner|support|teamleiter|operator)"""

_GERMAN = _rule(
    rf"""
    \bmit\s+(?:\w+\s+){{0,3}}?{_GERMAN_PERSON}\s+(?:\w+\s+){{0,3}}?
        (?:sprechen|reden|chatten|schreiben|telefonieren|verbinden|verbunden|unterhalten)\b
  | \b(?:sprech(?:en|e)?|rede(?:n)?|verbinde(?:n)?|verbind)\s+(?:\w+\s+){{0,2}}?mit\s+(?:\w+\s+){{0,2}}?
        {_GERMAN_PERSON}\b
  | \b(?:verbinde(?:n)?|verbind)\s+(?:sie\s+)?(?:mich|uns)\b.{{0,20}}\b(?:an|mit|zu)\b
  | \b(?:will|mochte|moechte|brauche|hatte\s+gern(?:e)?|wunsche)\s+(?:bitte\s+)?(?:(?:einen|eine|n|nen)\s+)?
        (?:(?:echten?|richtigen?)\s+)?
        (?:(?:menschen|mitarbeiter(?:in)?|berater(?:in)?|ansprechpartner|kundenberater|agenten)\b
             (?!\s+\w+\s+\w+\s+\w+)
           | (?:echte|richtige)\s+person\b)
  | \b{_GERMAN_PERSON}\s*,?\s+mit\s+(?:dem|der)\s+ich\s+(?:sprechen|reden|chatten)
  | \bjemand(?:en|em)?\s+(?:aus\s+\w+\s+team\s+)?(?:sprechen|erreichen)\b
    """,
    r"""
    \b(?:nicht|kein(?:en|e|em)?|ohne)\b.{0,25}\b(?:mit|menschen|mitarbeiter|berater)
  | \b(?:muss|mussen|soll|sollen|muessen)\s+(?:ich|wir|man|der|die)\b
  | \b(?:muss|kann|soll|darf)\s+(?:der|die|mein|unser)\s+(?:fahrer|empfanger|zusteller|kunde|bote)
    """,
)

_PORTUGUESE = _rule(
    r"""
    \b(?:falar|falo|conversar|chamar|contatar|comunicar|passa(?:r|e)?|passe|transfer(?:e|ir)|transfira|
         conect(?:a|e|ar)|contactar)
        \s+(?:\w+\s+){0,2}?(?:com|para|pra|pro|a)\s+(?:\w+\s+){0,2}?
        (?:pessoas?|humanos?|humana|atendentes?|agentes?|operador(?:a|es)?|representantes?|alguem|
           funcionari[oa]s?|gerente|supervisor(?:a)?|consultor(?:a)?|responsavel|suporte)\b
  | \b(?:quero|preciso|prefiro|queria|gostaria)\s+(?:de\s+)?(?:(?:um|uma|o|a)\s+)*
        (?:(?:humano|atendente|agente|operadora?|representante|supervisora?)\b(?!\s+\w+\s+\w+\s+\w+)
           | pessoa\s+(?:real|de\s+verdade|humana)\b | pessoa\s*$)
  | \batendimento\s+humano\b
  | \b(?:pessoa|alguem|humano|atendente)\s+com\s+quem\s+(?:eu\s+)?(?:possa|posso|poder)\s+falar
    """,
    r"""
    \bnao\s+(?:quero|preciso|desejo|gostaria|e\s+necessario)\b
  | \b(?:devo|tenho\s+(?:que|de)|precisa|preciso\s+mesmo|deve|sem|e\s+preciso)\s+falar
    """,
)

_HINDI = _rule(
    r"""
    (?:इंसान|इन्सान|व्यक्ति|एजेंट|एजेन्ट|आदमी|प्रतिनिधि|कर्मचारी|मनुष्य|मैनेजर|मनेजर|अधिकारी|किसी|ग्राहक\s+सेवा|स्टाफ)
        \s+(?:से|के\s+साथ|को)\s+(?:\S+\s+){0,2}?
        (?:बात|बातचीत|चैट|संपर्क|सम्पर्क|जोड|कनेक्ट|मिलवा|बुला|मिला)
  | (?:इंसान|इन्सान|एजेंट|एजेन्ट|प्रतिनिधि|असली\s+व्यक्ति|असली\s+आदमी)\s+(?:की\s+मदद\s+)?(?:चाहिए|चाहिये)
  | \b(?:insaan|insan|agent|kisi|vyakti|aadmi|representative|manager)\s+(?:se|ke\s+saath)\s+(?:\w+\s+){0,2}?
        (?:baat|connect|chat)
    """,
    r"""
    बात\s+(?:की|हुई|हो)\s+(?:थी|गई|चुकी)|बात\s+(?:नहीं|नही|मत)|(?:नहीं|नही)\s+(?:करनी|चाहिए|करना)|क्या\s+(?:ड्राइवर|ग्राहक)|baat\s+(?:nahi|nahin|mat)
    """,
)

_ARABIC = _rule(
    r"""
    (?:التحدث|اتحدث|اتكلم|التكلم|الكلام|احكي|اكلم|كلم|تكليم|الحديث|التواصل|اتواصل|تواصل|الدردشه)
        \s+(?:\S+\s+){0,2}?(?:(?:مع|الي|ل)\s+)?(?:\S+\s+){0,1}?
        (?:ال|ل|لل)?(?:موظف|موظفه|موظفين|انسان|شخص|وكيل|ممثل|بشري|بشر|احد|مسوول|مدير|مشرف|خدمه\s+العملاء)\b
  | (?:حول|وصل|حولو|وصلو)ني\s+(?:\S+\s+)?(?:ال|ب|ل|لل)?
        (?:موظف|انسان|شخص|وكيل|ممثل|احد|مدير|مشرف|خدمه\s+العملاء)
  | (?:اريد|ابغي|ابي|عايز|عاوز|بدي|احتاج|اود|محتاج)\s+(?:الي\s+)?
        (?:موظف|موظفا|انسان|انسانا|وكيل|ممثل|شخص\s+حقيقي|شخصا\s+حقيقيا|الموظف|مشرف)(?:\s+\S+){0,2}\s*$
    """,
    r"""
    (?:لا|لم|ما)\s+(?:اريد|اود|ابغي|احتاج|ارغب|بدي)|(?:هل\s+(?:يجب|علي)|يجب\s+ان|بدون)
    """,
)

_FURTHER = tuple(map(_rule, (NO_ROBOT, ANYBODY, GIVE_ME)))

_RULES = (*_FURTHER, _ENGLISH, _SPANISH, _FRENCH, _GERMAN, _PORTUGUESE, _HINDI, _ARABIC)
