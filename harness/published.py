"""Reads what others published: one instance's `report.json`, and summaries of whole runs.

Pure: text in, dataclasses out. Which program wrote a summary is seen from its keys, because the
names of such files mislead. docs/compare-published.md has the keys of each form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from harness.integrity.record import NOTHING_STORED, StoredIntegrity, read_integrity
from harness.verdict import ListResult, Outcome
from task_specs.errors import InputError
from task_specs.row import kind_of

OFFICIAL_BUCKETS = (
    "submitted",
    "incomplete",
    "empty_patch",
    "completed",
    "resolved",
    "unresolved",
    "error",
    "infra_failure",
    "ambiguous_failure",
)
"""The lists of ids of the official summary, `<bucket>_ids` each."""
NO_GENERATION = "no_generation"
"""A submission's one list for what the official summary calls incomplete or empty_patch."""
BUCKETS = (*OFFICIAL_BUCKETS, NO_GENERATION)
_OURS = frozenset({"trusted", "suspect", "tampered"})
"""Lists of ids that swe-verify adds to its summaries, about the same instances."""

# What harness 1.x wrote as results.json; its no_generation holds empty patches alone.
_HARNESS_1 = frozenset({"generated", "with_logs", "applied"})


@dataclass(frozen=True, slots=True)
class PublishedReport:
    """One instance's `report.json`: the official harness's, the hosted evaluator's, or ours."""

    instance_id: str
    resolved: bool
    patch_exists: bool
    patch_is_none: bool
    applied: bool
    """`patch_successfully_applied`, which says that the log was graded."""
    fail_to_pass: ListResult | None
    """None where the report has no `tests_status`."""
    pass_to_pass: ListResult | None
    infra_failure: bool = False
    outcome: Outcome | None = None
    """What swe-verify adds to its own reports; None in others'."""
    reason: str = ""
    integrity: StoredIntegrity = NOTHING_STORED
    """Likewise ours."""


@dataclass(frozen=True, slots=True)
class PublishedSummary:
    """Which instances of a run ended how."""

    form: str
    """What kind of summary it was read from, in words."""
    total: int | None
    """The denominator; None where the summary does not say."""
    buckets: Mapping[str, frozenset[str]]
    """Ids by bucket, one of BUCKETS. What the summary does not say is not a key."""
    unread: tuple[str, ...] = ()
    """Lists that it holds, not empty, and that no bucket here corresponds to."""

    @property
    def instance_ids(self) -> frozenset[str]:
        """Every id in any bucket."""
        return frozenset().union(*self.buckets.values())


def read_report(text: str, where: str, *, instance_id: str | None = None) -> PublishedReport:
    """Read a `report.json`, whose content is either the report or keyed by the instance id.

    `where` names the file in errors. `instance_id` is whose report is wanted; without it a report
    that names no instance, as the hosted evaluator's, cannot be read. Raises InputError for a
    report that is cut short, is another instance's, lacks `resolved`, or contradicts itself.
    """
    content = _object(_decoded(text, where), where)
    if isinstance(content.get("resolved", {}), dict):
        instance_id, content = _keyed(content, where, instance_id)
    if instance_id is None:
        raise InputError(f"{where}: the report does not say which instance it is of")
    entry = _Entry(content, where)
    statuses = entry.tests_status()
    outcome = entry.outcome()
    resolved = entry.flag("resolved", None)
    if outcome is not None and resolved != (outcome is Outcome.RESOLVED):
        raise InputError(f"{where}: resolved contradicts the outcome {outcome}")
    return PublishedReport(
        instance_id=instance_id,
        resolved=resolved,
        patch_exists=entry.flag("patch_exists", True),
        patch_is_none=entry.flag("patch_is_None", False),
        applied=entry.flag("patch_successfully_applied", bool(statuses)),
        fail_to_pass=statuses.get("FAIL_TO_PASS"),
        pass_to_pass=statuses.get("PASS_TO_PASS"),
        infra_failure=entry.flag("infra_failure", False),
        outcome=outcome,
        reason=entry.text("reason") or entry.text("infra_failure_reason"),
        integrity=read_integrity(content),
    )


def read_summary(text: str, where: str) -> PublishedSummary:
    """Read a run's summary in any published form; raise InputError where it is none of them.

    The forms: the official `<model>.<run_id>.json`, the hosted evaluator's, a submission's
    `results.json` or `per_instance_details.json`, and a list of resolved ids, in JSON or one a
    line.
    """
    if not text.strip():
        raise InputError(f"{where} is empty; name a summary or a list of ids")
    if text.lstrip()[0] not in "{[":
        return _resolved_alone("a list of resolved ids", _lines(text, where))
    content = _decoded(text, where)
    if isinstance(content, list):
        return _resolved_alone("a list of resolved ids", _ids(content, where, "the list"))
    values = _object(content, where)
    if "resolved_ids" in values:
        return official_summary(values, where)
    if isinstance(values.get("resolved"), list):
        return _submission(values, where)
    entries = [entry for entry in values.values() if isinstance(entry, dict)]
    if entries and len(entries) == len(values) and all("resolved" in entry for entry in entries):
        return _details(values, where)
    raise InputError(
        f"{where} is no summary known here: expected resolved_ids (a run's summary), resolved "
        "(results.json), an object for each instance, or a list of ids"
    )


