"""What is found in the box: whether the repository is installed there without having been copied.

A virtual environment stands for the one that the script activates.
"""

from __future__ import annotations

import json
import os
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.execute import execute
from harness.transcript import Transcript
from task_specs.limits import Limits
from task_specs.prediction import Prediction
from tests.fakes import LocalSandboxes
from tests.harness.test_execute import IMAGE, with_repository
from tests.harness.test_reinstall import AUTO, FIX, PLAIN, touching


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site-packages of a new environment, first on the path."""
    environment = tmp_path / "environment"
    venv.create(environment, symlinks=True)
    monkeypatch.setenv("PATH", f"{environment / 'bin'}:{os.environ['PATH']}")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return environment / "lib" / version / "site-packages"


Furnish = Callable[[Path, Path], None]
"""Furnishes a site-packages for a repository at the second path."""


def by_egg_link(site: Path, repository: Path) -> None:
    (site / "pkg.egg-link").write_text(f"{repository}\n.")
    (site / "easy-install.pth").write_text(f"{repository}\n")
    (repository / "pkg.egg-info").mkdir()
    (repository / "pkg.egg-info" / "PKG-INFO").touch()


def by_url(site: Path, repository: Path, *files: str, editable: bool = True) -> None:
    metadata = site / "pkg-1.dist-info"
    metadata.mkdir()
    origin = {"url": repository.as_uri(), "dir_info": {"editable": editable}}
    (metadata / "direct_url.json").write_text(json.dumps(origin))
    (metadata / "RECORD").write_text("".join(f"{name},sha256=x,1\n" for name in files))


def by_path_file(site: Path, repository: Path) -> None:
    (site / "__editable__.pkg-1.pth").write_text(f"{repository}\n")
    by_url(site, repository, "__editable__.pkg-1.pth")


def by_finder(site: Path, repository: Path, package: str = "pkg") -> None:
    path_file, finder = "__editable__.pkg-1.pth", "__editable___pkg_1_finder.py"
    (site / path_file).write_text("import sys\n")
    mapping = {package: str(repository / package)}
    (site / finder).write_text(f"import sys\nMAPPING: dict[str, str] = {mapping!r}\nNAMES = {{}}\n")
    by_url(site, repository, path_file, finder)


def as_a_copy(site: Path, repository: Path) -> None:
    by_url(site, repository, "pkg/__init__.py", editable=False)


def off_the_path(site: Path, repository: Path) -> None:
    by_egg_link(site, repository)
    (site / "easy-install.pth").unlink()


def translated(site: Path, repository: Path) -> None:
    """By 2to3, as some old projects do."""
    (repository / "build" / "lib").mkdir(parents=True)
    (site / "pkg.pth").write_text(f"{repository}/build/lib\n")
    by_url(site, repository, "pkg.pth")


def somewhere_else(site: Path, repository: Path) -> None:
    by_path_file(site, repository.parent)


def twice(site: Path, repository: Path) -> None:
    by_egg_link(site, repository)
    by_path_file(site, repository)


def not_at_all(site: Path, repository: Path) -> None:
    pass


def of_another_package(site: Path, repository: Path) -> None:
    by_finder(site, repository, "other")


def run(tmp_path: Path, site: Path, furnish: Furnish, patch: str = FIX) -> Transcript:
    def prepare(root: Path) -> None:
        (root / "testbed" / "pkg").mkdir()
        (root / "testbed" / "pkg" / "core.py").write_text("wrong\n")
        (root / "testbed" / "setup.py").write_text("from pkg._helper import names\n")
        (root / "testbed" / "pkg" / "_helper.py").write_text("wrong\n")
        with_repository(root)
        furnish(site, root / "testbed")

    return execute(
        LocalSandboxes(prepare),
        PLAIN,
        Prediction("o__r-1", "m", patch),
        image=IMAGE,
        limits=Limits(seconds=60),
        raw_output=tmp_path / "raw",
        options=AUTO,
    )


@pytest.mark.parametrize(
    ("furnish", "kind"),
    [(by_egg_link, "an egg-link"), (by_path_file, "a path file"), (by_finder, "a finder")],
)
def test_what_is_installed_editable_is_left_alone(
    tmp_path: Path, site: Path, furnish: Furnish, kind: str
) -> None:
    transcript = run(tmp_path, site, furnish)
    assert transcript.reinstall.startswith(
        "skipped because the patch touches nothing that it reads"
    )
    assert transcript.reinstall.endswith(f"is installed by {kind}")
    assert "No module named pip" not in transcript.test_output  # the environment has none
    assert f"reinstall {transcript.reinstall}" in transcript.test_output


@pytest.mark.parametrize(
    "furnish",
    [not_at_all, as_a_copy, off_the_path, translated, somewhere_else, of_another_package, twice],
)
def test_what_is_not_runs_as_written(tmp_path: Path, site: Path, furnish: Furnish) -> None:
    transcript = run(tmp_path, site, furnish)
    assert transcript.reinstall.startswith("not skipped because ")
    assert "No module named pip" in transcript.test_output


def test_a_file_that_a_build_file_names_is_in_doubt(tmp_path: Path, site: Path) -> None:
    transcript = run(tmp_path, site, by_egg_link, touching("pkg/_helper.py"))
    assert transcript.reinstall == "not skipped because pkg/_helper.py is named in setup.py"


def test_a_check_that_cannot_run_skips_nothing(
    tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "python").write_text("#!/bin/sh\nexit 1\n")
    (broken / "python").chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken}:{os.environ['PATH']}")
    transcript = run(tmp_path, site, by_egg_link)
    assert transcript.reinstall == "not skipped because the check did not run"
