"""The versions of the official rules: one row each, one named choice a column; and the strict ones.

A number means nothing without the rules it was made by, so every verdict names them. The rows
were read from, and compared with, the releases of swebench that they name; docs/fidelity.md says
how, and which logs are whose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from harness import grading_rules as rule
from harness.eval_script import TestLog
from harness.ids import Matcher, Statuses, match_exactly, match_exactly_or_cut
from harness.parsers.older_readings import READINGS_OF_HARNESS_2, READINGS_OF_HARNESS_4
from harness.parsers.registry import Parser, parser_for
from harness.verdict import DEFAULT_RULES, TestStatus
from task_specs.errors import InputError
from task_specs.instance import Instance

Gate: TypeAlias = Callable[[TestLog], str | None]
"""Why a log is not read; None where it is."""
Doubt: TypeAlias = Callable[[TestLog, Statuses], str | None]
"""Why what was read is not believed; None where it is."""
Part: TypeAlias = Callable[[TestLog], str]
Worth: TypeAlias = Callable[[TestStatus | None], bool | None]


@dataclass(frozen=True, slots=True)
class ListRule:
    """How the listed tests are judged: how an id is looked up, and what a status is worth."""

    match: Matcher
    fail_to_pass: Worth
    pass_to_pass: Worth


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of the official rules."""

    name: str
    harness: str
    """The release of swebench whose rules these are."""
    gate: Gate
    parts: tuple[Part, ...]
    """What is read: the first part that names a test counts."""
    doubts: tuple[Doubt, ...]
    eval_types: Mapping[str, ListRule]
    older_readings: Mapping[Parser, Parser] = field(default_factory=dict)
    """What stands in the place of some of today's parsers. Those of which this version had none
    are today's."""
    invalidates_tampered: bool = False
    """Whether proof of tampering takes a resolved attempt's verdict away, see
    `harness.integrity.strict`. No official rules do that."""

    def parser(self, instance: Instance) -> Parser:
        """Return how these rules read an instance's log; InputError for an unknown name."""
        today = parser_for(
            instance.log_parser, instance_id=instance.instance_id, version=instance.version
        )
        return self.older_readings.get(today, today)

    def list_rule(self, instance: Instance) -> ListRule:
        """Return how an instance's lists are judged; InputError for an unknown `eval_type`."""
        try:
            return self.eval_types[instance.eval_type]
        except KeyError:
            raise InputError(
                f"{instance.instance_id}: unknown eval_type {instance.eval_type!r}: "
                f"use one of {', '.join(self.eval_types)}"
            ) from None


_FAIL_ONLY = ListRule(match_exactly, rule.all_but_failed, rule.all_but_failed)
_LISTS_OF_HARNESS_4 = {
    "pass_and_fail": ListRule(match_exactly, rule.skips_are_left_out, rule.skips_are_left_out),
    "fail_only": _FAIL_ONLY,
}

_VERSIONS = (
    Rules(
        name=DEFAULT_RULES,
        harness="5.0.2",
        gate=rule.wants_both_markers,
        parts=(rule.between_the_markers, rule.whole_log),
        doubts=(rule.wants_evidence_of_a_suite, rule.wants_a_failure_behind_an_exit_code),
        eval_types={
            "pass_and_fail": ListRule(
                match_exactly_or_cut, rule.passes_and_nothing_else, rule.skips_are_kept
            ),
            "fail_only": _FAIL_ONLY,
        },
    ),
    Rules(
        name="official-4",
        harness="4.1.0",
        gate=rule.wants_both_markers,
        parts=(rule.between_the_markers, rule.whole_log),
        doubts=(),
        eval_types=_LISTS_OF_HARNESS_4,
        older_readings=READINGS_OF_HARNESS_4,
    ),
    Rules(
        name="official-2",
        harness="2.1.8",
        gate=rule.wants_an_applied_patch,
        parts=(rule.after_the_model_patch,),
        doubts=(),
        eval_types=_LISTS_OF_HARNESS_4,
        older_readings=READINGS_OF_HARNESS_2,
    ),
)
RULES_VERSIONS = tuple(rules.name for rules in _VERSIONS)
"""The names of the official versions, the newest first."""
STRICT = "strict"
"""The newest official rules, under which what is proven to be forged is INVALID. Ours."""

_STRICT = replace(_VERSIONS[0], name=STRICT, invalidates_tampered=True)
_BY_NAME = {rules.name: rules for rules in (*_VERSIONS, _STRICT)}


def checked_rules(name: str) -> str:
    """Return the name of a version of the rules; InputError names those there are."""
    if name not in _BY_NAME:
        raise InputError(f"unknown rules {name!r}: use one of {', '.join(_BY_NAME)}")
    return name


def rules_named(name: str) -> Rules:
    """Return a version of the rules; InputError for an unknown name."""
    return _BY_NAME[checked_rules(name)]
