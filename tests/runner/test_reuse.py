"""What was done before: recalled by the work that it is, judged by the rules of today."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.transcript import ApplyStep, Transcript
from harness.verdict import Outcome
from runner.attempt import AttemptResult, judge, settle_empty
from runner.plan import work_item
from runner.reuse import Reuse
from runner.settings import Settings
from runner.transcript_cache import TranscriptCache
from tests.runner.test_attempt import PASSING_LOG
from tests.runner.test_plan import INSTANCE, PREDICTION

ITEM = work_item(INSTANCE, PREDICTION, Settings(), "official-5")
TRANSCRIPT = Transcript(
    PASSING_LOG,
    apply_steps=(ApplyStep("git apply --verbose", 0, ""),),
    exit_code=0,
    image_digest="sha256:1",
    limits=ITEM.limits,
)
RESULT = AttemptResult(ITEM, judge(ITEM, TRANSCRIPT), TRANSCRIPT, 1.0)


@pytest.fixture
def reuse(tmp_path: Path) -> Reuse:
    kept = Reuse(TranscriptCache(tmp_path), "run-1", fresh=False)
    kept.keep(RESULT)
    return kept


def test_the_same_work_is_recalled(reuse: Reuse) -> None:
    known = reuse.recall(ITEM, "sha256:1")
    assert known is not None
    assert known.transcript == TRANSCRIPT
    assert known.verdict == RESULT.verdict
    assert known.reused is not None
    assert known.reused.run_id == "run-1"


@pytest.mark.parametrize("digest", ["sha256:2", ""])
def test_another_image_is_other_work(reuse: Reuse, digest: str) -> None:
    assert reuse.recall(ITEM, digest) is None


def test_a_verdict_is_made_by_the_rules_that_are_asked_for(reuse: Reuse) -> None:
    older = work_item(INSTANCE, PREDICTION, Settings(), "official-4")
    known = reuse.recall(older, "sha256:1")
    assert known is not None
    assert known.verdict.rules == "official-4"


def test_repairs_are_told_of_the_patch_that_had_them(reuse: Reuse) -> None:
    repaired = replace(PREDICTION, repairs=("added the missing final newline",))
    known = reuse.recall(work_item(INSTANCE, repaired, Settings(), "official-5"), "sha256:1")
    assert known is not None
    assert [finding.kind for finding in known.verdict.findings] == ["patch_repaired"]


def test_fresh_recalls_nothing_and_keeps(tmp_path: Path) -> None:
    fresh = Reuse(TranscriptCache(tmp_path), "run-2", fresh=True)
    fresh.keep(RESULT)
    assert fresh.recall(ITEM, "sha256:1") is None
    assert Reuse(TranscriptCache(tmp_path), "r", fresh=False).recall(ITEM, "sha256:1") is not None


def test_what_was_never_carried_out_cannot_be_shared(tmp_path: Path) -> None:
    nothing = settle_empty(ITEM)
    kept = Reuse(TranscriptCache(tmp_path), "run-1", fresh=False)
    kept.keep(nothing)
    assert kept.recall(ITEM, "") is None
    with pytest.raises(ValueError, match="not carried out"):
        kept.shared(nothing, ITEM)


def test_a_shared_result_names_who_ran_and_passes_on_who_ran_first(reuse: Reuse) -> None:
    other = replace(PREDICTION, model_name_or_path="other")
    shared = reuse.shared(RESULT, work_item(INSTANCE, other, Settings(), "official-5"))
    assert shared.verdict.outcome is Outcome.RESOLVED
    assert shared.reused is not None
    assert shared.reused.model_name_or_path == "model"
    again = reuse.shared(shared, ITEM)
    assert again.reused == shared.reused
