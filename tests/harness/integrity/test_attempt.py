"""Findings about an attempt that do not come from its tests."""

from __future__ import annotations

from dataclasses import replace

from harness.integrity import findings
from harness.transcript import Transcript
from harness.verdict import Finding
from task_specs.instance import Instance
from task_specs.limits import MIB, Limits

EDIT = "--- a/{0}\n+++ b/{0}\n@@ -1 +1 @@\n-a\n+b\n"
INSTANCE = Instance(
    instance_id="pallets__demo-1",
    repo="",
    base_commit="",
    patch="",
    test_patch=EDIT.format("tests/test_a.py"),
    FAIL_TO_PASS=(),
    PASS_TO_PASS=(),
    image="",
    eval_script="",
    log_parser="",
)


def found(
    patch: str | None = EDIT.format("src/a.py"),
    repairs: tuple[str, ...] = (),
    transcript: Transcript | None = None,
) -> tuple[Finding, ...]:
    return findings(INSTANCE, patch, repairs, transcript or Transcript(""))


def test_an_ordinary_attempt_is_unremarkable() -> None:
    assert found() == ()
    assert found(patch=None) == ()
    assert found(patch="no patch at all") == ()


def test_a_patch_that_edits_the_tests_it_is_judged_by() -> None:
    (finding,) = found(EDIT.format("src/a.py") + EDIT.format("tests/test_a.py"))
    assert (finding.kind, finding.evidence) == ("patch_edits_tests", "tests/test_a.py")


def test_editing_other_tests_is_no_finding() -> None:
    assert found(EDIT.format("tests/test_b.py")) == ()


def test_a_name_that_git_quotes_is_the_same_file() -> None:
    """Names are looked for in the text of a patch before it is read, and this one is not there."""
    quoted = r"""--- "a/tests/t\303\251st.py"
+++ "b/tests/t\303\251st.py"
@@ -1 +1 @@
-a
+b
"""
    instance = replace(INSTANCE, test_patch=EDIT.format("tests/tést.py"))
    (finding,) = findings(instance, quoted, (), Transcript(""))
    assert finding.evidence == "tests/tést.py"


def test_a_broken_hunk_does_not_hide_an_edited_test() -> None:
    broken = EDIT.format("tests/test_a.py").replace("-1 +1", "-1,5 +1,5")
    assert [finding.kind for finding in found(broken)] == ["patch_edits_tests"]


def test_repairs_the_network_and_a_cut_log_are_told() -> None:
    limits = Limits(network=True, output_bytes=MIB)
    told = found(
        repairs=("added the missing final newline", "removed a Markdown fence"),
        transcript=Transcript("", output_limit_hit=True, limits=limits),
    )
    assert [finding.kind for finding in told] == [
        "patch_repaired",
        "patch_repaired",
        "network_enabled",
        "output_truncated",
    ]
    assert "added the missing final newline" in told[0].message
    assert "1 MiB" in told[3].message
