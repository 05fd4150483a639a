"""How a command is started in a box, and what is printed where it cannot be."""

from __future__ import annotations

import re
from pathlib import Path

# The engine gives stdout and stderr a pipe each, and what comes out of two pipes has no order:
# markers that `set -x` writes to stderr were seen after the test output that they precede. So a
# command has stderr for both, and stdout is left to the init, see `last_words`.
_SHELL, _SHELL_NAME = "/bin/bash", "swe-verify-box"
MERGED = (_SHELL, "-c", 'unset TINI_VERBOSITY; exec "$@" >&2', _SHELL_NAME)
"""The words before a command that put its stdout on the same pipe as its stderr."""

_REFUSALS = (
    re.compile(rb"\[FATAL tini \(\d+\)\] exec (.+) failed: (.+)\n"),
    re.compile(rb"(?:%b: line \d+: (?:exec: )?(.+?): (.+)\n)+" % _SHELL_NAME.encode()),
)
"""What the init says of a missing shell, and the shell of a missing command."""


def why_it_did_not_run(output: Path) -> str | None:
    """Return why there was nothing in the image to run, where that is all that was printed."""
    with output.open("rb") as file:
        said = file.read(4096)
    for refusal in filter(None, (pattern.fullmatch(said) for pattern in _REFUSALS)):
        command, reason = (part.decode(errors="replace") for part in refusal.groups())
        return f"cannot run {command}: {reason}"
    return None
