"""What a box changed, read from folders made by hand as overlayfs would leave them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from containers import upper_layer
from containers.engine_facts import LayerFolders
from containers.upper_layer import NotReadable, layer_changes
from harness.sandbox import UNLISTED, ChangeKind

MODIFIED, ADDED, DELETED = ChangeKind


@pytest.fixture
def folders(tmp_path: Path) -> LayerFolders:
    """An upper folder above two of an image."""
    for name in ("upper", "newer", "older"):
        (tmp_path / name).mkdir()
    return LayerFolders(str(tmp_path / "upper"), (str(tmp_path / "newer"), str(tmp_path / "older")))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write_file(path: str, content: str = "") -> Path:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        return file

    return write_file


def changed(folders: LayerFolders) -> dict[str, ChangeKind]:
    return {change.path: change.kind for change in layer_changes(folders)}


def mark(folder: Path, name: str, value: bytes) -> None:
    try:
        os.setxattr(folder, f"user.overlay.{name}", value)
    except OSError as error:
        if error.errno == errno.ENOTSUP:
            pytest.skip("this file system keeps no marks")
        raise


def white_out(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.mknod(path, stat.S_IFCHR, os.makedev(0, 0))
    except PermissionError:
        pytest.skip("only root makes devices")


def test_nothing_written_is_nothing_changed(folders: LayerFolders) -> None:
    assert layer_changes(folders) == ()


def test_what_was_opened_for_writing_and_left_alone_is_no_change(
    folders: LayerFolders, write: Callable[..., Path]
) -> None:
    """The whole file is copied up as soon as someone opens it so."""
    write("older/a/b", "same")
    os.utime(write("upper/a/b", "same"), (1, 1))
    assert changed(folders) == {}


def test_the_uppermost_folder_of_the_image_is_what_counts(
    folders: LayerFolders, write: Callable[..., Path]
) -> None:
    write("older/a", "first")
    write("newer/a", "second")
    write("older/b/c", "first")
    write("newer/b/other")
    write("upper/a", "first")
    write("upper/b/c", "first")
    assert changed(folders) == {"/a": MODIFIED}


def test_deleted_and_made_anew_in_the_image(
    folders: LayerFolders, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("older/a", "old")
    white_out(tmp_path / "newer/a")
    write("upper/a", "old")
    assert changed(folders) == {"/a": ADDED}


def test_what_the_image_never_had_cannot_be_deleted(
    folders: LayerFolders, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("older/a/b")
    white_out(tmp_path / "upper/a/b")
    white_out(tmp_path / "upper/a/c")
    assert changed(folders) == {"/a": MODIFIED, "/a/b": DELETED}


def test_a_folder_made_anew_hides_what_was_there(
    folders: LayerFolders, write: Callable[..., Path], tmp_path: Path
) -> None:
    for name in ("older/a/kept", "older/a/lost", "newer/a/lost_too"):
        write(name, "x")
    write("upper/a/kept", "x")
    mark(tmp_path / "upper/a", "opaque", b"y")
    assert changed(folders) == {
        "/a": MODIFIED,
        "/a/lost": DELETED,
        "/a/lost_too": DELETED,
    }


def test_a_link_of_the_image_is_not_followed(
    folders: LayerFolders, write: Callable[..., Path], tmp_path: Path
) -> None:
    """The image may hold links that lead, seen from here, to this machine's own files."""
    outside = write("outside/file", "x").parent
    (tmp_path / "newer/a").symlink_to(outside)
    write("upper/a/file", "x")
    assert changed(folders) == {"/a": MODIFIED, "/a/file": ADDED}


def test_a_mark_that_is_not_understood_is_no_answer(
    folders: LayerFolders, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("upper/a/file")
    mark(tmp_path / "upper/a", "redirect", b"/b")
    with pytest.raises(NotReadable):
        layer_changes(folders)


def test_folders_that_are_not_there_are_no_answer(folders: LayerFolders, tmp_path: Path) -> None:
    """The engine may be in a virtual machine, whose folders have names of this machine's."""
    with pytest.raises(NotReadable):
        layer_changes(LayerFolders(str(tmp_path / "absent"), folders.lowers))


def test_names_together_too_long_are_not_all_told(
    folders: LayerFolders, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upper_layer, "MAX_CHARACTERS", 100)
    for number in range(10):
        write(f"upper/{number}{'x' * 40}")
    assert UNLISTED in layer_changes(folders)


def test_folders_too_deep_to_be_opened_are_not_told(
    folders: LayerFolders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A path may be longer than what the kernel takes in one piece."""
    monkeypatch.chdir(tmp_path / "upper")
    for _ in range(30):
        Path("d" * 200).mkdir()
        monkeypatch.chdir("d" * 200)
    try:
        found = layer_changes(folders)
    finally:
        for _ in range(30):  # deeper than what removes temporary folders can reach
            os.chdir("..")
            Path("d" * 200).rmdir()
    assert UNLISTED in found
    assert len(found) > 10
