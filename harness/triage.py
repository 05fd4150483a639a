"""Whose failure was it? Tells a broken environment from a bad patch, narrowly.

A log is mostly written by code that the patch may have changed, so a phrase in it proves little:
a patch that prints `No space left on device` must not thereby turn its failure into ours, which
is run again on every resume. That goes for what stands before the tests too, since installing the
repository runs its code there. So by its log an attempt is called an infrastructure error only
where nothing of the eval_script ran: not one command was traced, so nothing of the patch ran
either. Every other complaint is a Finding on a failed attempt. A disk that is really full is
noticed from outside of the box.

Limits that the user can set are the attempt's own: running out of memory, time, processes or
output is never called infrastructure here. What the engine itself reports, such as a lost
container or an image that is gone, never reaches this page: it is an InfrastructureError.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.transcript import Transcript
from harness.verdict import Finding
from task_specs.limits import GIB, KIB, MIB


@dataclass(frozen=True, slots=True)
class Complaint:
    """A line by which some tool reports that its environment, not its input, is at fault."""

    kind: str
    line: str


# Each pattern must reach the end of its line, but for the path that Python adds, as the tools'
# own messages do. "Killed" and "Cannot allocate memory" are missing: they tell of our limits.
_AT_LINE_END = r"(?:: ['\"][^'\"\n]*['\"])?['\"]?[ \t\r]*$"
_COMPLAINTS = {
    "disk_full": ("No space left on device", "Disk quota exceeded"),
    "disk_failing": ("Read-only file system", "Input/output error", "Stale file handle"),
}
_NETWORK_COMPLAINTS = {
    "name_resolution": ("Temporary failure in name resolution", r"Could not resolve host: \S+"),
}

# Either side can be to blame for these: they are worth a Finding where no test ran, and no more.
_AMBIGUOUS_COMPLAINTS = {
    "module_missing": (r"No module named '[^'\n]+'",),
}

# What `git diff`, `git status` and `git show` print of the patch, which published eval_scripts
# run first, and the traced commands themselves.
_QUOTED_LINE = ("+", "-", " ", "\t", "@@")


def infrastructure_failure(transcript: Transcript) -> Complaint | None:
    """Return what shows that a log which cannot be graded is not the patch's fault, or None."""
    if _never_began(transcript):
        printed = transcript.test_output.strip().rpartition("\n")[2] or "nothing"
        return Complaint(
            "eval_script_never_began",
            f"exit code {transcript.exit_code}, printed {printed[-300:]}",
        )
    return None


def _never_began(transcript: Transcript) -> bool:
    """Whether the box ended without running one command of the eval_script.

    Every eval_script traces its commands, so one that began has printed a `+` line. A stored log
    without an exit code does not tell, and is not judged by this.
    """
    if transcript.exit_code is None:
        return False
    return re.search(r"^\++ ", transcript.test_output, re.MULTILINE) is None


def memory_finding(transcript: Transcript) -> Finding | None:
    """Return a finding where the kernel killed something for want of memory."""
    if not transcript.oom_killed:
        return None
    return Finding(
        kind="memory_limit_hit",
        message="the kernel killed a process for want of memory; the limit was "
        f"{size(transcript.limits.memory_bytes)}",
        evidence=""
        if transcript.peak_memory_bytes is None
        else f"peak {size(transcript.peak_memory_bytes)}",
    )


def complaint_finding(transcript: Transcript, *, tests_ran: bool) -> Finding | None:
    """Return a finding where the log of a failed attempt blames the environment."""
    patterns = _environment_complaints(transcript) | ({} if tests_ran else _AMBIGUOUS_COMPLAINTS)
    complaint = _first_complaint(transcript, patterns)
    if complaint is None:
        return None
    return Finding(
        kind="infrastructure_suspected",
        message="the log blames the environment, though the patch may be what caused the line",
        evidence=complaint.line,
    )


def _environment_complaints(transcript: Transcript) -> dict[str, tuple[str, ...]]:
    """A failed name resolution is a complaint only where the attempt was allowed a network."""
    return _COMPLAINTS | (_NETWORK_COMPLAINTS if transcript.limits.network else {})


def _first_complaint(
    transcript: Transcript, patterns: dict[str, tuple[str, ...]]
) -> Complaint | None:
    """Return the first line of the log that ends in one of the patterns.

    Lines are cut at `\\n` alone: a patch with `\\r` in it, shown by `git diff`, could otherwise
    end a quoted line and begin one of its own.
    """
    log = transcript.test_output
    # One phrase at a time: a pattern that begins with fixed words is looked for much faster.
    for kind, phrases in patterns.items():
        for phrase in phrases:
            for match in re.finditer(phrase + _AT_LINE_END, log, re.MULTILINE):
                line = log[log.rfind("\n", 0, match.start()) + 1 : match.end()].rstrip()
                if not line.startswith(_QUOTED_LINE):
                    return Complaint(kind, line[-300:])
    return None


def size(number: int) -> str:
    """Write a number of bytes as limits are written: `8 GiB`, `256 MiB`, `64 KiB`."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if number >= unit:
            return f"{number / unit:.4g} {name}"
    return f"{number} bytes"
