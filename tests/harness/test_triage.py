"""Whose failure was it? A patch must not be able to blame us for its own."""

from __future__ import annotations

import pytest

from harness.transcript import Transcript
from harness.triage import complaint_finding, infrastructure_failure, memory_finding, size
from task_specs.limits import GIB, MIB, Limits

TRACE = "+ cd /testbed\n"
ONLINE = Limits(network=True)


@pytest.mark.parametrize(
    "line",
    [
        "OSError: [Errno 28] No space left on device",
        "OSError: [Errno 28] No space left on device: '/tmp/x'",
        "/eval.sh: line 9: cannot create temp file: No space left on device",
        "fatal: cannot create directory at 'a': Disk quota exceeded",
        "touch: cannot touch 'a': Read-only file system",
        "cat: a: Input/output error",
    ],
)
def test_a_complaint_is_suspected_and_buys_nothing(line: str) -> None:
    """A setup.py of the patch runs before the tests, and can print whatever a tool does."""
    log = Transcript(f"{TRACE}{line}\nmore\n", exit_code=1)
    assert infrastructure_failure(log) is None
    finding = complaint_finding(log, tests_ran=False)
    assert finding is not None
    assert (finding.kind, finding.evidence) == ("infrastructure_suspected", line)


@pytest.mark.parametrize(
    "text",
    [
        "No space left on device, said the patch\n",
        "+raise OSError('No space left on device')\n",
        "+No space left on device\n",
        "-No space left on device\n",
        " No space left on device\n",
        "\tnew file:   No space left on device\n",
        "+harmless\rOSError: No space left on device\r\n",
        "Killed\nCannot allocate memory\n",
        "ModuleNotFoundError: No module named 'x'\n",
    ],
)
def test_what_the_patch_itself_says_is_not_even_suspected(text: str) -> None:
    """Published scripts print the patch with `git diff` before the tests start."""
    log = Transcript(TRACE + text, exit_code=1)
    assert infrastructure_failure(log) is None
    finding = complaint_finding(log, tests_ran=True)
    assert finding is None


def test_a_complaint_after_the_tests_started_is_only_suspected() -> None:
    log = Transcript(f"{TRACE}+ : '>>>>> Start Test Output'\nNo space left on device\n")
    assert infrastructure_failure(log) is None
    finding = complaint_finding(log, tests_ran=True)
    assert finding is not None
    assert (finding.kind, finding.evidence) == (
        "infrastructure_suspected",
        "No space left on device",
    )


def test_name_resolution_counts_where_the_network_was_allowed() -> None:
    """Without a network nearly every published script fails to resolve a name, and goes on."""
    log = f"{TRACE}socket.gaierror: [Errno -3] Temporary failure in name resolution\n"
    assert complaint_finding(Transcript(log), tests_ran=False) is None
    assert complaint_finding(Transcript(log, limits=ONLINE), tests_ran=False) is not None


def test_a_missing_module_is_suspected_where_no_test_ran() -> None:
    log = Transcript(f"{TRACE}ImportError: cannot start: No module named 'roman'\n")
    assert complaint_finding(log, tests_ran=True) is None
    finding = complaint_finding(log, tests_ran=False)
    assert finding is not None
    assert finding.evidence == "ImportError: cannot start: No module named 'roman'"


@pytest.mark.parametrize(
    ("transcript", "ours"),
    [
        (Transcript("", exit_code=127), True),
        (Transcript("/bin/bash: cannot execute binary file\n", exit_code=126), True),
        (Transcript("+ cd /testbed\n", exit_code=127), False),
        (Transcript("++ source activate\n", exit_code=1), False),
        (Transcript(""), False),
    ],
)
def test_a_script_that_traced_no_command_never_began(transcript: Transcript, ours: bool) -> None:
    """Nothing of the patch has run before the first traced command."""
    assert (infrastructure_failure(transcript) is not None) is ours


def test_running_out_of_memory_is_a_finding() -> None:
    assert memory_finding(Transcript("")) is None
    finding = memory_finding(
        Transcript("", oom_killed=True, peak_memory_bytes=GIB, limits=Limits(memory_bytes=GIB))
    )
    assert finding is not None
    assert (finding.kind, finding.evidence) == ("memory_limit_hit", "peak 1 GiB")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (8 * GIB, "8 GiB"),
        (3 * GIB // 2, "1.5 GiB"),
        (256 * MIB, "256 MiB"),
        (MIB // 2, "512 KiB"),
        (1023, "1023 bytes"),
    ],
)
def test_sizes_are_written_as_limits_are(number: int, text: str) -> None:
    assert size(number) == text
