"""The last words of a box's init: what proves that a box ended by itself, and its log is whole.

Docker's init, tini, is asked to say how its child ended, on a pipe that it has to itself. It is
process 1, which nothing inside a box can kill. Where its words are missing, it was killed from
outside, or the connection to the engine broke, and the rest of the command's output is lost.
"""

from __future__ import annotations

INIT_ENVIRONMENT = (("TINI_VERBOSITY", "2"),)
_ENDED = b"Main child exited"


class LastWords:
    """Knows whether the boxes of an engine have an init that speaks; others have other inits."""

    def __init__(self) -> None:
        self._heard_before = False

    def are_missing(self, said: bytes) -> bool:
        """Whether a box that ended should have said so, by what the boxes before it did."""
        heard = _ENDED in said
        self._heard_before |= heard
        return self._heard_before and not heard
