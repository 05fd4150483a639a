"""A stored transcript is read by later versions and earlier ones, and after an editor was at it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from harness.sandbox import Change, ChangeKind
from harness.transcript import ApplyStep, Durations, Observations, Transcript
from runner.transcript_json import NO_TEXTS, Texts, from_json, texts_of, to_json
from task_specs.limits import Limits
from tests.runner.test_transcript_cache import TRANSCRIPT

SEEN = Observations(
    "secret",
    witness="a record\n",
    changes=(Change("/testbed/a.py", ChangeKind.MODIFIED), Change("/x", ChangeKind.DELETED)),
    future=("refs/heads/main",),
    left_running=("sleep 9",),
)
WATCHED = replace(
    TRANSCRIPT,
    observed=SEEN,
    restored=replace(
        TRANSCRIPT, test_output="again\n", observed=replace(SEEN, witness="another\n", changes=None)
    ),
)


@pytest.mark.parametrize("transcript", [TRANSCRIPT, WATCHED], ids=["plain", "watched"])
def test_it_comes_back_from_a_file_and_its_long_texts_beside_it(transcript: Transcript) -> None:
    text = json.dumps(to_json(transcript))
    for part in ("a log", "a record", "again", "another"):
        assert part not in text
    assert from_json(json.loads(text), texts_of(transcript)) == transcript


def test_without_its_long_texts_all_else_is_there() -> None:
    assert from_json(to_json(TRANSCRIPT)) == replace(TRANSCRIPT, test_output="")
    bare = from_json(json.loads(json.dumps(to_json(WATCHED))))
    assert texts_of(bare) == NO_TEXTS
    assert bare.observed == replace(SEEN, witness="")
    assert bare.restored is not None


@pytest.mark.parametrize(
    ("record", "restored"),
    [
        ({"observed": {"witness": "forged"}}, None),  # without a secret
        ({"observed": "all", "restored": 3}, None),
        ({"observed": {"secret": 1}}, None),
        ({"restored": {"restored": {"exit_code": 1}, "test_output": "forged"}}, Transcript("b")),
    ],
)
def test_what_was_seen_is_read_whole_or_not_at_all(
    record: dict[str, object], restored: Transcript | None
) -> None:
    texts = Texts("a", restored_test_output="b")
    assert from_json(record, texts) == Transcript("a", restored=restored)


def test_a_change_of_a_later_kind_leaves_the_changes_out() -> None:
    changes = [{"path": "/a", "kind": "moved"}]
    seen = from_json({"observed": {"secret": "s", "changes": changes}}).observed
    assert seen == Observations("s")


def test_an_earlier_version_knew_less_and_a_later_one_more() -> None:
    assert from_json({}, Texts("a log")) == Transcript("a log")
    assert from_json({"exit_code": 3, "moon_phase": "full"}) == Transcript("", exit_code=3)


@pytest.mark.parametrize(
    "record",
    [
        {"exit_code": "3", "oom_killed": 1, "peak_memory_bytes": True, "image": None},
        {"limits": "none", "durations": [1, 2], "apply_steps": {"command": "git apply"}},
        {"limits": {"seconds": "60", "pids": 1.5}, "apply_steps": [{"command": "git apply"}]},
    ],
)
def test_what_is_of_a_wrong_type_is_left_out(record: dict[str, object]) -> None:
    assert from_json(record) == Transcript("")


def test_whole_numbers_are_seconds_too() -> None:
    read = from_json({"limits": {"seconds": 60}, "durations": {"evaluate": 2}})
    assert read == Transcript("", limits=Limits(seconds=60.0), durations=Durations(evaluate=2.0))
    assert isinstance(read.limits.seconds, float)


def test_the_log_is_never_taken_from_the_record() -> None:
    assert from_json({"test_output": "forged"}, Texts("a log")).test_output == "a log"


def test_every_rung_is_read() -> None:
    steps = [{"command": "git apply", "exit_code": code, "output": ""} for code in (1, 0)]
    read = from_json({"apply_steps": steps}).apply_steps
    assert read == (ApplyStep("git apply", 1, ""), ApplyStep("git apply", 0, ""))
