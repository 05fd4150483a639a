"""Findings: what a reader of a verdict should know before believing it.

A finding never changes whether an attempt is resolved.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from harness.patch import summarize_patch
from harness.transcript import Transcript
from harness.triage import size
from harness.verdict import Finding
from task_specs.instance import Instance

_QUOTED_NAMES = ('"a/', '"b/', '--- "', '+++ "')
"""One of these is in a patch where git wrote a name otherwise than it is."""


def findings(
    instance: Instance, patch: str | None, repairs: tuple[str, ...], transcript: Transcript
) -> tuple[Finding, ...]:
    """Return what is remarkable about an attempt apart from its tests, which `grade` looks at.

    `patch` is the model's patch as it was applied, None where there was none; `repairs` is what
    was mended on reading it.
    """
    return (
        *_patch_repaired(repairs),
        *_patch_edits_tests(instance, patch),
        *_network_enabled(transcript),
        *_output_truncated(transcript),
    )


def _patch_repaired(repairs: tuple[str, ...]) -> Iterator[Finding]:
    for repair in repairs:
        yield Finding("patch_repaired", f"the patch was repaired on reading: {repair}")


def _patch_edits_tests(instance: Instance, patch: str | None) -> Iterator[Finding]:
    if not patch:
        return
    under_test = _files_under_test(instance.test_patch)
    if not any(text in patch for text in (*under_test, *_QUOTED_NAMES)):
        return  # reading a patch properly costs more than grading most logs
    edited = [file for file in summarize_patch(patch).files if file in under_test]
    if edited:
        yield Finding(
            "patch_edits_tests",
            f"the patch edits {len(edited)} of the files that the tests restore and overwrite",
            evidence=", ".join(edited),
        )


@lru_cache(maxsize=1024)  # a task has many attempts
def _files_under_test(test_patch: str) -> frozenset[str]:
    return frozenset(summarize_patch(test_patch).files)


def _network_enabled(transcript: Transcript) -> Iterator[Finding]:
    if transcript.limits.network:
        yield Finding(
            "network_enabled",
            "the tests could reach a network, so the result may depend on servers elsewhere",
        )


def _output_truncated(transcript: Transcript) -> Iterator[Finding]:
    if transcript.output_limit_hit:
        limit = size(transcript.limits.output_bytes)
        yield Finding("output_truncated", f"the log ends at the output limit of {limit}")
