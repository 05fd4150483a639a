"""What a Transcript means: the one place where an attempt becomes resolved or not.

The order of judgement is here; what each version of the official rules decides at each step is a
row of the table in `harness/rules.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from harness import triage
from harness.eval_script import TestLog, read_markers
from harness.ids import Found, IdSummary, Match, Matcher, Statuses, summarise_ids
from harness.parsers.registry import Parser
from harness.rules import Rules, Worth, rules_named
from harness.transcript import ApplyStep, Transcript
from harness.verdict import DEFAULT_RULES, Finding, ListResult, Outcome, TestStatus, Verdict
from task_specs.instance import Instance

NAMES_SHOWN = 1
# Lines by which git surrounds the one that says what is wrong.
EMPTY_COMPLAINTS = ("while searching for:", "patch does not apply")


def grade(instance: Instance, transcript: Transcript, *, rules: str = DEFAULT_RULES) -> Verdict:
    """Judge one attempt by a version of the official rules (see `harness.rules`).

    Pure: the same instance, transcript and rules always give the same verdict, so a stored log is
    graded by the same call. Raises InputError for rules, and where the instance names a
    `log_parser` or an `eval_type`, that do not exist.
    """
    version = rules_named(rules)
    parser = version.parser(instance)
    statuses: Statuses
    if transcript.decided:
        statuses = read_statuses(read_markers(transcript.test_output), version, parser)
        return _graded(instance, transcript, version, statuses)
    stopped = _stopped_early(transcript)
    if stopped is None and transcript.unreadable:
        stopped = Outcome.INVALID, transcript.unreadable
    if stopped is not None:
        return _ungraded(instance, transcript, version, *stopped)
    log = read_markers(transcript.test_output)
    statuses = {}
    distrust = version.gate(log)
    if distrust is None:
        statuses = read_statuses(log, version, parser)
        distrust = _why_not_believed(log, statuses, version)
    if distrust is not None:
        return _ungraded(instance, transcript, version, *_blame(transcript, distrust))
    return _graded(instance, transcript, version, statuses)


def read_statuses(log: TestLog, rules: Rules, parser: Parser) -> Statuses:
    """Parse the first part of a log, of those that the rules allow, that names any test."""
    read = (parser(part(log)) for part in rules.parts)
    return next(filter(None, read), {})


def id_summary(instance: Instance, statuses: Statuses, rules: str = DEFAULT_RULES) -> IdSummary:
    """Count how the listed ids of an instance were found in a log, such as `Verdict.tests`."""
    match = rules_named(rules).list_rule(instance).match
    return summarise_ids(_matches(instance, statuses, match).values(), instance.log_parser)


def _stopped_early(transcript: Transcript) -> tuple[Outcome, str] | None:
    """Return the outcome of an attempt that did not get as far as a whole log.

    A limit comes first: the patch may have been on its way into the tree when it was hit.
    """
    limits = transcript.limits
    if transcript.timed_out and not transcript.applied and transcript.apply_steps:
        command = transcript.apply_steps[-1].command
        return Outcome.TIMED_OUT, f"stopped by a time limit while `{command}` applied the patch"
    if transcript.timed_out:
        return Outcome.TIMED_OUT, f"stopped at the time limit of {limits.seconds:g} s"
    if transcript.output_limit_hit:
        allowed = triage.size(limits.output_bytes)
        return Outcome.INVALID, f"stopped at the output limit of {allowed}, so the log is cut short"
    if transcript.disk_limit_hit:
        allowed = triage.size(limits.disk_bytes)
        return Outcome.INVALID, f"stopped at the disk limit of {allowed}, so the log is cut short"
    if not transcript.applied:
        return Outcome.PATCH_FAILED, _why_not_applied(transcript.apply_steps)
    return None


def _why_not_applied(steps: Sequence[ApplyStep]) -> str:
    """Say why no rung of the ladder held, in the last words of the strictest that gave a reason."""
    for step in steps:
        for line in reversed(step.output.splitlines()):
            if line.startswith(("error: ", "fatal: ")) and not line.endswith(EMPTY_COMPLAINTS):
                return f"the patch does not apply: {line.partition(': ')[2].strip()[:200]}"
    return "the patch does not apply"


def _why_not_believed(log: TestLog, statuses: Statuses, rules: Rules) -> str | None:
    doubts = (doubt(log, statuses) for doubt in rules.doubts)
    return next(filter(None, doubts), None)


def _blame(transcript: Transcript, distrust: str) -> tuple[Outcome, str]:
    """Decide whether a log that cannot be graded is our failure or the attempt's own."""
    if transcript.oom_killed:
        return Outcome.INVALID, f"{distrust}, and the memory limit was hit"
    failure = triage.infrastructure_failure(transcript)
    if failure is not None:
        return Outcome.INFRA_ERROR, f"the tests never started ({failure.kind}): {failure.line}"
    return Outcome.INVALID, distrust


def _ungraded(
    instance: Instance, transcript: Transcript, rules: Rules, outcome: Outcome, reason: str
) -> Verdict:
    return Verdict(
        instance_id=instance.instance_id,
        outcome=outcome,
        reason=reason,
        findings=_findings(transcript, outcome, reason),
        rules=rules.name,
    )


