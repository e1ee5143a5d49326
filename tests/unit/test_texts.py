"""What the service says by itself is complete and correct in every language."""

import string

import pytest

from domain.texts import LANGUAGES, TABLES, Key, known_language, rating_labels, say

VALUES = {
    "agent": "Maya",
    "choices": "English, Deutsch",
    "code": "4711",
    "company": "Parcelly",
    "limit": 4000,
    "megabytes": 20,
    "minutes": 10,
    "position": 3,
    "time": "08:00",
}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_languages_offered_are_those_with_a_table() -> None:
    assert list(LANGUAGES) == list(TABLES) == ["en", "es", "fr", "de", "pt", "hi", "ar"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_has_every_text_with_the_same_placeholders(language: str) -> None:
    assert set(TABLES[language]) == set(Key)
    for key in Key:
        assert placeholders(TABLES[language][key]) == placeholders(TABLES["en"][key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_can_be_said_and_fits_where_it_is_shown(language: str) -> None:
    for key in Key:
        said = say(key, language, **VALUES)
        assert said.strip() == said
        assert said
        assert "{" not in said
        if key.startswith("command_"):
            assert len(said) <= 100, "Discord allows 100 characters in a command's description"
        if key.startswith("button_"):
            assert len(said) <= 40, "longer labels are cut on phones"


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_a_translation_is_not_the_english_text_again(language: str) -> None:
    same = {key for key in Key if TABLES[language][key] == TABLES["en"][key]}
    assert same <= {Key.SOURCES, Key.BUTTON_NO}


def test_an_unknown_language_gets_english() -> None:
    assert say(Key.HELLO, "tlh") == say(Key.HELLO, "") == say(Key.HELLO, "en")


def test_a_regional_language_gets_its_own_table() -> None:
    assert say(Key.HELLO, "pt-BR") == say(Key.HELLO, "pt")
    assert say(Key.HELLO, "de_AT") == say(Key.HELLO, "de")


def test_values_with_braces_are_shown_as_they_are() -> None:
    assert "{company}" in say(Key.AGENT_JOINED, "en", agent="{company}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_five_rating_labels(language: str) -> None:
    assert len(set(rating_labels(language))) == 5


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("de", "de"),
        ("Deutsch", "de"),
        ("German", "de"),
        ("espanol", "es"),
        ("Español", "es"),
        ("FRANCAIS", "fr"),
        ("pt-BR", "pt"),
        ("हिन्दी", "hi"),
        ("العربية", "ar"),
        ("Klingon", ""),
        ("", ""),
    ],
)
def test_people_name_a_language_in_their_own_way(name: str, code: str) -> None:
    assert known_language(name) == code
