"""What a user may choose about how an evaluation is carried out, apart from its limits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reinstall(StrEnum):
    """Whether an eval_script's own installation of the repository runs again."""

    ALWAYS = "always"
    """As the eval_script says."""
    AUTO = "auto"
    """Not where the patch cannot change what is installed."""


@dataclass(frozen=True, slots=True)
class ExecuteOptions:
    """The defaults do what the official harness does."""

    reinstall: Reinstall = Reinstall.ALWAYS
    stop_when_decided: bool = False
    """Whether the tests are stopped as soon as the outcome cannot be RESOLVED any more."""
    witnessed: bool = True
    """Whether more is looked at than the log: see `Transcript.observed` and `restored`."""


AS_OFFICIAL = ExecuteOptions()
