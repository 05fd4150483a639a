"""Our verdicts against the official harness's own, on 282 of its evaluations.

The logs cover all twelve repositories of SWE-bench Verified. The archive's `index.jsonl` says of
each whether it is resolved by today's labels. The `report.json` beside each log, which names
every listed test, was made by harness 4 with the labels of its time; where harness 5 reads a log
differently, a test below says how.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.grading import grade
from harness.integrity.log_reading import log_findings
from harness.reports.official import instance_report
from harness.transcript import Transcript
from harness.verdict import Outcome, Verdict
from task_specs.instance import Instance

# Later revisions of the dataset dropped PASS_TO_PASS ids of these.
RELABELLED = ("astropy__astropy-7606", "django__django-10097")
# Harness 4 took any name that begins with a cut id; harness 5 wants the candidates to agree.
DISAGREEING_CUT_ID = "astropy__astropy-14369"


@dataclass(frozen=True)
class Evaluation:
    """One official evaluation, and ours of the same log."""

    folder: str
    resolved: bool
    report: dict[str, Any]
    instance: Instance
    log: Transcript
    verdict: Verdict

    @property
    def instance_id(self) -> str:
        return self.verdict.instance_id

    @property
    def graded(self) -> bool:
        return "tests_status" in self.our_report

    @property
    def our_report(self) -> dict[str, Any]:
        (report,) = instance_report(self.verdict, patch_is_none=False, patch_exists=True).values()
        assert isinstance(report, dict)
        return report


def read_instances(path: Path) -> dict[str, Instance]:
    names = Instance.__dataclass_fields__.keys() - {"build", "limits"}
    instances = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = {key: value for key, value in json.loads(line).items() if key in names}
            row |= {key: tuple(row[key]) for key in ("FAIL_TO_PASS", "PASS_TO_PASS")}
            instances[row["instance_id"]] = Instance(**row)
    return instances


def read_archive(path: Path) -> Iterator[tuple[str, str]]:
    """Yield name and text of every file but patches and scripts, in one pass over the stream."""
    with tarfile.open(path, "r|xz") as archive:
        for member in archive:
            if member.name.endswith((".json", ".jsonl", ".txt")):
                content = archive.extractfile(member)
                assert content is not None
                yield member.name, content.read().decode()


@pytest.fixture(scope="module")
def evaluations(data_dir: Path) -> list[Evaluation]:
    instances = read_instances(data_dir / "swe-bench-verified.jsonl")
    files = dict(read_archive(data_dir / "official-logs.tar.xz"))
    index = [json.loads(line) for line in files["official-logs/index.jsonl"].splitlines()]
    found = []
    for entry in index:
        instance_id = entry["instance_id"]
        folder = f"official-logs/{entry['run']}/{entry['model']}/{instance_id}"
        log = Transcript(files[f"{folder}/test_output.txt"])
        found.append(
            Evaluation(
                folder=folder,
                resolved=entry["resolved_with_v5_labels"],
                report=json.loads(files[f"{folder}/report.json"])[instance_id],
                instance=instances[instance_id],
                log=log,
                verdict=grade(instances[instance_id], log),
            )
        )
    return found


def test_every_verdict_is_the_official_one(evaluations: list[Evaluation]) -> None:
    assert len(evaluations) == 282
    assert [each.folder for each in evaluations if each.verdict.resolved != each.resolved] == []


def test_every_listed_test_fares_as_in_the_official_report(evaluations: list[Evaluation]) -> None:
    explained = (*RELABELLED, DISAGREEING_CUT_ID)
    compared = [each for each in evaluations if each.graded and each.instance_id not in explained]
    assert len(compared) == 267
    differing = [
        each.folder
        for each in compared
        if each.our_report["tests_status"] != each.report["tests_status"]
    ]
    assert differing == []


def test_relabelled_instances_differ_by_the_dropped_ids_alone(
    evaluations: list[Evaluation],
) -> None:
    relabelled = [each for each in evaluations if each.instance_id in RELABELLED]
    assert len(relabelled) == 2
    for each in relabelled:
        then, now = each.report["tests_status"], each.our_report["tests_status"]
        assert then["FAIL_TO_PASS"] == now["FAIL_TO_PASS"]
        assert then["PASS_TO_PASS"]["success"] == now["PASS_TO_PASS"]["success"]
        assert set(then["PASS_TO_PASS"]["failure"]) > set(now["PASS_TO_PASS"]["failure"])


def test_a_cut_id_whose_candidates_disagree_is_missing(evaluations: list[Evaluation]) -> None:
    differences = []
    for each in evaluations:
        if each.instance_id == DISAGREEING_CUT_ID:
            then = each.report["tests_status"]["PASS_TO_PASS"]["success"]
            differences.append(set(then) - set(each.verdict.pass_to_pass.success))
    cut_id = "astropy/units/tests/test_format.py::test_cds_grammar_fail[km"
    assert differences == [{cut_id}, set()]


def test_logs_without_any_test_are_no_longer_graded(evaluations: list[Evaluation]) -> None:
    """Their test runner fell over on start; harness 4 graded that as every listed test failing."""
    ungraded = [each for each in evaluations if not each.graded]
    assert len(ungraded) == 11
    for each in ungraded:
        assert each.verdict.outcome is Outcome.INVALID
        assert "names no test" in each.verdict.reason
        assert not any(status["success"] for status in each.report["tests_status"].values())


def test_an_environment_without_a_module_is_suspected(evaluations: list[Evaluation]) -> None:
    """Nine sphinx images of one run lacked `roman`, so pytest never started."""
    suspected = [
        finding.evidence
        for each in evaluations
        for finding in each.verdict.findings
        if finding.kind == "infrastructure_suspected"
    ]
    assert len([line for line in suspected if line.endswith("roman'")]) == 9


def test_the_rules_of_harness_4_give_its_reports(evaluations: list[Evaluation]) -> None:
    """Nothing differs but what later labels leave out."""
    differing = []
    for each in evaluations:
        verdict = grade(each.instance, each.log, rules="official-4")
        (ours,) = instance_report(verdict, patch_is_none=False, patch_exists=True).values()
        kept = {*each.instance.FAIL_TO_PASS, *each.instance.PASS_TO_PASS}
        then = {
            name: {key: [test for test in tests if test in kept] for key, tests in lists.items()}
            for name, lists in each.report["tests_status"].items()
        }
        if ours["tests_status"] != then:
            differing.append(each.folder)
    assert differing == []


def test_none_of_the_logs_looks_forged(evaluations: list[Evaluation]) -> None:
    seen = [
        (each.folder, finding.kind, finding.evidence)
        for each in evaluations
        for finding in log_findings(each.instance, each.log, each.verdict)
    ]
    assert seen == []
