"""JUnit XML of a run's artifacts and of a folder of reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness.verdict import Level, ListResult, Outcome, TestStatus, Verdict
from runner.artifacts import write_attempt
from runner.evidence import attempt_files
from runner.junit_file import write_folder_junit, write_run_junit
from runner.plan import AttemptKey
from runner.report_folder import summarise_folder
from runner.store import RunStore, run_folder
from runner.summaries import recorded_summaries
from task_specs.errors import InputError
from tests.runner.made_runs import a_result, a_run, forgotten
from tests.runner.test_evidence import RESULT
from tests.runner.test_report_folder import RESOLVED, UNRESOLVED, put
from tests.runner.test_summaries import ROWS, RUN, row

VERDICT = Verdict(
    "o__r-1",
    Outcome.UNRESOLVED,
    "1 of 2 FAIL_TO_PASS tests fail",
    fail_to_pass=ListResult(("t::a",), ("t::b",)),
    pass_to_pass=ListResult(("t::c",)),
    tests={"t::a": TestStatus.PASSED, "t::b": TestStatus.FAILED, "t::c": TestStatus.PASSED},
)


def suites(path: Path) -> dict[str, ET.Element]:
    return {suite.attrib["name"]: suite for suite in ET.parse(path).getroot()}


def test_a_run_has_a_suite_for_every_selected_instance(tmp_path: Path) -> None:
    ledger = row(1, Outcome.UNRESOLVED)
    (summary,) = recorded_summaries(RUN, [ledger, row(2, Outcome.INFRA_ERROR)])
    files = attempt_files(replace(RESULT, verdict=VERDICT))
    write_attempt(run_folder(tmp_path, RUN.run_id), ledger.key, files)
    write_run_junit(tmp_path / "junit.xml", tmp_path, RUN.run_id, [summary])
    found = suites(tmp_path / "junit.xml")
    assert sorted(found) == sorted(RUN.instance_ids)
    first = found["o__r-1"]
    assert (first.get("tests"), first.get("failures")) == ("3", "1")
    assert [each.get("message") for each in first.iter("failure")] == ["FAILED"]
    assert float(first.attrib["time"]) == RESULT.seconds
    assert found["o__r-2"].get("errors") == "1"
    assert found["o__r-3"].get("skipped") == "1"


def test_several_models_and_attempts_have_names_of_their_own(tmp_path: Path) -> None:
    summaries = recorded_summaries(RUN, ROWS)
    write_run_junit(tmp_path / "junit.xml", tmp_path, RUN.run_id, summaries)
    found = suites(tmp_path / "junit.xml")
    assert len(found) == 2 * len(RUN.instance_ids)
    assert {"o__r-1 (org/model)", "o__r-1 (org/model, attempt 1)"} <= found.keys()


def test_an_attempt_whose_artifacts_are_gone_still_has_its_outcome(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, RUN.run_id)
    key = AttemptKey("org/model", 0, "o__r-2")
    write_attempt(folder, key, {"attempt.json": '{"tests": '})
    summaries = recorded_summaries(RUN, [row(1, Outcome.RESOLVED), row(2, Outcome.UNRESOLVED)])
    write_run_junit(tmp_path / "junit.xml", tmp_path, RUN.run_id, summaries)
    found = suites(tmp_path / "junit.xml")
    assert [case.get("name") for case in found["o__r-1"].iter("testcase")] == ["evaluation"]
    assert found["o__r-2"].get("failures") == "1"


def test_a_folder_of_reports(tmp_path: Path) -> None:
    reports = tmp_path / "logs"
    put(reports, "a", RESOLVED)
    put(reports, "b", UNRESOLVED)
    put(reports, "c", "")
    found = summarise_folder(reports, notice=lambda _: None)
    write_folder_junit(tmp_path / "junit.xml", "logs", found)
    written = suites(tmp_path / "junit.xml")
    counts = {name: (each.get("tests"), each.get("failures")) for name, each in written.items()}
    assert counts == {"a": ("1", "0"), "b": ("3", "2"), "c": ("1", "0")}
    assert written["c"].get("errors") == "1"


def test_a_file_that_cannot_be_written_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").mkdir()
    with pytest.raises(InputError, match=r"--junit: cannot write .*junit\.xml"):
        write_run_junit(tmp_path / "junit.xml", tmp_path, RUN.run_id, [])
    assert [path.name for path in tmp_path.iterdir()] == ["junit.xml"]


def test_where_trust_is_required_what_is_only_resolved_fails(tmp_path: Path) -> None:
    results = [
        a_result(1),
        a_result(2, integrity=Level.TAMPERED),
        forgotten(a_result(3)),
        a_result(4, Outcome.UNRESOLVED, Level.SUSPECT),
    ]
    run = a_run(tmp_path, results)
    with RunStore.read(tmp_path, "r") as store:
        summaries = recorded_summaries(run, store.rows())
    path = tmp_path / "junit.xml"
    write_run_junit(path, tmp_path, "r", summaries, require_trusted=True)
    messages = {
        name: [failure.get("message") for failure in suite.iter("failure")]
        for name, suite in suites(path).items()
    }
    assert messages["o__r-1"] == []
    assert messages["o__r-2"] == [
        "resolved, but not trusted: a hook assigns .outcome (conftest.py:8: r.outcome = 1)"
    ]
    assert messages["o__r-3"] == [
        "resolved, but not trusted: nobody looked whether it can be believed"
    ]
    assert messages["o__r-4"] == ["UNRESOLVED it is"]
    write_run_junit(path, tmp_path, "r", summaries)
    assert suites(path)["o__r-2"].get("failures") == "0"
    properties = {each.get("name"): each.get("value") for each in suites(path)["o__r-2"][0]}
    assert properties["integrity"] == "tampered"
