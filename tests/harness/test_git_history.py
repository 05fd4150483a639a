"""Future history: real repositories, and the lines that tell of them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.git_history import MAX_NAMES, future_script, read_future

TOKEN = "0123456789abcdef"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


class Repository:
    """A repository whose commits are a day apart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._day = 0
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str) -> str:
        date = f"2020-01-{self._day or 1:02}T00:00:00+00:00"
        identity = {
            f"GIT_{who}_{what}": value
            for who in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "u"), ("EMAIL", "u@x.invalid"), ("DATE", date))
        }
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), **identity}
        return subprocess.run(
            ["git", *words],
            cwd=self.folder,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    def commit(self) -> str:
        self._day += 1
        self.git("commit", "--quiet", "--allow-empty", "--message", "x")
        return self.git("rev-parse", "HEAD")

    def forget_reflogs(self) -> None:
        shutil.rmtree(self.folder / ".git" / "logs")

    def future(self) -> tuple[str, ...]:
        script = future_script(TOKEN, str(self.folder))
        ran = subprocess.run(
            ["/bin/bash", "-c", f"set -u; {script}echo after"],
            check=True,
            capture_output=True,
            text=True,
        )
        assert ran.stderr == ""
        told, _, rest = ran.stdout.rpartition("after\n")
        assert rest == ""
        return read_future(told)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Two commits of the past with a tag, and one on top as published images have it."""
    made = Repository(tmp_path / "repository")
    made.commit()
    made.git("tag", "v1")
    made.git("tag", "--annotate", "v1-signed", "--message", "x")
    made.commit()
    made._day = 20
    made.commit()
    return made


def branch_of_the_future(repository: Repository) -> str:
    """Make a commit after the task's own, and before the one that the image put on top."""
    repository.git("checkout", "--quiet", "-b", "future", "HEAD^")
    repository._day = 9
    made = repository.commit()
    repository.git("checkout", "--quiet", "main")
    return made


def test_a_repository_that_ends_with_the_task_has_no_future(repository: Repository) -> None:
    assert repository.future() == ()


def test_a_branch_a_tag_and_a_reflog_that_lead_further_are_told(repository: Repository) -> None:
    commit = branch_of_the_future(repository)
    repository.git("tag", "--annotate", "v2", "--message", "x", "future")
    assert repository.future() == (
        f"refs/heads/future ({commit[:12]})",
        f"refs/tags/v2 ({commit[:12]})",
        f"reflog ({commit[:12]})",
    )


@pytest.mark.parametrize(
    ("keep", "name"),
    [
        (
            lambda r, c: r.git("update-ref", "refs/remotes/origin/main", c),
            "refs/remotes/origin/main",
        ),
        (lambda r, c: r.git("update-ref", "refs/stash", c), "refs/stash"),
        (lambda r, c: (r.folder / ".git/FETCH_HEAD").write_text(f"{c}\t\tx\n"), "FETCH_HEAD"),
    ],
)
def test_whatever_keeps_a_later_commit_is_told(
    repository: Repository, keep: Callable[[Repository, str], object], name: str
) -> None:
    commit = branch_of_the_future(repository)
    repository.git("branch", "--quiet", "-D", "future")
    repository.forget_reflogs()
    assert repository.future() == ()
    keep(repository, commit)
    assert repository.future()[0] == f"{name} ({commit[:12]})"


def test_a_branch_of_the_past_is_no_future(repository: Repository) -> None:
    """Projects mend old releases beside; what they did until then anyone could know."""
    repository.git("checkout", "--quiet", "-b", "old-release", "v1")
    repository._day = 1
    repository.commit()
    repository.git("checkout", "--quiet", "main")
    assert repository.future() == ()


def test_a_reference_to_what_is_no_commit_does_no_harm(repository: Repository) -> None:
    tree = repository.git("rev-parse", "HEAD^{tree}")
    repository.git("update-ref", "refs/tags/tree", tree)
    (repository.folder / ".git/ORIG_HEAD").write_text(f"{'1' * 40}\n")
    commit = branch_of_the_future(repository)
    assert f"refs/heads/future ({commit[:12]})" in repository.future()


def test_of_very_many_references_some_are_told(repository: Repository) -> None:
    commit = branch_of_the_future(repository)
    for number in range(MAX_NAMES + 5):
        repository.git("tag", f"t{number}", commit)
    assert len(repository.future()) == MAX_NAMES


def test_without_a_repository_nothing_is_told(tmp_path: Path) -> None:
    script = future_script(TOKEN, str(tmp_path / "absent"))
    ran = subprocess.run(["/bin/bash", "-c", script], check=True, capture_output=True)
    assert (ran.stdout, ran.stderr) == (b"", b"")


def test_what_is_printed_later_is_not_believed() -> None:
    told = f"\n{TOKEN} future refs/heads/x {'a' * 40}\n"
    assert read_future(told) == ("refs/heads/x (aaaaaaaaaaaa)",)
    assert read_future(f"\n{TOKEN} try git apply 0.1\n{told}") == ()
