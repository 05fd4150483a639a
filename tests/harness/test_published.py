"""What others published, read back: reports of one instance, and summaries in every form."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from harness.integrity.record import StoredIntegrity
from harness.published import read_report, read_summary
from harness.reports.official import instance_report, run_summary
from harness.summary import Result, summarize
from harness.verdict import Level, ListResult, Outcome, Verdict
from task_specs.errors import InputError

STATUS = {
    "FAIL_TO_PASS": {"success": ["t::a"], "failure": ["t::b"]},
    "PASS_TO_PASS": {"success": ["t::c"], "failure": []},
}
ENTRY = {
    "patch_is_None": False,
    "patch_exists": True,
    "patch_successfully_applied": True,
    "resolved": False,
    "tests_status": STATUS,
}


def text(content: object) -> str:
    return json.dumps(content)


def test_a_report_is_keyed_by_its_instance() -> None:
    report = read_report(text({"o__r-1": ENTRY}), "report.json")
    assert report.instance_id == "o__r-1"
    assert not report.resolved
    assert report.applied
    assert report.fail_to_pass == ListResult(("t::a",), ("t::b",))
    assert report.pass_to_pass == ListResult(("t::c",))
    assert report.outcome is None


def test_the_hosted_evaluator_writes_the_entry_alone() -> None:
    report = read_report(text(ENTRY), "report.json", instance_id="o__r-1")
    assert report == read_report(text({"o__r-1": ENTRY}), "report.json")
    with pytest.raises(InputError, match="does not say which instance"):
        read_report(text(ENTRY), "report.json")


def test_a_log_that_was_not_graded_has_no_test_results() -> None:
    entry = {"resolved": False, "infra_failure": True, "infra_failure_reason": "disk full"}
    report = read_report(text({"o__r-1": entry}), "report.json")
    assert (report.applied, report.fail_to_pass, report.pass_to_pass) == (False, None, None)
    assert (report.infra_failure, report.reason) == (True, "disk full")


@pytest.mark.parametrize("outcome", list(Outcome))
def test_our_own_report_keeps_its_outcome(outcome: Outcome) -> None:
    verdict = Verdict("o__r-1", outcome, "why", integrity=Level.SUSPECT, layers=("patch",))
    ours = instance_report(verdict, patch_is_none=False, patch_exists=True)
    report = read_report(text(ours), "report.json", instance_id="o__r-1")
    assert report.integrity == StoredIntegrity(Level.SUSPECT, ("patch",))
    assert (report.outcome, report.reason) == (outcome, "why")
    assert report.resolved is (outcome is Outcome.RESOLVED)


BAD_REPORTS = {
    "nothing": ("", "it is empty"),
    "cut short": (text({"o__r-1": ENTRY})[:-40], "is it cut short?"),
    "a list": ("[]", "expected an object, not a list"),
    "another instance's": (text({"o__r-2": ENTRY}), "expected the report of o__r-1, found o__r-2"),
    "an empty object": ("{}", "expected the report of o__r-1, found nothing"),
    "an entry that is none": (text({"o__r-1": True}), "expected an object, not true or false"),
    "no verdict": (text({"o__r-1": {}}), "resolved must be true or false, not missing"),
    "a verdict in words": (text({"resolved": "yes"}), "resolved must be true or false, not text"),
    "a wrong flag": (text({**ENTRY, "patch_exists": 1}), "patch_exists must be true or false"),
    "results that are none": (text({**ENTRY, "tests_status": []}), "expected an object"),
    "tests that are none": (
        text({**ENTRY, "tests_status": {"FAIL_TO_PASS": {"success": [1]}}}),
        "FAIL_TO_PASS: success and failure must be lists of test ids",
    ),
    "an unknown outcome": (text({**ENTRY, "outcome": "FINE"}), "unknown outcome 'FINE'"),
    "an outcome of no kind": (text({**ENTRY, "outcome": []}), r"unknown outcome \[\]"),
    "a contradiction": (text({**ENTRY, "outcome": "RESOLVED"}), "resolved contradicts the outcome"),
    "deeper than anyone reads": ("[" * 100_000, "not valid JSON"),
}


@pytest.mark.parametrize("name", BAD_REPORTS)
def test_a_bad_report_is_refused_in_one_line(name: str) -> None:
    content, complaint = BAD_REPORTS[name]
    with pytest.raises(InputError, match=complaint) as refused:
        read_report(content, "logs/report.json", instance_id="o__r-1")
    assert str(refused.value).startswith("logs/report.json")
    assert "\n" not in str(refused.value)


def test_the_official_summary_has_its_buckets() -> None:
    results = [
        Result("a", "m", 0, Outcome.RESOLVED, ""),
        Result("b", "m", 0, Outcome.UNRESOLVED, ""),
        Result("c", "m", 0, Outcome.TIMED_OUT, ""),
    ]
    (summary,) = summarize(results, "abcd")
    published = read_summary(text(run_summary(summary)), "m.r.json")
    assert (published.form, published.total) == ("an official summary", 4)
    assert {name: sorted(ids) for name, ids in published.buckets.items()} == {
        "submitted": ["a", "b", "c"],
        "incomplete": ["d"],
        "empty_patch": [],
        "completed": ["a", "b"],
        "resolved": ["a"],
        "unresolved": ["b"],
        "error": ["c"],
        "infra_failure": [],
        "ambiguous_failure": ["c"],
    }
    assert published.instance_ids == frozenset("abcd")


def test_an_older_summary_has_fewer_buckets() -> None:
    content = {"total_instances": 2, "resolved_ids": ["a"], "error_ids": [], "schema_version": 1}
    published = read_summary(text(content), "m.r.json")
    assert published.buckets == {"resolved": {"a"}, "error": frozenset()}


def test_the_hosted_summary_is_told_by_its_own_lists(data_dir: Path) -> None:
    with tarfile.open(data_dir / "published-run-gemini-3-pro.tar.xz", "r|xz") as archive:
        content = next(
            file.read().decode()
            for member in archive
            if member.name.endswith("summary.json") and (file := archive.extractfile(member))
        )
    published = read_summary(content, "summary.json")
    assert (published.form, published.total) == ("the hosted evaluator's summary", 500)
    assert {name: len(ids) for name, ids in published.buckets.items()} == {
        "submitted": 500,
        "incomplete": 0,
        "completed": 500,
        "resolved": 371,
        "unresolved": 129,
        "error": 0,
    }
    assert published.unread == ()


def test_what_waits_at_the_hosted_evaluator_is_not_passed_over_in_silence() -> None:
    content = {"resolved_ids": ["a"], "pending_ids": ["b"], "failed_ids": []}
    assert read_summary(text(content), "summary.json").unread == ("pending_ids",)


def test_a_submission_lists_what_is_resolved_and_what_was_never_run() -> None:
    content = {"resolved": ["a"], "no_generation": ["b"], "no_logs": ["c"]}
    published = read_summary(text(content), "results.json")
    assert published.buckets == {"resolved": {"a"}, "no_generation": {"b"}}
    assert (published.total, published.unread) == (None, ("no_logs",))


def test_in_a_submission_of_harness_1_no_generation_means_an_empty_patch() -> None:
    content = {
        "no_generation": ["b"],
        "generated": ["a", "c"],
        "with_logs": ["a", "c"],
        "install_fail": [],
        "no_apply": ["c"],
        "applied": ["a"],
        "resolved": ["a"],
    }
    published = read_summary(text(content), "results.json")
    assert published.buckets == {"resolved": {"a"}, "empty_patch": {"b"}, "submitted": set("abc")}
    assert published.unread == ("with_logs", "no_apply", "applied")


def test_an_object_for_each_instance() -> None:
    content = {"a": {"resolved": True, "cost": 0.3}, "b": {"resolved": False}}
    published = read_summary(text(content), "per_instance_details.json")
    assert published.total == 2
    assert published.buckets == {"resolved": {"a"}}


@pytest.mark.parametrize("content", ['["a", "b"]', "a\nb\n", "# resolved\n\n a \r\nb # sure\n"])
def test_a_list_of_ids_names_the_resolved_ones(content: str) -> None:
    published = read_summary(content, "ids")
    assert published.total is None
    assert published.buckets == {"resolved": {"a", "b"}}


BAD_SUMMARIES = {
    "nothing": (" \n", "is empty"),
    "cut short": ('{"resolved_ids": ["a"', "is it cut short?"),
    "prose": ("a\nthe second one\n", "line 2: expected one instance id"),
    "counts": (text({"django/django": {"total": 3}}), "is no summary known here"),
    "a count for a list": (text({"resolved_ids": 3}), "resolved_ids must be a list"),
    "numbers for ids": (text(["a", 3]), "must hold instance ids, not a number"),
    "a total in words": (text({"resolved_ids": [], "total_instances": "2"}), "must be a number"),
    "a verdict in words": (text({"a": {"resolved": "yes"}}), "a: resolved must be true or false"),
    "an empty object": ("{}", "is no summary known here"),
    "a number": ("7 8", "expected one instance id"),
}


@pytest.mark.parametrize("name", BAD_SUMMARIES)
def test_a_bad_summary_is_refused_in_one_line(name: str) -> None:
    content, complaint = BAD_SUMMARIES[name]
    with pytest.raises(InputError, match=complaint) as refused:
        read_summary(content, "file.json")
    assert str(refused.value).startswith("file.json")
    assert "\n" not in str(refused.value)
