"""What every sandbox must tell of what was changed in it: a part of the contract of sandboxes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest

from containers import upper_layer
from harness.sandbox import UNLISTED, ChangeKind, SandboxProvider, SandboxRequest
from task_specs.limits import MIB, Limits
from tests import fakes

MODIFIED, ADDED, DELETED = ChangeKind
LIMITS = Limits(seconds=120, memory_bytes=256 * MIB, cpus=1, pids=64, output_bytes=4 * MIB)
FURNISHED = {
    "kept": b"kept",
    "edited": b"12345",
    "removed": b"",
    "old/a": b"a",
    "old/b": b"b",
    "gone/a": b"",
    "untouched/a": b"",
}


class ChangedBy(Protocol):
    """Runs a script in a furnished box and says what is not as in its image."""

    def __call__(self, script: str, limits: Limits = ...) -> dict[str, ChangeKind]: ...


class ChangesContract:
    """The suite. The subclass has the fixture `furnished`."""

    @pytest.fixture
    def furnished(self) -> tuple[SandboxProvider, str]:
        """A provider, and an image of it that holds the files of `FURNISHED` below /testbed."""
        raise NotImplementedError

    @pytest.fixture
    def changed_by(self, furnished: tuple[SandboxProvider, str], tmp_path: Path) -> ChangedBy:
        def changed(script: str, limits: Limits = LIMITS) -> dict[str, ChangeKind]:
            provider, image = furnished
            with provider.open(SandboxRequest(image, limits)) as box:
                box.put({"/put/file": b"as put"})
                box.run(["/bin/bash", "-c", script], tmp_path / "output")
                changes = box.changes()
            assert changes is not None
            assert list(changes) == sorted(changes, key=lambda change: change.path)
            assert len({change.path for change in changes}) == len(changes)
            # An engine leaves traces of its own, such as places to mount at.
            ours = [c for c in changes if c.path.startswith(("/testbed", "/put")) or c == UNLISTED]
            return {change.path: change.kind for change in ours}

        return changed

    def test_a_box_that_did_nothing_changed_nothing(self, changed_by: ChangedBy) -> None:
        assert changed_by("cat /put/file /testbed/kept") == {"/put": ADDED}

    @pytest.mark.parametrize(
        ("script", "kind"),
        [
            ("echo more >> /put/file", MODIFIED),
            ("rm /put/file", DELETED),
            ("rm /put/file; mkdir /put/file", None),
            (
                "echo > /put/file; printf 'as put' > /put/file; touch -d @946684800 /put/file",
                MODIFIED,
            ),
        ],
    )
    def test_what_was_put_is_told_when_it_was_altered(
        self, changed_by: ChangedBy, script: str, kind: ChangeKind | None
    ) -> None:
        """Also where someone made it look as before: a script can be one thing while it runs."""
        told = changed_by(script)["/put/file"]
        assert told is kind or (kind is None and told in (MODIFIED, DELETED))

    def test_what_was_added_edited_and_removed_is_told(self, changed_by: ChangedBy) -> None:
        changed = changed_by(
            "cd /testbed; mkdir new; echo > new/a; echo > old/new; rm removed; rm -r gone;"
            "echo more >> edited; echo >> /put/file; cat kept old/*"
        )
        del changed["/put"], changed["/put/file"]
        assert changed == {
            "/testbed": MODIFIED,
            "/testbed/new": ADDED,
            "/testbed/new/a": ADDED,
            "/testbed/old": MODIFIED,
            "/testbed/old/new": ADDED,
            "/testbed/removed": DELETED,
            "/testbed/gone": DELETED,
            "/testbed/edited": MODIFIED,
        }

    def test_a_folder_in_place_of_another_is_told_file_by_file(self, changed_by: ChangedBy) -> None:
        """So does what installs a package anew: what it wrote as it was is no change."""
        changed = changed_by("cd /testbed; rm -r old; mkdir old; echo other > old/b; echo > old/c")
        assert changed["/testbed/old"] is MODIFIED
        assert changed["/testbed/old/a"] is DELETED
        assert changed["/testbed/old/b"] is MODIFIED
        assert changed["/testbed/old/c"] is ADDED

    def test_one_thing_in_place_of_another_is_a_modification(self, changed_by: ChangedBy) -> None:
        changed = changed_by(
            "cd /testbed; rm kept; mkdir kept; rm -r old; echo > old; ln -sf kept edited;"
            "chmod 600 removed"
        )
        for name in ("kept", "old", "edited", "removed"):
            assert changed[f"/testbed/{name}"] is MODIFIED

    def test_what_is_made_and_removed_again_is_no_change(self, changed_by: ChangedBy) -> None:
        assert changed_by("cd /testbed; echo > x; rm x; mkdir -p y/z; rm -r y") == {"/put": ADDED}

    def test_an_edit_that_keeps_size_and_time_is_told(self, changed_by: ChangedBy) -> None:
        """Times can be set; an engine that goes by them believes that nothing happened."""
        changed = changed_by(
            "cd /testbed; touch -r edited t; printf 54321 > edited; touch -r t edited"
        )
        assert changed["/testbed/edited"] is MODIFIED

    def test_odd_names_are_told(self, changed_by: ChangedBy) -> None:
        changed = changed_by(
            r"""cd /testbed; for name in $'a\nb' $'\x1b[2J' '"},{"Path":"' $'\xff' '\'; do"""
            ' echo > "$name"; done'
        )
        names = ("a\nb", "\x1b[2J", '"},{"Path":"', "\ufffd", "\\")
        assert {f"/testbed/{name}" for name in names} <= set(changed)

    def test_changes_can_be_asked_for_after_a_timeout(self, changed_by: ChangedBy) -> None:
        changed = changed_by("echo > /testbed/new; sleep 600", replace(LIMITS, seconds=1))
        assert changed["/testbed/new"] is ADDED

    def test_links_are_not_followed(self, changed_by: ChangedBy) -> None:
        changed = changed_by("ln -s / /testbed/root; ln -s /testbed/old /testbed/link")
        assert {
            path for path in changed if path.startswith(("/testbed/root", "/testbed/link"))
        } == {
            "/testbed/root",
            "/testbed/link",
        }

    def test_twenty_thousand_changes_are_told(self, changed_by: ChangedBy) -> None:
        changed = changed_by("mkdir /testbed/x; cd /testbed/x; touch {1..20000}")
        assert sum(path.startswith("/testbed/x/") for path in changed) == 20_000
        assert UNLISTED.path not in changed

    def test_of_very_many_changes_a_part_is_told(
        self, changed_by: ChangedBy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What a box leaves must not fill the memory of who looks at it."""
        monkeypatch.setattr(upper_layer, "MAX_PATHS", 500)
        monkeypatch.setattr(fakes, "MAX_PATHS", 500)
        changed = changed_by("mkdir /testbed/x; cd /testbed/x; touch {1..1000}")
        assert changed[UNLISTED.path] is UNLISTED.kind
        assert len(changed) < 510
