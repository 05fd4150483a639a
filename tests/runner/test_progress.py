"""What a run shows on the way, on a terminal and elsewhere."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import replace

import pytest

from harness.verdict import Finding, Level, Outcome, Verdict
from runner.events import (
    AttemptFinished,
    AttemptStarted,
    Event,
    Expected,
    ImageProgress,
    ImageReady,
    Notice,
    Planned,
)
from runner.plan import AttemptKey, Plan
from runner.progress import Board, clock, plain_lines, plan_sentence, watching
from tests.runner.test_scheduler import items

KEYS = [item.key for item in items(3)]
HOSTILE = "\x1b[2Jgone\nforged line"


def finished(key: AttemptKey, outcome: Outcome, reason: str = "") -> AttemptFinished:
    return AttemptFinished(key, Verdict(key.instance_id, outcome, reason), 1.25)


def story() -> list[Event]:
    return [
        Planned(Plan(todo=tuple(items(3)), done=(AttemptKey("m", 0, "x"),))),
        Expected({KEYS[0]: 9.0, KEYS[1]: 1.0, KEYS[2]: 5.0}),
        ImageProgress("o__r-0", "pulling 3 of 9 MB"),
        AttemptStarted(KEYS[1]),
        ImageReady("o__r-0"),
        AttemptStarted(KEYS[0]),
        finished(KEYS[1], Outcome.RESOLVED),
        Notice("something to know"),
        finished(KEYS[0], Outcome.UNRESOLVED, HOSTILE),
    ]


def test_plain_lines_say_each_end_once() -> None:
    stream = io.StringIO()
    listen = plain_lines(stream)
    for event in story():
        listen(event)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "Attempts: 3 to run; 1 done before."
    assert lines[1] == "[1/3] RESOLVED     o__r-1 1.2 s"
    assert lines[2] == "something to know"
    assert lines[3].startswith("[2/3] UNRESOLVED   o__r-0 1.2 s: ")
    assert len(lines) == 4


def test_a_hostile_reason_cannot_steer_the_terminal() -> None:
    stream = io.StringIO()
    listen = plain_lines(stream)
    for event in story():
        listen(event)
    assert "\x1b" not in stream.getvalue()
    assert "\nforged" not in stream.getvalue()


def test_quiet_listens_to_nothing() -> None:
    stream = io.StringIO()
    with watching(stream, quiet=True) as listen:
        for event in story():
            listen(event)
    assert stream.getvalue() == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_live_view_shows_what_runs_and_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    stream = Terminal()
    with watching(stream, quiet=False) as listen:
        for event in story():
            listen(event)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    assert "2 of 3" in shown
    assert "1 RESOLVED" in shown
    assert "something to know" in shown


def test_what_runs_again_is_told_with_the_reason() -> None:
    plan = Plan(todo=tuple(items(2)), again=dict.fromkeys(KEYS[:2], "patch changed"))
    assert plan_sentence(plan) == "Attempts: 2 to run; again: 2 because patch changed."


def test_the_board_counts_and_estimates() -> None:
    board = Board()
    assert board.remaining_seconds() is None
    for event in story():
        board.take(event)
    assert board.done == Counter({Outcome.RESOLVED: 1, Outcome.UNRESOLVED: 1})
    assert board.running == {}
    remaining = board.remaining_seconds()
    assert remaining is not None
    assert remaining >= 0


def test_a_second_look_is_told_and_counted_once() -> None:
    board = Board()
    first = AttemptFinished(KEYS[0], Verdict("o__r-0", Outcome.TIMED_OUT, "late"), 9.0)
    stream = io.StringIO()
    listen = plain_lines(stream)
    for event in (
        Planned(Plan(todo=tuple(items(1)))),
        replace(first, second_look_due=True),
        AttemptStarted(KEYS[0]),
        finished(KEYS[0], Outcome.RESOLVED),
    ):
        board.take(event)
        listen(event)
    assert board.done == Counter({Outcome.RESOLVED: 1})
    assert not board.again
    assert stream.getvalue().splitlines()[1:] == [
        "[0/1] TIMED_OUT    o__r-0 9.0 s: late; once more, alone, at the end",
        "[1/1] RESOLVED     o__r-0 1.2 s",
    ]


def test_what_is_reused_says_so() -> None:
    stream = io.StringIO()
    listen = plain_lines(stream)
    listen(Planned(Plan(todo=tuple(items(1)))))
    listen(replace(finished(KEYS[0], Outcome.RESOLVED), reused=True))
    assert stream.getvalue().splitlines()[-1] == "[1/1] RESOLVED     o__r-0 reused"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.9, "0:59"), (61, "1:01"), (3723, "1:02:03")]
)
def test_durations_read_as_a_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


PROOF = Finding("rewrites_outcomes", f"a hook assigns .outcome {HOSTILE}", "conftest.py:8")


def doubted(level: Level | None, outcome: Outcome = Outcome.RESOLVED) -> AttemptFinished:
    verdict = Verdict("o__r-0", outcome, "", findings=(PROOF,), integrity=level)
    return AttemptFinished(KEYS[0], verdict, 1.25)


@pytest.mark.parametrize("level", [Level.TAMPERED, Level.SUSPECT])
def test_a_resolution_that_is_not_trusted_is_seen_at_once(
    level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    stream, terminal = io.StringIO(), Terminal()
    plain_lines(stream)(doubted(level))
    expected = f"RESOLVED     o__r-0 1.2 s; NOT TRUSTED, {level}: a hook assigns .outcome"
    assert expected in stream.getvalue()
    with watching(terminal, quiet=False) as listen:
        listen(doubted(level))
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    assert expected in shown
    assert "1 of them resolved, but not trusted" in shown
    assert "\x1b[2J" not in terminal.getvalue() + stream.getvalue()
    assert "\nforged" not in shown + stream.getvalue()


@pytest.mark.parametrize(
    "event",
    [doubted(Level.CLEAN), doubted(None), doubted(Level.TAMPERED, Outcome.UNRESOLVED)],
    ids=["clean", "unknown", "unresolved"],
)
def test_everything_else_is_told_as_ever(event: AttemptFinished) -> None:
    stream, board = io.StringIO(), Board()
    plain_lines(stream)(event)
    board.take(event)
    assert "TRUSTED" not in stream.getvalue()
    assert board.doubted == 0