def _graded(
    instance: Instance, transcript: Transcript, rules: Rules, statuses: Statuses
) -> Verdict:
    lists = rules.list_rule(instance)
    matches = _matches(instance, statuses, lists.match)
    failing = _judge(instance.FAIL_TO_PASS, matches, statuses, lists.fail_to_pass)
    passing = _judge(instance.PASS_TO_PASS, matches, statuses, lists.pass_to_pass)
    resolved = not failing.failure and not passing.failure and not transcript.decided
    outcome = Outcome.RESOLVED if resolved else Outcome.UNRESOLVED
    reason = _why(failing, passing, matches)
    if transcript.decided:
        reason = f"{transcript.decided}; tests that were not reached count as failed"
    return Verdict(
        instance_id=instance.instance_id,
        outcome=outcome,
        reason=reason,
        fail_to_pass=failing,
        pass_to_pass=passing,
        findings=_findings(transcript, outcome, reason)
        + _reading_findings(instance, matches, statuses, (failing, passing)),
        tests=statuses,
        rules=rules.name,
    )


def _matches(instance: Instance, statuses: Statuses, match: Matcher) -> Mapping[str, Match]:
    expected = instance.FAIL_TO_PASS + instance.PASS_TO_PASS
    return {test: match(test, statuses) for test in expected}


def _status(match: Match, statuses: Statuses) -> TestStatus | None:
    return None if match.name is None else statuses[match.name]


def _judge(
    tests: Iterable[str], matches: Mapping[str, Match], statuses: Statuses, worth: Worth
) -> ListResult:
    judged = [(test, worth(_status(matches[test], statuses))) for test in tests]
    return ListResult(
        success=tuple(test for test, passed in judged if passed is True),
        failure=tuple(test for test, passed in judged if passed is False),
    )


def _why(failing: ListResult, passing: ListResult, matches: Mapping[str, Match]) -> str:
    """Say in one sentence which tests decided the outcome."""
    if not failing.failure and not passing.failure:
        return f"all {failing.total} FAIL_TO_PASS and {passing.total} PASS_TO_PASS tests pass"
    parts = []
    if failing.failure:
        parts.append(_count("FAIL_TO_PASS", "fail", failing, matches))
    if passing.failure:
        parts.append(_count("PASS_TO_PASS", "broke", passing, matches))
    return "; ".join(parts)


def _count(name: str, verb: str, result: ListResult, matches: Mapping[str, Match]) -> str:
    missing = sum(matches[test].name is None for test in result.failure)
    shown = ", ".join(result.failure[:NAMES_SHOWN])
    more = len(result.failure) - NAMES_SHOWN
    absent = f", {missing} missing from the log" if missing else ""
    return (
        f"{len(result.failure)} of {result.total} {name} tests {verb}{absent} "
        f"({shown}{f' and {more} more' if more > 0 else ''})"
    )


def _findings(transcript: Transcript, outcome: Outcome, reason: str) -> tuple[Finding, ...]:
    found = [triage.memory_finding(transcript)]
    if transcript.decided:
        found.append(Finding("stopped_early", "not all tests ran: the outcome was certain"))
    if outcome is Outcome.INFRA_ERROR:
        found.append(Finding("infrastructure", reason))
    elif outcome in (Outcome.UNRESOLVED, Outcome.INVALID, Outcome.TIMED_OUT):
        tests_ran = outcome is Outcome.UNRESOLVED
        found.append(triage.complaint_finding(transcript, tests_ran=tests_ran))
    return tuple(finding for finding in found if finding is not None)


def _reading_findings(
    instance: Instance,
    matches: Mapping[str, Match],
    statuses: Statuses,
    lists: tuple[ListResult, ListResult],
) -> tuple[Finding, ...]:
    """Return what a reader should know of how the expected tests were looked up and counted."""
    cut = [test for test, match in matches.items() if match.found in (Found.CUT, Found.AMBIGUOUS)]
    counted = {test for each in lists for test in (*each.success, *each.failure)}
    left_out = {
        test: _status(match, statuses) for test, match in matches.items() if test not in counted
    }
    skipped = [test for test, status in left_out.items() if status is TestStatus.SKIPPED]
    unclear = [test for test, status in left_out.items() if status is TestStatus.UNKNOWN]
    findings = []
    if cut:
        counts = summarise_ids((matches[test] for test in cut), instance.log_parser)
        message = f"{counts}, of ids that are cut short in the dataset"
        findings.append(Finding("cut_ids", message, _some_of(cut)))
    if skipped:
        message = f"{len(skipped)} expected tests are skipped; these rules leave them out"
        findings.append(Finding("skips_left_out", message, _some_of(skipped)))
    if unclear:
        message = (
            f"{len(unclear)} expected tests have a status that is none of the five; "
            "the official rules leave them out of their list"
        )
        findings.append(Finding("unclear_status", message, _some_of(unclear)))
    return tuple(findings)


def _some_of(tests: Sequence[str]) -> str:
    return ", ".join(tests[:5])
