"""The second evaluation, run for real in folders of this machine: what it undoes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.restored import NOT_RESTORED_EXIT_CODE, RestoredLog
from harness.surface import surface_of
from harness.verdict import Outcome
from tests.harness.integrity.made_patches import created, edited
from tests.harness.restored_runs import (
    FIX,
    HELPER,
    NO_HELPER,
    TEST,
    TEST_PATCH,
    git,
    run_restored,
    task,
    with_repository,
)

THROUGH_A_LINK = NO_HELPER.replace(" a/tests", " a/link").replace(" b/tests", " b/link")
LIST = "find . -path ./.git -prune -o -type f -print"


def deleted(path: str, *lines: str) -> str:
    removed = "".join(f"-{line}\n" for line in lines)
    return (
        f"diff --git a/{path} b/{path}\ndeleted file mode 100644\n--- a/{path}\n+++ /dev/null\n"
        f"@@ -1,{len(lines)} +0,0 @@\n{removed}"
    )


def linked(path: str, target: str) -> str:
    return created(path, target, mode="120000") + "\\ No newline at end of file\n"


NO_TESTS = deleted("tests/helper.sh", HELPER) + deleted(
    "tests/test_value.sh", ". tests/helper.sh", "check . b"
)


def test_an_honest_patch_resolves_without_its_edits_of_tests(tmp_path: Path) -> None:
    patch = FIX + created("tests/more.sh", "check right c")
    assert surface_of(task(), patch) == ("tests/more.sh",)
    restored = run_restored(patch, tmp_path, task(test=f"ls tests; {TEST}"))
    assert restored.verdict.outcome is Outcome.RESOLVED
    assert "more.sh" not in restored.read.log
    assert restored.read.changed == ()


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param(NO_HELPER, id="a helper edited"),
        pytest.param(created("tests/expected/value", ""), id="a file of the test patch planted"),
        pytest.param(created("tests/expected/value/x", ""), id="a folder in a file's place"),
        pytest.param(created("tests/expected", "x"), id="a file in a folder's place"),
        pytest.param(NO_TESTS, id="the tests removed"),
        pytest.param(
            NO_TESTS + created("mine/helper.sh", "check() { echo PASSED t::$2; }")
            + linked("tests", "mine"),
            id="the folder of tests made a link",
        ),
        pytest.param(
            linked("link", "tests") + THROUGH_A_LINK,
            id="a helper edited through a link",
        ),
    ],
)  # fmt: skip
def test_what_makes_a_wrong_patch_pass_is_undone(tmp_path: Path, patch: str) -> None:
    """And it stands in the way of no right one."""
    restored = run_restored(patch, tmp_path)
    assert restored.applied
    assert restored.verdict.fail_to_pass.failure == ("t::a",)
    assert run_restored(FIX + patch, tmp_path).verdict.outcome is Outcome.RESOLVED


def test_a_link_of_the_repository_leads_to_what_is_put_back(tmp_path: Path) -> None:
    """git refuses to go through it, GNU patch does not."""

    def with_link(root: Path) -> None:
        with_repository(root)
        (root / "testbed/link").symlink_to("tests")
        git(root / "testbed", "add", ".")
        git(root / "testbed", "commit", "-qm", "a link")

    restored = run_restored(
        THROUGH_A_LINK, tmp_path, surface=("link/helper.sh",), prepare=with_link
    )
    assert restored.applied
    assert restored.verdict.fail_to_pass.failure == ("t::a",)


def test_what_is_outside_the_repository_is_not_touched(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")

    def with_link(root: Path) -> None:
        with_repository(root)
        (root / "testbed/out").symlink_to(outside)

    instance = task(late=f"ln -s {outside} more; rm -r tests; ln -s {outside} tests")
    surface = ("out/kept", "more/kept", "tests/kept", "tests/helper.sh")
    restored = run_restored(FIX, tmp_path, instance, surface=surface, prepare=with_link)
    assert restored.verdict.outcome is Outcome.RESOLVED
    assert [path.read_text() for path in outside.iterdir()] == ["kept"]


def test_names_are_only_names(tmp_path: Path) -> None:
    names = (
        "-rf",
        "tests/*",
        "tests/a\nb",
        "$(touch x)",
        "'",
        " ",
        "--files-from=x",
        "tests/[tv]*",
    )
    made = "touch -- -rf 'tests/*' $'tests/a\\nb' '$(touch x)' \"'\" ' ' --files-from=x"
    restored = run_restored(FIX, tmp_path, task(late=made, test=LIST), surface=names)
    files = [line for line in restored.read.log.split("\n") if line.startswith("./")]
    assert sorted(files) == [
        "./tests/expected/value",
        "./tests/helper.sh",
        "./tests/test_value.sh",
        "./value.txt",
    ]


def test_thousands_of_names_are_put_back_too(tmp_path: Path) -> None:
    folder = f"tests/{'d' * 200}"
    names = tuple(f"{folder}/{number}" for number in range(5000))
    made = f"mkdir {folder}; (cd {folder}; touch {{0..4999}})"
    instance = task(late=made, test="find tests -type f | wc -l")
    assert "\n3\n" in run_restored(FIX, tmp_path, instance, surface=names).read.log


def test_gits_own_files_are_put_back(tmp_path: Path) -> None:
    """GNU patch writes them; a hook would run when the eval_script restores the test files."""
    hook = "#!/bin/sh\necho 'check() { :; }' >tests/helper.sh"
    patch = (
        FIX
        + created(".git/hooks/post-checkout", hook, "100755")
        + edited(".git/config", "\thooksPath = /tmp", "[core]")
    )
    instance = task(setup="git config --list --local", test=f"ls .git/hooks; {TEST}")
    restored = run_restored(patch, tmp_path, instance)
    assert restored.applied
    assert restored.verdict.outcome is Outcome.RESOLVED
    assert "post-checkout\n" not in restored.read.log
    assert "hookspath" not in restored.output


def test_attributes_of_the_patch_are_not_in_force(tmp_path: Path) -> None:
    """They would have the eval_script's own checkout write other line ends, or run a filter."""
    patch = FIX + created(".gitattributes", "* text eol=crlf")
    restored = run_restored(patch, tmp_path, task(test=f"grep -c '\r' tests/*.sh; {TEST}"))
    assert restored.verdict.outcome is Outcome.RESOLVED
    assert "tests/test_value.sh:0" in restored.read.log


