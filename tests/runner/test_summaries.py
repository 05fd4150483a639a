"""From ledger rows to summaries: the denominator holds whatever is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from harness.verdict import Finding, Level, Outcome
from runner.ledger import LedgerRow
from runner.run import Run
from runner.summaries import json_report, recorded_summaries, write_official_summaries
from tests.runner.test_ledger import ROW
from tests.runner.test_store import a_run

RUN: Run = replace(a_run(), instance_ids=tuple(f"o__r-{number}" for number in range(1, 6)))


def row(number: int, outcome: Outcome, attempt: int = 0) -> LedgerRow:
    key = ROW.key._replace(instance_id=f"o__r-{number}", attempt=attempt)
    return replace(ROW, key=key, outcome=outcome, findings=())


ROWS = [
    row(1, Outcome.RESOLVED),
    row(2, Outcome.INFRA_ERROR),
    row(3, Outcome.NOT_RUN),
    row(1, Outcome.UNRESOLVED, attempt=1),
    row(9, Outcome.RESOLVED),  # selected no more
]


def test_what_is_missing_stays_in_the_denominator() -> None:
    first, second = recorded_summaries(RUN, ROWS)
    assert (first.resolved, first.total, first.rate) == (1, 5, 0.2)
    assert first.not_submitted == ("o__r-4", "o__r-5")
    assert (second.attempt, second.resolved, second.total) == (1, 0, 5)


def test_each_attempt_has_an_official_summary(tmp_path: Path) -> None:
    write_official_summaries(tmp_path, RUN, recorded_summaries(RUN, ROWS))
    first = json.loads((tmp_path / "org__model.r.json").read_text())
    second = json.loads((tmp_path / "org__model.attempt-1.r.json").read_text())
    assert first["resolved_ids"] == ["o__r-1"]
    assert first["error_ids"] == ["o__r-2", "o__r-3"]
    assert first["incomplete_ids"] == ["o__r-4", "o__r-5"]
    assert first["infra_failure_ids"] == ["o__r-2"]
    assert second["unresolved_ids"] == ["o__r-1"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "org__model.attempt-1.r.json",
        "org__model.r.json",
    ]


def test_programs_get_rates_and_every_attempt(tmp_path: Path) -> None:
    document = json_report(RUN, recorded_summaries(RUN, ROWS), tmp_path)
    text = json.loads(json.dumps(document))
    assert text["dataset_revision"] == "c0ffee"
    assert text["summaries"][0]["resolved_rate"] == 0.2
    assert text["summaries"][0]["outcomes"] == {"RESOLVED": 1, "INFRA_ERROR": 1, "NOT_RUN": 1}
    assert [a["instance_id"] for a in text["attempts"]] == ["o__r-1", "o__r-2", "o__r-3", "o__r-1"]


def test_what_the_ledger_knows_of_integrity_is_in_every_summary(tmp_path: Path) -> None:
    proof = Finding("forges_markers", "holds the markers", "a.py:2")
    note = Finding("network_enabled", "a network")
    rows = [
        replace(row(1, Outcome.RESOLVED), integrity=Level.CLEAN, findings=(note,)),
        replace(row(2, Outcome.RESOLVED), integrity=Level.TAMPERED, findings=(note, proof)),
        row(3, Outcome.UNRESOLVED),
    ]
    (summary,) = recorded_summaries(RUN, rows)
    assert [each.doubt for each in summary.results] == ["", "holds the markers (a.py:2)", ""]
    write_official_summaries(tmp_path, RUN, [summary])
    written = json.loads((tmp_path / "org__model.r.json").read_text())
    assert written["resolved_ids"] == ["o__r-1", "o__r-2"]
    assert (written["trusted_ids"], written["tampered_ids"]) == (["o__r-1"], ["o__r-2"])
    document = json.loads(json.dumps(json_report(RUN, [summary], tmp_path, require_trusted=True)))
    assert document["headline"] == "trusted_rate"
    (told,) = document["summaries"]
    assert (told["resolved_rate"], told["trusted_rate"], told["trusted"]) == (0.4, 0.2, 1)
    assert told["integrity"] == {"clean": 1, "suspect": 0, "tampered": 1}
    assert [each["trusted"] for each in document["attempts"]] == [True, False, False]
    assert [each["integrity"] for each in document["attempts"]] == ["clean", "tampered", None]


def test_an_older_run_has_no_trusted_rate(tmp_path: Path) -> None:
    document = json_report(RUN, recorded_summaries(RUN, ROWS), tmp_path)
    assert document["headline"] == "resolved_rate"
    told = json.loads(json.dumps(document))["summaries"][0]
    assert told["trusted_rate"] is told["trusted"] is told["trusted_interval_95"] is None
