"""What a machine reads of the log."""

import json
import subprocess
import sys

SAYS = """
import logging
from commands.logs import configure
configure(level="info", style="json")
logging.getLogger("library").warning("a fault of %s", "a library")
chatty = logging.getLogger("bm25s")
chatty.setLevel(logging.DEBUG)
chatty.debug("Building index from tokens")
logging.getLogger("telegram.request.BaseRequest").error("not JSON: the customer's words")
"""


def test_a_log_for_machines_is_json_from_the_first_line_to_the_last() -> None:
    done = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True, check=True)
    [line] = done.stderr.splitlines()
    assert json.loads(line)["event"] == "a fault of a library"
    assert json.loads(line)["logger"] == "library"
