"""How a command is started in a box, and what is printed where it cannot be."""

from __future__ import annotations

import re
from pathlib import Path

# The engine gives stdout and stderr a pipe each, and what comes out of two pipes has no order:
# markers that `set -x` writes to stderr were seen after the test output that they precede. So a
# command has stderr for both, and stdout is left to the init, see `last_words`.
_SHELL, _SHELL_NAME = "/bin/bash", "swe-verify-box"
_WAIT = "read -r || exit"
_COMMAND = f'unset TINI_VERBOSITY; {_WAIT}; exec "$@" >&2 </dev/null'
MERGED = (_SHELL, "-c", _COMMAND, _SHELL_NAME)
"""The words before a command that put its stdout on the same pipe as its stderr, and keep it
waiting for `GO`: starting a container takes longer than all the rest, so it is done ahead of the
command's turn. Where whoever started it has died, the input ends, and with it the box."""
GO = b"\n"
"""What is written to the box's standard input to have the command begin."""

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