def test_a_file_that_is_not_gits_is_put_back_as_it_was(tmp_path: Path) -> None:
    """Published images hold compiled modules that are built, and not committed."""

    def with_module(root: Path) -> None:
        with_repository(root)
        (root / "testbed/fast.so").write_bytes(b"\0\xffbuilt")
        (root / "testbed/fast.so").chmod(0o755)

    instance = task(late="echo >x; mv x fast.so", test="ls -l fast.so; od -c fast.so")
    restored = run_restored(FIX, tmp_path, instance, surface=("fast.so",), prepare=with_module)
    assert "\n-rwxr-xr-x" in restored.read.log
    assert r"\0 377   b   u   i   l   t" in restored.read.log


@pytest.mark.parametrize(
    "deed",
    [
        "echo 'check() { echo PASSED t::$2; }' >tests/helper.sh",
        "rm -r tests; mkdir tests",
        "rm tests/expected/value; mkdir -p tests/expected/value/x",
        "rm tests/helper.sh; ln -s /dev/null tests/helper.sh",
        "git update-index --skip-worktree tests/helper.sh; rm -r .git; echo >tests/helper.sh",
    ],
)
def test_what_installing_does_to_the_surface_is_undone(tmp_path: Path, deed: str) -> None:
    """The tests are put in place without any help of the repository as it is then."""
    restored = run_restored(NO_HELPER, tmp_path, task(late=deed))
    assert restored.verdict.fail_to_pass.failure == ("t::a",)
    assert restored.verdict.pass_to_pass.success == ("t::b",)


def test_bytecode_that_installing_leaves_is_gone(tmp_path: Path) -> None:
    """It may claim to belong to a restored file, and is believed without a look at that."""

    def with_bytecode(root: Path) -> None:
        with_repository(root)
        (root / "testbed/old.pyc").write_bytes(b"")

    instance = task(late="touch -d 2001-01-01 tests/helper.pyc", test=LIST)
    restored = run_restored(FIX, tmp_path, instance, prepare=with_bytecode)
    assert "\n./old.pyc\n" in restored.read.log
    assert "helper.pyc" not in restored.read.log