def official_summary(values: Mapping[str, object], where: str) -> PublishedSummary:
    """Read an official summary of any schema_version, or the hosted evaluator's, from its keys."""
    lists = {
        key.removesuffix("_ids"): _ids(value, where, key)
        for key, value in values.items()
        if key.endswith("_ids")
    }
    hosted = not {"pending", "failed"}.isdisjoint(lists)
    total = values.get("total_instances")
    if total is not None and (not isinstance(total, int) or isinstance(total, bool)):
        raise InputError(f"{where}: total_instances must be a number, not {kind_of(total)}")
    return PublishedSummary(
        form="the hosted evaluator's summary" if hosted else "an official summary",
        total=total,
        buckets={name: lists[name] for name in OFFICIAL_BUCKETS if name in lists},
        unread=tuple(
            f"{name}_ids" for name in lists if lists[name] and name not in (*BUCKETS, *_OURS)
        ),
    )


def _submission(values: Mapping[str, object], where: str) -> PublishedSummary:
    lists = {
        name: _ids(value, where, name) for name, value in values.items() if isinstance(value, list)
    }
    buckets = {"resolved": lists["resolved"]}
    if lists.keys() >= _HARNESS_1:
        buckets["empty_patch"] = lists.get(NO_GENERATION, frozenset())
        buckets["submitted"] = lists["generated"] | buckets["empty_patch"]
        read = {"resolved", NO_GENERATION, "generated"}
    else:
        buckets |= {NO_GENERATION: lists[NO_GENERATION]} if NO_GENERATION in lists else {}
        read = {"resolved", NO_GENERATION}
    unread = tuple(name for name, ids in lists.items() if ids and name not in read)
    return PublishedSummary("a submission's results.json", None, buckets, unread)


def _details(values: Mapping[str, object], where: str) -> PublishedSummary:
    resolved = {
        instance_id
        for instance_id, entry in values.items()
        if _Entry(_object(entry, where), f"{where}, {instance_id}").flag("resolved", None)
    }
    return PublishedSummary(
        "an object for each instance", len(values), {"resolved": frozenset(resolved)}
    )


def _resolved_alone(form: str, ids: frozenset[str]) -> PublishedSummary:
    return PublishedSummary(form, None, {"resolved": ids})


def _lines(text: str, where: str) -> frozenset[str]:
    lines = [(n, line.partition("#")[0].strip()) for n, line in enumerate(text.splitlines(), 1)]
    for number, line in lines:
        if len(line.split()) > 1:
            raise InputError(f"{where}, line {number}: expected one instance id, not {line[:60]!r}")
    return frozenset(line for _, line in lines if line)


def _ids(value: object, where: str, name: str) -> frozenset[str]:
    if not isinstance(value, list):
        raise InputError(f"{where}: {name} must be a list of instance ids, not {kind_of(value)}")
    for item in value:
        if not isinstance(item, str):
            raise InputError(f"{where}: {name} must hold instance ids, not {kind_of(item)}")
    return frozenset(value)


def _decoded(text: str, where: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        cut = "it is empty" if not text.strip() else f"is it cut short? ({reason})"
        raise InputError(f"{where}: not valid JSON; {cut}") from None


def _object(value: object, where: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise InputError(f"{where}: expected an object, not {kind_of(value)}")
    return value


def _keyed(
    content: dict[str, object], where: str, instance_id: str | None
) -> tuple[str, dict[str, object]]:
    """Return the wanted entry of a report that is keyed by instance id."""
    if instance_id is None and len(content) == 1:
        instance_id = next(iter(content))
    if instance_id is None or instance_id not in content:
        found = ", ".join(list(content)[:3]) or "nothing"
        raise InputError(f"{where}: expected the report of {instance_id or 'one'}, found {found}")
    return instance_id, _object(content[instance_id], f"{where}, {instance_id}")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One instance's values, read key by key."""

    values: Mapping[str, object]
    where: str

    def flag(self, key: str, default: bool | None) -> bool:
        """Return a value that must be true or false; a missing one is the default, if any."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            there = kind_of(value) if key in self.values else "missing"
            raise InputError(f"{self.where}: {key} must be true or false, not {there}")
        return value

    def text(self, key: str) -> str:
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def outcome(self) -> Outcome | None:
        value = self.values.get("outcome")
        try:
            return None if value is None else Outcome(cast(str, value))
        except ValueError:
            raise InputError(f"{self.where}: unknown outcome {value!r}") from None

    def tests_status(self) -> dict[str, ListResult]:
        """Return the results by list; nothing where the report has none."""
        status = self.values.get("tests_status")
        if status is None:
            return {}
        lists = _object(status, f"{self.where}, tests_status")
        return {name: self._list_result(name, value) for name, value in lists.items()}

    def _list_result(self, name: str, value: object) -> ListResult:
        where = f"{self.where}, {name}"
        parts = _object(value, where)
        success, failure = (parts.get(key, []) for key in ("success", "failure"))
        for part in (success, failure):
            if not isinstance(part, list) or not all(isinstance(test, str) for test in part):
                raise InputError(f"{where}: success and failure must be lists of test ids")
        return ListResult(tuple(cast(list[str], success)), tuple(cast(list[str], failure)))
