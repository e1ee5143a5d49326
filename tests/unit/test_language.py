"""A customer is answered in the language they write, chose, or wrote before."""

import pytest

from brain.language import Languages
from domain.texts import TABLES, Key
from tests.unit.brain_parts import LANGUAGES, customer, turn

QUESTIONS = {
    "en": "How much does express delivery cost?",
    "es": "¿Cuánto cuesta el envío exprés a Alemania?",
    "fr": "Combien coûte la livraison express en Allemagne ?",
    "de": "Was kostet der Expressversand nach Frankreich?",
    "pt": "Quanto custa a entrega expressa para a Alemanha?",
    "hi": "एक्सप्रेस डिलीवरी का शुल्क कितना है?",
    "ar": "كم تكلفة التوصيل السريع؟",
}


@pytest.mark.parametrize("language", QUESTIONS)
def test_a_question_is_recognised(language: str) -> None:
    assert LANGUAGES.of(turn(QUESTIONS[language], platform_language="en")) == language


@pytest.mark.parametrize("language", TABLES)
def test_longer_texts_are_recognised_in_nineteen_of_twenty_cases(language: str) -> None:
    texts = [text for text in TABLES[language].values() if len(text.split()) >= 8]
    right = sum(LANGUAGES.detect(text) == language for text in texts)
    assert right >= 0.95 * len(texts)


def test_the_customers_choice_counts_more_than_what_they_write() -> None:
    assert LANGUAGES.of(turn(QUESTIONS["de"], language="fr")) == "fr"


def test_a_short_text_keeps_the_conversations_language() -> None:
    history = [customer(QUESTIONS["de"]), customer("ok")]
    assert LANGUAGES.of(turn("DE 4711", history=history, platform_language="en")) == "de"


def test_a_short_first_text_gets_the_platforms_language() -> None:
    assert LANGUAGES.of(turn("Tracking 4711", platform_language="pt-br")) == "pt"


def test_without_any_sign_it_is_english() -> None:
    assert LANGUAGES.of(turn("4711")) == "en"
    assert LANGUAGES.of(turn("")) == "en"


def test_a_platform_language_that_is_not_spoken_is_no_sign() -> None:
    assert LANGUAGES.of(turn("4711", platform_language="nl")) == "en"


def test_a_switch_of_language_is_followed() -> None:
    assert LANGUAGES.of(turn(QUESTIONS["fr"], history=[customer(QUESTIONS["de"])])) == "fr"


@pytest.mark.parametrize(("text", "language"), [("¿Precio?", "es"), ("Größe? Maße?", "de"), ("نعم", "ar")])
def test_letters_of_one_language_settle_it(text: str, language: str) -> None:
    assert LANGUAGES.of(turn(text, platform_language="en")) == language


def test_a_german_customers_ok_is_answered_in_german() -> None:
    assert LANGUAGES.of(turn("thanks", history=[customer(QUESTIONS["de"])]), hint="en") == "de"
    assert LANGUAGES.of(turn("danke", platform_language="en"), hint="de") == "de"


def test_the_large_models_agree_with_the_small_ones_on_plain_questions() -> None:
    assert Languages(accurate=True).detect(QUESTIONS["de"]) == "de"
    assert TABLES["de"][Key.BUTTON_YES] == "Ja"


SHORT = {
    "en": "Is there a real person here?|where is my order|and for express?|it says it was delivered",
    "es": "y para Francia|cancelar mi pedido por favor|está asegurado|qué pasa si no estoy en casa",
    "fr": "ça ne m'aide pas|et le samedi|où est mon colis|pouvez-vous vérifier",
    "de": "was kostet Express|und nach Spanien|ich warte immer noch|wenn ich nicht da bin",
    "pt": "quero um humano|Quero falar com um atendente|quero um reembolso|e aos sábados",
    "hi": "mujhe insaan se baat karni hai|mera parcel kahan hai",
}


@pytest.mark.parametrize(("language", "text"), [(a, b) for a in SHORT for b in SHORT[a].split("|")])
def test_a_short_first_message_is_answered_in_its_own_language(language: str, text: str) -> None:
    assert LANGUAGES.of(turn(text, platform_language=language)) == language
    assert LANGUAGES.of(turn(text)) == language
