"""What customers see from the service itself, in their language."""

from domain.answer import Answer
from domain.content import Button, Buttons, ButtonStyle, Content, Paragraph, Sources, Span, Style, text
from domain.texts import LANGUAGES, Key, rating_labels, say


def human_button(language: str, *, primary: bool = False) -> Button:
    """The way to a person that every message of the bot has."""
    style = ButtonStyle.PRIMARY if primary else ButtonStyle.PLAIN
    return Button("human", say(Key.BUTTON_HUMAN, language), "", style)


def answered(answer: Answer, *, notice: str = "") -> Content:
    """An answer with its sources and the ways to go on."""
    content = answer.content
    if notice:
        content = content.plus(Paragraph((Span(notice, Style.ITALIC),)))
    if answer.sources:
        content = content.plus(Sources(answer.sources))
    human = human_button(answer.language, primary=answer.refused)
    solved = Button("solved", say(Key.BUTTON_SOLVED, answer.language))
    return content.plus(Buttons((solved, human) if answer.sources else (human,)))


def offered(words: str, language: str) -> Content:
    """A text of the service with the way to a person."""
    return text(words).plus(Buttons((human_button(language),)))


def survey(resolution: str, language: str) -> Content:
    """How did we do? Five buttons."""
    buttons = tuple(Button("rate", f"{number} ⭐", f"{resolution}:{number}") for number in range(1, 6))
    return text(say(Key.SURVEY, language)).plus(Buttons(buttons))


def resolved(agent: str, ticket: str, language: str) -> Content:
    """The end of a request, with the way back."""
    again = Button("reopen", say(Key.BUTTON_REOPEN, language), ticket)
    return text(say(Key.RESOLVED, language, agent=agent)).plus(Buttons((again,)))


def rated(rating: int, resolution: str, language: str, *, comment: bool) -> Content:
    """The survey after a press: what was chosen; it can be changed by pressing again."""
    labels = rating_labels(language)
    stars = "⭐" * rating
    said = Paragraph(
        (Span(f"{stars} {labels[rating - 1]}. ", Style.BOLD), Span(say(Key.THANKS_RATING, language)))
    )
    if not comment:
        return Content((said,))
    ask = Paragraph((Span(say(Key.COMMENT_PROMPT, language)),))
    add = Button("comment", say(Key.BUTTON_YES, language), resolution)
    skip = Button("skip", say(Key.COMMENT_SKIP, language), resolution)
    return Content((said, ask, Buttons((add, skip))))


def languages(language: str) -> Content:
    """A button for each language, in its own words."""
    buttons = tuple(Button("language", name, code) for code, name in LANGUAGES.items())
    return text(say(Key.LANGUAGE_CHOOSE, language)).plus(Buttons(buttons))
