"""System texts in French."""

from domain.texts.keys import Key

TEXTS: dict[Key, str] = {
    Key.GREETING: "Bonjour ! Je suis l'assistant de {company}. Posez-moi vos questions ; je réponds à "
    "partir de nos documents et je peux faire venir une personne à tout moment.",
    Key.HELP: "Écrivez simplement votre question. Je réponds à partir des documents de {company} et "
    "j'indique où c'est écrit. Pour parler à une personne, appuyez sur le bouton, envoyez /human ou "
    "écrivez « conseiller ».",
    Key.PRIVACY: "{company} conserve vos messages pour pouvoir vous aider et les supprime après un certain "
    "temps. Vous pouvez demander une copie ou l'effacement à tout moment : appuyez sur un bouton ou "
    "écrivez à une personne.",
    Key.BUTTON_HUMAN: "Parler à une personne",
    Key.BUTTON_REOPEN: "Ce n'est pas résolu",
    Key.BUTTON_SOLVED: "Cela m'a aidé",
    Key.BUTTON_YES: "Oui",
    Key.BUTTON_NO: "Non",
    Key.SOURCES: "Sources",
    Key.HELLO: "Bonjour ! Comment puis-je vous aider ?",
    Key.WELCOME: "Avec plaisir ! Puis-je vous aider pour autre chose ?",
    Key.GOODBYE: "Au revoir et bonne journée ! Écrivez-moi quand vous en avez besoin.",
    Key.ALL_RIGHT: "Très bien. Écrivez-moi quand vous en avez besoin.",
    Key.GO_ON: "Je vous écoute : que souhaitez-vous savoir ?",
    Key.SORRY_ANGER: "Je comprends que ce soit frustrant et j'en suis désolé.",
    Key.SORRY_SADNESS: "Je suis désolé de l'apprendre.",
    Key.SORRY_FEAR: "Je comprends votre inquiétude. Voyons cela ensemble.",
    Key.REFUSAL: "Je n'ai pas trouvé cela dans nos documents et je ne veux pas deviner. "
    "Voulez-vous parler à une personne ?",
    Key.OFFER: "Voulez-vous parler à une personne ?",
    Key.CLARIFY_PREFIX: "Une question, pour bien vous aider :",
    Key.QUOTED: "Voici ce que disent nos documents :",
    Key.HANDOFF: "Je vous mets en relation avec une personne de notre équipe.",
    Key.HANDOFF_ASSIGNED: "{agent}, de notre équipe, va vous répondre ici. Inutile de tout répéter.",
    Key.HANDOFF_QUEUED: "Toute notre équipe est occupée pour le moment. Vous êtes numéro {position} dans "
    "la file ; la réponse arrivera ici.",
    Key.HANDOFF_ALREADY: "Une personne s'en occupe déjà et vous répondra ici.",
    Key.AGENT_JOINED: "{agent} a rejoint la conversation.",
    Key.TRANSFERRED: "{agent} s'occupe maintenant de votre demande.",
    Key.RELEASED: "La personne qui vous répondait a dû partir. Nous cherchons quelqu'un d'autre ; "
    "vous gardez votre place.",
    Key.RESOLVED: "{agent} a marqué votre demande comme résolue. S'il reste une question, écrivez-nous.",
    Key.SURVEY: "Êtes-vous satisfait ? 1 : très mauvais, 5 : très bien.",
    Key.RATING_LABELS: "Très mauvais|Mauvais|Moyen|Bien|Très bien",
    Key.COMMENT_PROMPT: "Souhaitez-vous nous dire pourquoi ?",
    Key.COMMENT_WRITE: "Écrivez votre commentaire maintenant, nous le transmettrons.",
    Key.COMMENT_TITLE: "Votre commentaire",
    Key.COMMENT_LABEL: "Que devons-nous savoir ?",
    Key.COMMENT_SKIP: "Passer",
    Key.THANKS_RATING: "Merci pour votre note !",
    Key.THANKS_COMMENT: "Merci, nous lirons cela avec attention.",
    Key.GLAD: "Ravi d'avoir pu vous aider !",
    Key.REOPENED: "Votre demande est de nouveau ouverte. Nous vous répondrons ici.",
    Key.STATUS_BOT: "Vous parlez à l'assistant. Aucune demande n'est en attente.",
    Key.STATUS_WAITING: "Votre demande attend une personne. Vous êtes numéro {position} dans la file.",
    Key.STATUS_AGENT: "{agent} s'occupe de votre demande.",
    Key.STATUS_NONE: "Vous n'avez aucune demande ouverte. Écrivez-nous quand vous en avez besoin.",
    Key.LANGUAGE_SET: "D'accord, je répondrai désormais en français.",
    Key.LANGUAGE_CHOOSE: "Quelle langue préférez-vous ?",
    Key.LANGUAGE_UNKNOWN: "Je ne parle pas encore cette langue. Vous pouvez choisir : {choices}.",
    Key.FILE_RECEIVED: "J'ai bien reçu votre fichier, mais je ne peux pas lire les fichiers. "
    "Si vous voulez, je le transmets à une personne.",
    Key.FILE_TOO_BIG: "Ce fichier est trop volumineux. La limite est de {megabytes} Mo.",
    Key.TOO_LONG_PASSED: "Votre message était très long : la personne le reçoit sous forme de fichier.",
    Key.TOO_LONG: "Votre message était très long ; j'ai lu les {limit} premiers caractères.",
    Key.TRY_AGAIN: "Un problème est survenu de notre côté. Veuillez réessayer dans un instant.",
    Key.UNKNOWN_COMMAND: "Je ne connais pas cette commande. Envoyez /help pour voir ce que je sais faire.",
    Key.NOT_ALLOWED: "Désolé, vous ne pouvez pas faire cela ici.",
    Key.OFFLINE_NOTICE: "Personne de notre équipe n'est en ligne pour le moment. Votre message est "
    "conservé et une personne vous répondra ici.",
    Key.OPENS_AT: "Nous serons de retour à {time}.",
    Key.LINK_CODE: "Votre code est {code}. Envoyez /link avec ce code depuis votre autre compte dans les "
    "{minutes} minutes.",
    Key.LINK_DONE: "Vos comptes sont maintenant liés.",
    Key.LINK_WRONG: "Ce code est faux ou a expiré. Envoyez /link pour en obtenir un nouveau.",
    Key.LINK_PRIVATE: "Envoyez /link dans une conversation privée avec moi, pour que personne "
    "d'autre ne voie le code.",
    Key.LINK_HERE: "Ce code est destiné à votre autre compte : envoyez /link avec ce code depuis celui-ci.",
    Key.LINK_LATER: "Trop de codes erronés. Veuillez réessayer dans {minutes} minutes.",
    Key.LINK_NONE: "Votre compte n'est lié à aucun autre.",
    Key.UNLINKED: "Vos comptes sont de nouveau séparés.",
    Key.ERASE_CONFIRM: "Devons-nous effacer tout ce que nous conservons sur vous ? C'est irréversible.",
    Key.ERASED: "Tout ce que nous conservions sur vous a été effacé.",
    Key.EXPORTED: "Voici tout ce que nous conservons sur vous.",
    Key.COMMAND_START: "Dire bonjour",
    Key.COMMAND_ASK: "Poser une question",
    Key.COMMAND_HUMAN: "Parler à une personne",
    Key.COMMAND_STATUS: "Voir l'état de votre demande",
    Key.COMMAND_LANGUAGE: "Choisir votre langue",
    Key.COMMAND_HELP: "Ce que je sais faire",
    Key.COMMAND_PRIVACY: "Ce que nous conservons et vos droits",
    Key.COMMAND_LINK: "Relier votre compte d'une autre plateforme",
    Key.COMMAND_UNLINK: "Séparer vos comptes liés",
}