def test_a_restored_file_that_changes_during_the_tests_is_told(tmp_path: Path) -> None:
    """Also where it is as before in the end: the product can rewrite a helper before it is read."""
    deed = "cp -p tests/helper.sh x; echo >tests/helper.sh; cp -p x tests/helper.sh; touch 'a b'"
    surface = ("tests/helper.sh", "a b", "never")
    restored = run_restored(FIX, tmp_path, task(test=f"{deed}; {TEST}"), surface=surface)
    assert restored.verdict.outcome is Outcome.RESOLVED
    assert restored.read.changed == ("tests/helper.sh", r"a\ b")


def test_what_was_kept_and_then_tampered_with_is_not_put_back(tmp_path: Path) -> None:
    instance = task(late='for x in "${0%/*}"/*.tar; do echo >>"$x"; done')
    restored = run_restored(FIX, tmp_path, instance)
    assert restored.read == RestoredLog("", "what was kept of the surface was changed")
    assert restored.exit_code == NOT_RESTORED_EXIT_CODE


def test_tests_that_do_not_fit_the_image_are_told(tmp_path: Path) -> None:
    instance = task(test_patch=TEST_PATCH.replace(" check . b", " check . c"))
    restored = run_restored(FIX, tmp_path, instance)
    assert restored.read.problem == "the test patch does not apply to HEAD"
    assert restored.exit_code == NOT_RESTORED_EXIT_CODE
    assert not restored.applied


def test_what_the_test_patch_deletes_is_not_there(tmp_path: Path) -> None:
    def with_old_test(root: Path) -> None:
        with_repository(root)
        (root / "testbed/tests/old.sh").write_text("old\n")
        git(root / "testbed", "add", ".")
        git(root / "testbed", "commit", "-qm", "old")

    instance = task(test_patch=TEST_PATCH + deleted("tests/old.sh", "old"), test=LIST)
    patch = FIX + edited("tests/old.sh", "more", "old")
    restored = run_restored(
        patch, tmp_path, instance, prepare=with_old_test, surface=("tests/old.sh",)
    )
    assert "\n./tests/expected/value\n" in restored.read.log
    assert "old.sh" not in restored.read.log


def test_pictures_are_put_in_place_with_the_tests(tmp_path: Path) -> None:
    listed = json.dumps({"test_patch": [{"path": "tests/a b.png", "url": ""}]})
    instance = task(setup="mkdir 'tests/a b.png'", test="cat 'tests/a b.png'", image_assets=listed)
    restored = run_restored(FIX, tmp_path, instance, assets={"tests/a b.png": b"a picture\n"})
    assert "\na picture\n" in restored.read.log


def test_the_future_is_gone_before_the_patch_arrives(tmp_path: Path) -> None:
    def with_future(root: Path) -> None:
        with_repository(root)
        repo = root / "testbed"
        git(repo, "tag", "past")
        git(repo, "checkout", "-qb", "ahead")
        git(repo, "commit", "-q", "--allow-empty", "-m", "the fix")
        git(repo, "tag", "-a", "v2", "-m", "later")
        git(repo, "pack-refs", "--all")
        git(repo, "update-ref", "refs/stash", "HEAD")
        git(repo, "checkout", "-q", "main")
        (repo / ".git/ORIG_HEAD").write_text((repo / ".git/refs/stash").read_text())

    looking = (
        "git for-each-ref --format='ref: %(refname)'; ls .git/*_HEAD; "
        "git log --all --reflog --format='commit: %s'; echo looked"
    )
    restored = run_restored(FIX, tmp_path, prepare=with_future, before=looking)
    seen = restored.output.partition("\nlooked\n")[0].split("\n")
    assert [line for line in seen if line.startswith(("ref: ", "commit: "))] == [
        "ref: refs/heads/main",
        "ref: refs/tags/past",
        "commit: base",
    ]
    assert ".git/ORIG_HEAD" not in seen
    assert restored.verdict.outcome is Outcome.RESOLVED
