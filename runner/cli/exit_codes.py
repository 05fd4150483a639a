"""What the command's exit codes mean, decided in one place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.summary import Summary

EXIT_OK = 0
EXIT_INFRASTRUCTURE = 1
EXIT_DOUBT = 1
"""Something is in doubt, and the caller asked to be told by the exit code."""
EXIT_INPUT = 2
EXIT_NO_ENGINE = 3
EXIT_INTERRUPTED = 130


WRONG_INPUT_KINDS = frozenset({"image_unavailable", "wrong_input", "disk_budget"})
"""Failures that only the dataset or its user can mend, so that no second try is called for."""


def exit_code_of(summaries: Iterable[Summary], failure_kinds: Iterable[str]) -> int:
    """Return the code for a run: complete only where every attempt has ended, and not by us."""
    from harness.verdict import Outcome

    kinds = {kind for kind in failure_kinds if kind}
    if WRONG_INPUT_KINDS & kinds:
        return EXIT_INPUT
    unfinished = (Outcome.INFRA_ERROR, Outcome.NOT_RUN)
    failed = bool(kinds) or any(summary.count(*unfinished) for summary in summaries)
    return EXIT_INFRASTRUCTURE if failed else EXIT_OK
