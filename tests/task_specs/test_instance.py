"""The one door from a dict to an Instance."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from task_specs import classic
from task_specs.errors import InputError
from task_specs.instance import Instance

ROW: dict[str, object] = {
    "instance_id": "owner__name-1",
    "repo": "owner/name",
    "base_commit": "abc123",
    "patch": "the gold patch\n",
    "test_patch": "the test patch\n",
    "FAIL_TO_PASS": ["t::a", "t::b"],
    "PASS_TO_PASS": [],
    "image": "owner/name:1",
    "eval_script": "run the tests",
    "log_parser": "parse_log_pytest",
}
WHERE = "tasks.jsonl, line 3"


def refusal(**changes: object) -> str:
    """Return the error for ROW with columns changed, or left out where the value is `...`."""
    row = {name: value for name, value in {**ROW, **changes}.items() if value is not ...}
    with pytest.raises(InputError) as caught:
        Instance.from_row(row, WHERE)
    return str(caught.value)


def test_both_spellings_of_the_test_lists_are_read() -> None:
    lists = Instance.from_row(ROW, WHERE)
    spelled = {**ROW, "FAIL_TO_PASS": json.dumps(ROW["FAIL_TO_PASS"]), "PASS_TO_PASS": "[]"}
    assert lists.FAIL_TO_PASS == ("t::a", "t::b")
    assert Instance.from_row(spelled, WHERE) == lists


def test_optional_columns_may_be_missing_or_null() -> None:
    sparse = Instance.from_row({**ROW, "hints_text": None, "eval_type": None}, WHERE)
    assert (sparse.hints_text, sparse.version, sparse.eval_type) == ("", "", "pass_and_fail")


def test_unknown_columns_are_ignored() -> None:
    assert Instance.from_row({**ROW, "agent_history": [1, 2]}, WHERE) == Instance.from_row(
        ROW, WHERE
    )


def test_image_assets_are_kept_as_json_text() -> None:
    assets = {"test_patch": ["a.png"]}
    for given in (assets, json.dumps(assets)):
        instance = Instance.from_row({**ROW, "image_assets": given}, WHERE)
        assert json.loads(instance.image_assets) == assets


@pytest.mark.parametrize(("given", "read"), [(90, 90.0), (1.5, 1.5), (None, None), (..., None)])
def test_a_row_may_say_how_long_its_tests_take(given: object, read: float | None) -> None:
    row = ROW if given is ... else {**ROW, "expected_seconds": given}
    assert Instance.from_row(row, WHERE).expected_seconds == read


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), 10**400])
def test_a_time_that_cannot_be_is_refused(value: float) -> None:
    assert "expected_seconds must be above 0 and below 1e9" in refusal(expected_seconds=value)


def test_a_date_becomes_iso_text() -> None:
    """Parquet files can hold created_at as a timestamp."""
    row = {**ROW, "created_at": datetime(2022, 3, 3, 15, 14, 54, tzinfo=UTC)}
    assert Instance.from_row(row, WHERE).created_at == "2022-03-03T15:14:54+00:00"


def test_instances_known_to_need_a_network_ask_for_it() -> None:
    assert Instance.from_row(ROW, WHERE).limits.network is None
    requests = {**ROW, "instance_id": "psf__requests-1142"}
    assert Instance.from_row(requests, WHERE).limits.network is True


def test_a_classic_row_is_completed() -> None:
    """Rows from before the datasets carried image, eval_script and log_parser."""
    row = {
        **{name: ROW[name] for name in ("patch", "FAIL_TO_PASS", "PASS_TO_PASS")},
        "instance_id": "django__django-11099",
        "repo": "django/django",
        "version": "3.0",
        "base_commit": "abc123",
        "test_patch": "diff --git a/tests/x/test_y.py b/tests/x/test_y.py\n",
    }
    instance = Instance.from_row(row, WHERE)
    assert instance.image == "swebench/sweb.eval.x86_64.django_1776_django-11099:latest"
    assert instance.log_parser == classic.log_parser("django/django")
    assert "x.test_y" in instance.eval_script


@pytest.mark.parametrize("column", ["instance_id", "repo", "base_commit", "FAIL_TO_PASS"])
def test_a_missing_column_is_named(column: str) -> None:
    message = refusal(**{column: ...})
    assert message.startswith(WHERE)
    assert f"column {column} is missing" in message


def test_a_fault_names_the_instance_where_it_is_known() -> None:
    assert "(owner__name-1)" in refusal(repo=...)
    assert "(" not in refusal(instance_id=7)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("repo", 7, "column repo must be text, not a number"),
        ("patch", ["a"], "column patch must be text, not a list"),
        ("FAIL_TO_PASS", {"a": 1}, "must be a list of test ids, not an object"),
        ("FAIL_TO_PASS", "t::a", "is text but not a JSON list"),
        ("FAIL_TO_PASS", '"t::a"', "must be a list of test ids, not text"),
        ("PASS_TO_PASS", ["a", 1], "but holds a number"),
        ("PASS_TO_PASS", [True], "but holds true or false"),
        ("image", "Not An Image", "is not an image reference"),
        ("eval_type", "sometimes", 'must be pass_and_fail or fail_only, not "sometimes"'),
        ("expected_seconds", "90 s", "must be a number of seconds, not text"),
        ("expected_seconds", True, "must be a number of seconds, not true or false"),
        ("problem_statement", "\ud83d", "half of a Unicode character"),
        ("instance_id", "../../etc", "holds a slash"),
        ("instance_id", "..", "would leave the output folder"),
        ("instance_id", "a\0b", "holds a control character"),
        ("instance_id", "x" * 201, "longer than 200 bytes"),
    ],
)
def test_a_wrong_value_is_named(column: str, value: object, words: str) -> None:
    message = refusal(**{column: value})
    assert words in message
    assert column in message


def test_a_row_without_tests_is_refused() -> None:
    """Nothing would fail, so everything, a no-op included, would be resolved."""
    assert "both empty" in refusal(FAIL_TO_PASS=[])


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("image", "no image is published for owner/name"),
        ("eval_script", "how to test owner/name"),
        ("log_parser", "how owner/name logs"),
    ],
)
def test_a_row_that_cannot_be_completed_is_refused(column: str, words: str) -> None:
    message = refusal(**{column: ...})
    assert f"column {column} is missing" in message
    assert words in message


def test_a_script_cannot_be_generated_without_a_test_patch() -> None:
    message = refusal(eval_script=..., test_patch=...)
    assert "eval_script and test_patch are both missing" in message
