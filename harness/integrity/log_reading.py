"""What a log shows of having been forged, or of a patch that did not fit where it was applied.

A log is text that anything in the box may write to, so what it shows is told by where it stands:
the eval_script prints each marker once and in a form of its own, a test runner prints its results
in a place of its own, and says at the end how many there were.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from harness.eval_script import TEST_EXIT_CODE, read_markers
from harness.grading import grade
from harness.integrity.runner_end import Runner, RunnerEnd, plain_lines, runner_of
from harness.rules import STRICT, rules_named
from harness.transcript import ApplyStep, Transcript
from harness.verdict import DEFAULT_RULES, Finding, Verdict
from task_specs.instance import Instance
from task_specs.script_text import END_TEST_OUTPUT, START_TEST_OUTPUT

MAX_FINDINGS = 10
"""How many findings there are of one kind."""
_SHOWN = 160
_LONGEST = 400

_FUZZ = re.compile(r"^Hunk #\d+ succeeded at \d+ .*\bwith fuzz \d+.*$", re.MULTILINE)
_AGAINST_THE_PATCH = re.compile(
    r"^(?:Reversed \(or previously applied\) patch detected|Hunk #\d+ (?:FAILED|ignored)).*$",
    re.MULTILINE,
)
_EXIT_CODE = re.compile(rf"{re.escape(TEST_EXIT_CODE)}: -?\d+")
_EXIT_CODE_TRACE = re.compile(rf"[^\r]*?\+ echo '{re.escape(TEST_EXIT_CODE)}: -?\d+'")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_PROGRESS = re.compile(r"\[\s*\d+%\]")


def log_findings(instance: Instance, transcript: Transcript, verdict: Verdict) -> Iterator[Finding]:
    """Yield what speaks against believing a log. Never raises; linear in the log's length.

    `verdict` is what `grade` made of the transcript.
    """
    yield from _applied_loosely(transcript)
    yield from _left_running(transcript)
    if not transcript.test_output or transcript.unreadable:
        return
    yield from islice(_markers(instance, transcript.test_output), MAX_FINDINGS)
    todays = verdict.rules in (DEFAULT_RULES, STRICT)
    if verdict.resolved and todays and not transcript.decided:
        yield from islice(_results(instance, transcript, verdict), MAX_FINDINGS)


def _applied_loosely(transcript: Transcript) -> Iterator[Finding]:
    """Find what GNU patch changed although the lines around it are others than the patch says."""
    for number, step in enumerate(transcript.apply_steps, start=1):
        if transcript.applied and step.command.startswith("patch "):
            for line in islice(_loose_lines(step), MAX_FINDINGS):
                message = "a part of the patch was put where its surroundings are others"
                evidence = f"apply step {number}: {line[:_SHOWN]}"
                yield Finding("applied_with_fuzz", message, evidence)


def _loose_lines(step: ApplyStep) -> Iterator[str]:
    for pattern in (_FUZZ, _AGAINST_THE_PATCH):
        for found in pattern.finditer(step.output):
            yield found[0]


def _left_running(transcript: Transcript) -> Iterator[Finding]:
    left = transcript.observed.left_running if transcript.observed else ()
    if left:
        message = f"processes still ran when the evaluation had ended: {len(left)}"
        yield Finding("left_running", message, "; ".join(left[:3])[:_SHOWN])


def _markers(instance: Instance, output: str) -> Iterator[Finding]:
    """Find markers and exit codes that the eval_script did not print."""
    lines = output.split("\n")
    for marker in (START_TEST_OUTPUT, END_TEST_OUTPUT):
        script = [line for line in instance.eval_script.split("\n") if marker in line]
        echoed = any("echo" in line for line in script)
        own_form = _marker_line(marker, echoed=echoed)
        right = []
        for number, line in enumerate(lines):
            if marker not in line:
                continue
            if own_form.fullmatch(line):
                right.append(number)
            else:
                message = "a marker stands in the log that the evaluation script did not print"
                yield Finding("forged_markers", message, _at(number, line))
        printed = (2 if echoed else 1) * max(1, len(script))  # the trace, and what `echo` says
        if len(right) > printed:
            message = "a marker stands in the log more often than the evaluation script prints it"
            for number in right:
                yield Finding("forged_markers", message, _at(number, lines[number]))
    yield from _exit_codes(lines)


def _marker_line(marker: str, *, echoed: bool) -> re.Pattern[str]:
    """Return how a line with a marker looks in a log.

    Before the trace of a command there may be words of whoever ends without a line end.
    """
    quoted = f"['\"]?{re.escape(marker)}['\"]?"
    word = "(?:echo )?" if echoed else ": "
    return re.compile(rf"(?:[^\r]*?\+ )?{word}{quoted}")


def _exit_codes(lines: list[str]) -> Iterator[Finding]:
    there = [number for number, line in enumerate(lines) if TEST_EXIT_CODE in line]
    last_end = max((n for n, line in enumerate(lines) if END_TEST_OUTPUT in line), default=-1)
    plain = [number for number in there if _EXIT_CODE.fullmatch(lines[number])]
    traced = [number for number in there if _EXIT_CODE_TRACE.fullmatch(lines[number])]
    right = {*plain[-1:], *traced[-1:]}
    for number in there:
        if number not in right or number < last_end:
            message = "an exit code stands in the log that the evaluation script did not print"
            yield Finding("forged_markers", message, _at(number, lines[number]))


def _results(instance: Instance, transcript: Transcript, verdict: Verdict) -> Iterator[Finding]:
    """Find results of a resolved log that its test runner did not give."""
    parser = rules_named(verdict.rules).parser(instance)
    runner = runner_of(parser)
    if runner is None or not _runs_one_command(instance.eval_script):
        return
    before, _, rest = transcript.test_output.partition(START_TEST_OUTPUT)
    first = before.count("\n")
    lines = plain_lines(rest.partition(END_TEST_OUTPUT)[0])
    end = runner.end(lines)
    if end is None:
        message = "the test runner did not say how it ended"
        yield Finding("no_end_of_tests", message, _at(first, START_TEST_OUTPUT))
        return
    trusted = {*verdict.fail_to_pass.success, *verdict.pass_to_pass.success}
    found = (
        *_contradicted(runner, lines, trusted),
        *_out_of_place(instance, transcript, verdict, lines, end),
        *_miscounted(runner, lines, end),
        *_at_odds_with_exit_code(transcript.test_output, lines, end),
    )
    for kind, message, number in found:
        yield Finding(kind, message, _at(first + number, lines[number]))


_Seen = tuple[str, str, int]
"""Kind and message of a finding, and the line of the test output that it is about."""


def _contradicted(runner: Runner, lines: list[str], trusted: set[str]) -> Iterator[_Seen]:
    """Find tests that count as passed and of which a line says that they failed."""
    for number, line in enumerate(lines):
        failed = runner.failed.fullmatch(line)
        if failed is None:
            continue
        # The heading of a report is followed by the test's docstring, if it has one.
        names = {*filter(None, failed.groups()), *lines[number + 1 : number + 2]}
        if not names.isdisjoint(trusted):
            yield "contradictory_results", "a test counts as passed that failed", number


def _out_of_place(
    instance: Instance, transcript: Transcript, verdict: Verdict, lines: list[str], end: RunnerEnd
) -> Iterator[_Seen]:
    """Find tests that pass by lines elsewhere than where the runner prints its results."""
    printed = "\n".join(lines[number] for number in end.results)
    log = f": '{START_TEST_OUTPUT}'\n{printed}\n: '{END_TEST_OUTPUT}'\n"
    again = grade(instance, replace(transcript, test_output=log), rules=verdict.rules)
    passed = {*again.fail_to_pass.success, *again.pass_to_pass.success}
    command = _test_commands(instance.eval_script)[0]
    missing = [
        test
        for test in (*verdict.fail_to_pass.success, *verdict.pass_to_pass.success)
        if test not in passed and _is_of_command(test, command)
    ]
    if missing:
        outside = [n for n, line in enumerate(lines) if n not in end.results and missing[0] in line]
        message = (
            f"{len(missing)} of the tests that count as passed, {missing[0]} among them, have no "
            "such result where the test runner prints its results"
        )
        yield "results_out_of_place", message[:_LONGEST], (outside or [end.line])[-1]


def _miscounted(runner: Runner, lines: list[str], end: RunnerEnd) -> Iterator[_Seen]:
    there = [lines[number] for number in end.results]
    passed = sum(runner.passed.match(line) is not None for line in there)
    failed = sum(runner.failed.match(line) is not None for line in there)
    if end.lists_all and passed > end.counts.get("passed", 0):
        message = f"{passed} tests are listed as passed, and the test runner counts fewer"
        yield "count_differs", message, end.line
    if end.lists_all and failed < end.failures:
        message = f"{failed} tests are listed as failed, and the test runner counts more"
        yield "count_differs", message, end.line


def _at_odds_with_exit_code(output: str, lines: list[str], end: RunnerEnd) -> Iterator[_Seen]:
    code = read_markers(output).exit_code
    if code is not None and (code == 0) != (end.failures == 0):
        message = f"the test command's exit code is {code}, and its last words say otherwise"
        yield "exit_code_differs", message, end.line


def _runs_one_command(script: str) -> bool:
    """Whether a script's tests are one plain command, whose end is the end of them all."""
    commands = _test_commands(script)
    return len(commands) == 1 and not set("|;&") & set(_QUOTED.sub("", commands[0]))


def _test_commands(script: str) -> list[str]:
    between = script.partition(START_TEST_OUTPUT)[2].partition(END_TEST_OUTPUT)[0]
    return [line for line in between.split("\n")[1:-1] if line.strip()]


def _is_of_command(test: str, command: str) -> bool:
    """Whether a listed test is one that a command runs.

    The lists of some published instances hold what pytest's own tests print, where they run
    pytest in turn, and a piece of the progress that the official parsers take for a test.
    """
    file, colons, _ = test.partition("::")
    if colons and ".py" in command:
        return file in command
    return not _PROGRESS.fullmatch(test)


def _at(number: int, line: str) -> str:
    """Return where in the log something stands, counted from 1, and its words on one line."""
    shown = " ".join(line.split())
    return f"log line {number + 1}: {shown[:_SHOWN]}"
