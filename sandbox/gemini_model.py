"""How the stand-in for Gemini reads a prompt and answers it, always the same way.

It knows nothing of who asks. Passages are whatever stands in a tag with an id (``<x id="p1">…</x>``), the
question is the last tag named like one, else the last text. It answers in the response schema of the
request: a property with choices is the action, a list is the citations, the other one is the answer.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a prompt asks, as far as the stand-in reads it."""

    text: str
    passages: Mapping[str, str]
    instruction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer before it takes the shape of the schema."""

    action: str
    answer: str
    cited: tuple[str, ...] = ()


def read(body: Mapping[str, Any]) -> Question:
    """Find the passages and the question in a request."""
    texts = [text for content in body.get("contents", []) for text in _texts(content)]
    whole = "\n".join(texts)
    passages = {match["id"]: match["body"].strip() for match in _PASSAGE.finditer(whole)}
    named = _ASKED.findall(whole)
    text = named[-1][1] if named else _PASSAGE.sub("", texts[-1] if texts else "")
    system = body.get("systemInstruction") or body.get("system_instruction") or {}
    return Question(text=text.strip(), passages=passages, instruction="\n".join(_texts(system)))


def respond(asked: Question) -> Said:
    """Answer with the sentences of the passages that share the most words with the question."""
    if _HUMAN.search(asked.text):
        return Said(action="handoff", answer="I am passing you on to a colleague.")
    wanted = _stems(asked.text)
    ranked = sorted(
        (
            (len(wanted & _stems(sentence)), -number, label, sentence)
            for label, body in asked.passages.items()
            for number, sentence in enumerate(_sentences(body))
        ),
        key=lambda entry: (-entry[0], -entry[1]),
    )
    if not ranked or not ranked[0][0]:
        if len(wanted) < 2:
            return Said(action="clarify", answer="Could you tell me a little more about what you need?")
        return Said(action="reply", answer="The documents do not say anything about this.")
    best = [entry for entry in ranked[:2] if entry[0] * 2 > ranked[0][0]]
    answer = " ".join(sentence for *_, sentence in best)
    return Said(action="reply", answer=answer, cited=tuple(dict.fromkeys(label for _, _, label, _ in best)))


def answered(asked: Question, wanted: Mapping[str, Any]) -> Said:
    """An answer from the passages; without an action to choose, the message itself."""
    properties = wanted.get("properties") or _DEFAULT
    if any("enum" in each for each in properties.values()):
        return respond(asked)
    return Said(action="", answer=asked.text)


def shaped(said: Said, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """An answer in the form that the request asks for."""
    properties = wanted.get("properties") or _DEFAULT
    shape: dict[str, Any] = {}
    for name, property_ in properties.items():
        kind = str(property_.get("type", "")).upper()
        if "enum" in property_:
            shape[name] = said.action
        elif kind == "ARRAY":
            shape[name] = list(said.cited)
        elif kind in {"STRING", ""}:
            shape[name] = said.answer
    return shape


_DEFAULT: Mapping[str, Any] = {"action": {"enum": []}, "answer": {}, "cited": {"type": "ARRAY"}}
_PASSAGE = re.compile(
    r'<(?P<tag>[\w-]+)\b[^>]*?\bid="(?P<id>[^"]+)"[^>]*>(?P<body>.*?)</(?P=tag)>', re.DOTALL
)
_ASKED = re.compile(
    r"<((?:message|question|query|customer)[\w-]*)[^>]*>(.*?)</\1>", re.DOTALL | re.IGNORECASE
)
_HUMAN = re.compile(
    r"\b(?:human|real person|agent|(?:talk|speak) to (?:a |some)|mensch|mitarbeiter|humano|(?:con|com) una? p"
    r"|conseiller|atendente)|इंसान|موظف",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]{2,}|\d+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_COMMON = re.compile(
    r"(?:the|and|for|are|you|your|can|how|what|when|where|which|who|why|with|does|has|have|not|from|that|this|"
    r"is|it|of|to|in|on|at|an|my|me|do|we|be|or|if|der|die|das|und|ist|wie|was|ein|eine|für|mit|ich|wo|de|la|"
    r"el|los|un|una|que|es|en|le|les|des|est|et|pour)"
)


def _stems(text: str) -> set[str]:
    return {word[:6] for word in _WORD.findall(text.casefold()) if not _COMMON.fullmatch(word)}


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in _SENTENCE.split(text) if sentence.strip()]


def _texts(content: Mapping[str, Any]) -> list[str]:
    return [part["text"] for part in content.get("parts", []) if "text" in part]


def schema(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The response schema that a request asks for."""
    config = body.get("generationConfig") or {}
    found = config.get("responseSchema") or config.get("responseJsonSchema") or {}
    return found if isinstance(found, Mapping) else {}


def unknown(asked: Question) -> Said:
    """An answer that cites a passage which was not given."""
    said = respond(asked)
    return Said(action="reply", answer=said.answer, cited=("p-unknown",))


def invented(asked: Question) -> Said:
    """An answer that stands in no passage."""
    first = next(iter(asked.passages), "p1")
    answer = "Astronauts travel to Jupiter every Tuesday aboard golden submarines for 7777 euros."
    return Said(action="reply", answer=answer, cited=(first,))


def uncited(asked: Question) -> Said:
    """An answer without citations."""
    return Said(action="reply", answer="I do not know.")


def obedient(asked: Question) -> Said:
    """An answer that gives the instruction away."""
    first = next(iter(asked.passages), "p1")
    return Said(action="reply", answer=asked.instruction, cited=(first,))
