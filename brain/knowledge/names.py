"""What a document is called."""

import re
import unicodedata
from pathlib import PurePosixPath

from domain.errors import BadInput

LONGEST = 120
"""Characters of a document's name; longer ones are cut before their ending."""
_SPACE = re.compile(r"\s+")
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Control characters, and those that turn or hide what follows: a name must read as what it is."""


def document_name(given: str) -> str:
    """The name of an uploaded file, without folders and tricks. Raises BadInput if nothing is left."""
    last = re.split(r"[/\\]", given.strip())[-1]
    shown = "".join(
        letter if unicodedata.category(letter) not in _HIDDEN or letter.isspace() else "" for letter in last
    )
    name = _SPACE.sub(" ", unicodedata.normalize("NFC", shown)).strip(" .")
    if not name:
        raise BadInput("The file has no name; please give it one.")
    return _cut(name)


def _cut(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    ending = PurePosixPath(name).suffix[:12]
    return name[: LONGEST - len(ending)].rstrip(" .") + ending
