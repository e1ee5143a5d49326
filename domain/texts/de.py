"""System texts in German."""

from domain.texts.keys import Key

TEXTS: dict[Key, str] = {
    Key.GREETING: "Hallo! Ich bin der Assistent von {company}. Fragen Sie mich einfach; ich antworte aus "
    "unseren Unterlagen und kann jederzeit einen Menschen dazuholen.",
    Key.HELP: "Schreiben Sie einfach Ihre Frage. Ich antworte aus den Unterlagen von {company} und zeige, "
    "wo es steht. Für ein Gespräch mit einem Menschen drücken Sie den Knopf, senden Sie /human oder "
    "schreiben Sie „Mitarbeiter“.",
    Key.PRIVACY: "{company} speichert Ihre Nachrichten, um Ihnen zu helfen, und löscht sie nach einiger "
    "Zeit. Sie können jederzeit eine Kopie oder die Löschung verlangen: Drücken Sie einen Knopf oder "
    "schreiben Sie einem Menschen.",
    Key.BUTTON_HUMAN: "Mit einem Menschen sprechen",
    Key.BUTTON_REOPEN: "Noch nicht gelöst",
    Key.BUTTON_SOLVED: "Das hat geholfen",
    Key.BUTTON_YES: "Ja",
    Key.BUTTON_NO: "Nein",
    Key.SOURCES: "Quellen",
    Key.HELLO: "Hallo! Wie kann ich Ihnen helfen?",
    Key.WELCOME: "Gern geschehen! Kann ich sonst noch etwas für Sie tun?",
    Key.GOODBYE: "Auf Wiedersehen und einen schönen Tag! Schreiben Sie einfach, wenn Sie etwas brauchen.",
    Key.ALL_RIGHT: "In Ordnung. Schreiben Sie einfach, wenn Sie etwas brauchen.",
    Key.GO_ON: "Gern: Was möchten Sie wissen?",
    Key.SORRY_ANGER: "Ich verstehe, dass das ärgerlich ist. Das tut mir leid.",
    Key.SORRY_SADNESS: "Das tut mir sehr leid.",
    Key.SORRY_FEAR: "Ich verstehe, dass Sie sich Sorgen machen. Wir klären das.",
    Key.REFUSAL: "Das habe ich in unseren Unterlagen nicht gefunden, und raten möchte ich nicht. "
    "Möchten Sie mit einem Menschen sprechen?",
    Key.OFFER: "Möchten Sie mit einem Menschen sprechen?",
    Key.CLARIFY_PREFIX: "Eine Rückfrage, damit ich richtig helfen kann:",
    Key.QUOTED: "Das steht in unseren Unterlagen:",
    Key.HANDOFF: "Ich verbinde Sie mit einem Menschen aus unserem Team.",
    Key.HANDOFF_ASSIGNED: "{agent} aus unserem Team antwortet Ihnen hier. Sie müssen nichts wiederholen.",
    Key.HANDOFF_QUEUED: "Zurzeit sind alle im Gespräch. Sie sind Nummer {position} in der Warteschlange; "
    "die Antwort kommt hierher.",
    Key.HANDOFF_ALREADY: "Ein Mensch kümmert sich bereits darum und antwortet Ihnen hier.",
    Key.AGENT_JOINED: "{agent} ist jetzt im Gespräch.",
    Key.TRANSFERRED: "{agent} kümmert sich jetzt um Ihr Anliegen.",
    Key.RELEASED: "Ihre Ansprechperson musste gehen. Wir suchen jemand anderen; Sie behalten Ihren Platz.",
    Key.RESOLVED: "{agent} hat Ihr Anliegen als erledigt markiert. Ist noch etwas offen, schreiben Sie "
    "einfach.",
    Key.SURVEY: "Wie waren wir? 1 heißt sehr schlecht, 5 heißt sehr gut.",
    Key.RATING_LABELS: "Sehr schlecht|Schlecht|Mittel|Gut|Sehr gut",
    Key.COMMENT_PROMPT: "Möchten Sie uns kurz sagen, warum?",
    Key.COMMENT_WRITE: "Schreiben Sie jetzt Ihren Kommentar, wir geben ihn weiter.",
    Key.COMMENT_TITLE: "Ihr Kommentar",
    Key.COMMENT_LABEL: "Was sollten wir wissen?",
    Key.COMMENT_SKIP: "Überspringen",
    Key.THANKS_RATING: "Danke für Ihre Bewertung!",
    Key.THANKS_COMMENT: "Danke, wir lesen das aufmerksam.",
    Key.GLAD: "Schön, dass ich helfen konnte!",
    Key.REOPENED: "Ihr Anliegen ist wieder offen. Wir melden uns hier.",
    Key.STATUS_BOT: "Sie sprechen mit dem Assistenten. Es wartet kein Anliegen.",
    Key.STATUS_WAITING: "Ihr Anliegen wartet auf einen Menschen. Sie sind Nummer {position} in der "
    "Warteschlange.",
    Key.STATUS_AGENT: "{agent} kümmert sich um Ihr Anliegen.",
    Key.STATUS_NONE: "Sie haben kein offenes Anliegen. Schreiben Sie einfach, wenn Sie etwas brauchen.",
    Key.LANGUAGE_SET: "Gut, ich antworte ab jetzt auf Deutsch.",
    Key.LANGUAGE_CHOOSE: "Welche Sprache möchten Sie?",
    Key.LANGUAGE_UNKNOWN: "Diese Sprache spreche ich noch nicht. Zur Auswahl stehen: {choices}.",
    Key.FILE_RECEIVED: "Ihre Datei ist angekommen, aber Dateien kann ich nicht lesen. "
    "Wenn Sie möchten, gebe ich sie an einen Menschen weiter.",
    Key.FILE_LOST: "Diese Datei konnte nicht abgeholt werden. Schicken Sie sie bitte noch einmal?",
    Key.FILE_TOO_BIG: "Diese Datei ist zu groß. Die Grenze liegt bei {megabytes} MB.",
    Key.TOO_LONG_PASSED: "Ihre Nachricht war sehr lang; unser Team bekommt sie ganz, als Datei.",
    Key.TOO_LONG: "Ihre Nachricht war sehr lang; ich habe die ersten {limit} Zeichen gelesen.",
    Key.TRY_AGAIN: "Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es gleich noch einmal.",
    Key.UNKNOWN_COMMAND: "Diesen Befehl kenne ich nicht. Senden Sie /help, um zu sehen, was ich kann.",
    Key.NOT_ALLOWED: "Das ist hier leider nicht möglich.",
    Key.OFFLINE_NOTICE: "Aus unserem Team ist gerade niemand online. Ihre Nachricht ist gespeichert, "
    "und ein Mensch antwortet Ihnen hier.",
    Key.OPENS_AT: "Wir sind um {time} wieder da.",
    Key.LINK_CODE: "Ihr Code lautet {code}. Senden Sie innerhalb von {minutes} Minuten /link mit diesem "
    "Code von Ihrem anderen Konto.",
    Key.LINK_DONE: "Ihre Konten sind jetzt verbunden. Wollten Sie das nicht, senden Sie /unlink.",
    Key.LINK_WRONG: "Dieser Code ist falsch oder abgelaufen. Senden Sie /link für einen neuen.",
    Key.LINK_PRIVATE: "Bitte senden Sie /link in einem privaten Chat mit mir, damit sonst niemand "
    "den Code sieht.",
    Key.LINK_HERE: "Dieser Code ist für Ihr anderes Konto: Senden Sie /link mit dem Code von dort.",
    Key.LINK_LATER: "Zu viele falsche Codes. Bitte versuchen Sie es in {minutes} Minuten noch einmal.",
    Key.LINK_NONE: "Ihr Konto ist mit keinem anderen verbunden.",
    Key.UNLINKED: "Ihre Konten sind wieder getrennt.",
    Key.ERASE_CONFIRM: "Sollen wir alles löschen, was wir über Sie gespeichert haben? Das lässt sich nicht "
    "rückgängig machen.",
    Key.ERASED: "Alles, was wir über Sie gespeichert hatten, ist gelöscht.",
    Key.EXPORTED: "Das ist alles, was wir über Sie gespeichert haben.",
    Key.BUTTON_MY_DATA: "Meine Daten",
    Key.BUTTON_ERASE: "Meine Daten löschen",
    Key.BUTTON_ERASE_YES: "Ja, alles löschen",
    Key.KEPT_NOTHING: "Wir haben nichts über Sie gespeichert.",
    Key.IN_PRIVATE: "Bitte fragen Sie das in einem privaten Chat mit mir: Es geht sonst niemanden etwas an.",
    Key.ERASE_OPEN: "Ihre offene Anfrage wird geschlossen.",
    Key.COMMAND_START: "Hallo sagen",
    Key.COMMAND_ASK: "Eine Frage stellen",
    Key.COMMAND_HUMAN: "Mit einem Menschen sprechen",
    Key.COMMAND_STATUS: "Stand Ihres Anliegens",
    Key.COMMAND_LANGUAGE: "Sprache wählen",
    Key.COMMAND_HELP: "Was ich kann",
    Key.COMMAND_PRIVACY: "Was wir speichern und Ihre Rechte",
    Key.COMMAND_LINK: "Konto einer anderen Plattform verbinden",
    Key.COMMAND_UNLINK: "Verbundene Konten trennen",
}
