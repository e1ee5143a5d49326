"""Further ways to ask for a person: refusing the robot, asking whether anybody is there, "give me a …".

Verbose patterns over folded text (see `domain.texts.fold`), each about one sentence.
"""

NO_ROBOT = r"""
    \b(?:don't|do\s+not|dont|won't|hate|tired\s+of|sick\s+of|stop|refuse\s+to)\b.{0,20}
        \b(?:talk|speak|chat)(?:ing)?\s+(?:to|with)\s+(?:(?:a|an|this|your|some)\s+)?(?:\w+\s+)?
        (?:bots?|robots?|chatbots?|machines?|computers?)\b
  | \b(?:person|human|someone|somebody|agent)\b.{0,12}\bnot\s+(?:a|some|your|this)\s+(?:ro|chat)?bot\b
  | \bstop\s+being\s+a\s+(?:ro)?bot\b
  | \bno\s+(?:quiero|deseo)\s+(?:hablar\s+con\s+)?(?:(?:un|una|este|el)\s+)?(?:bots?|robots?|maquinas?)\b
  | \bpas\s+(?:parler|discuter|echanger)\s+(?:a|avec)\s+(?:(?:un|une|ce|votre)\s+)?
        (?:chatbot|bot|robot|machine)\b
  | \bpas\s+(?:de|un)\s+(?:chatbot|bot|robot)\b.{0,20}\b(?:personne|humain|quelqu'un)\b
  | \bnicht\s+(?:\w+\s+)?mit\s+(?:\w+\s+){0,2}?(?:ro|chat)?bot\b
  | \bkein(?:en)?\s+(?:ro|chat)?bot\b
  | \bnao\s+quero\s+(?:falar\s+com\s+)?(?:(?:um|uma|esse|o)\s+)?(?:bots?|robos?|maquinas?)\b
  | (?:बॉट|रोबोट|मशीन)\s+से\s+(?:\S+\s+)?(?:बात|चैट)\s+(?:नहीं|नही|मत)
  | (?:لا|ما|مش|مو)\s+(?:اريد|ابغي|ابي|عايز|عاوز|بدي|اود)\s+(?:\S+\s+){0,2}?(?:ال)?(?:روبوت|بوت)
"""

ANYBODY = r"""
    \b(?:is|are)\s+there\s+(?:a|an|any)\s+(?:(?:real|live|actual)\s+)+(?:persons?|people|humans?)\b
  | ^\s*(?:hello,?\s+)?is\s+(?:anyone|anybody|someone|somebody)\s+(?:there|here)\s*$
  | \b(?:can|could)\s+(?:(?:somebody|someone)\s+real|a\s+person|a\s+real\s+person)\s+(?:please\s+)?
        (?:answer|help|write|talk)\b
  | \bhay\s+alguien\s+(?:ahi|aqui|alli)\s*$
  | \bhay\s+(?:alguna?|una?)\s+(?:persona|humano|agente)\s+(?:real|de\s+verdad|humana?|disponible)\b
  | ^\s*(?:bonjour,?\s+)?(?:il\s+)?y\s+a(?:-t-il)?\s+quelqu'un(?:\s+(?:ici|la))?\s*$
  | \by\s+a-t-il\s+une?\s+(?:humain|vraie\s+personne|conseiller|conseillere)\b
  | ^\s*(?:hallo,?\s+)?ist\s+(?:da|hier|dort)\s+(?:jemand|wer)\s*$
  | \bgibt\s+es\s+(?:hier\s+)?(?:auch\s+)?(?:einen\s+)?(?:echten?|richtigen?)\s+menschen\b
  | ^\s*(?:oi,?\s+)?tem\s+alguem\s+(?:ai|aqui)\s*$
  | \btem\s+(?:(?:uma|alguma)\s+)?pessoa\s+(?:real|de\s+verdade|humana)\b
  | هل\s+(?:يوجد|هناك)\s+(?:اي\s+)?(?:موظف|انسان|شخص\s+حقيقي|احد\s+هنا)
"""

GIVE_ME = r"""
    \b(?:can|could|may)\s+i\s+(?:please\s+)?(?:get|have)\s+an?\s+(?:(?:real|live|actual|human)\s+)*
        (?:human|agent|representative|operator|(?<=real\s)person)\b(?!\s+\w+\s+\w+\s+\w+)
  | \b(?:want|need|get\s+me)\s+(?:someone|somebody)(?:\s+real\b|\s*$)
  | \bcomplain\s+to\s+(?:a|the|your)\s+(?:manager|supervisor|boss)\b
  | \b(?:gib|gebt|geben\s+sie|hol|holt|holen\s+sie|schick|schicken\s+sie)\s+(?:mir\s+)?(?:\w+\s+){0,2}?
        (?:menschen|mitarbeiter(?:in)?|berater(?:in)?|kolleg(?:en|in)|ansprechpartner|chef|vorgesetzten|jemanden)\b
  | \bkann\s+ich\s+(?:bitte\s+)?(?:endlich\s+)?einen\s+(?:(?:echten|richtigen)\s+)?
        (?:menschen|mitarbeiter|berater|ansprechpartner)\s+(?:haben|sprechen|bekommen)\b
  | \bkann\s+mich\s+(?:bitte\s+)?jemand\s+(?:anrufen|zuruckrufen|kontaktieren)\b
  | ^\s*(?:mitarbeiter|menschen|berater|jemanden)\s+sprechen\s*$
  | \bpasse(?:r|z)?[\s-]moi\s+(?:quelqu'un|une?\s+(?:humain|personne|conseillere?|agent|responsable))\b
  | \b(?:puis-je|je\s+peux|pourrais-je)\s+avoir\s+une?\s+(?:humain|personne|conseillere?|agent)\b
  | \b(?:ayuda|atencion)\s+de\s+(?:una?\s+)?(?:persona|humano|agente)\b
  | \bme\s+atienda\s+(?:una?\s+)?(?:persona|humano|agente)\b
  | \b(?:ser\s+)?atendid[oa]\s+por\s+(?:uma?\s+)?(?:pessoa|humano|atendente|alguem)\b
  | (?:احكي|اكلم|اتكلم|اتحدث)\s+(?:مع\s+)?حدا?\b
"""
