"""`swe-verify images`: what is shown, what is asked, and what is removed."""

from __future__ import annotations

import json
import os
import pty
from collections.abc import Callable

import pytest

from containers.engine import Engine
from runner.image_pages import size_text
from tests.containers.made_images import MadeEngine, dead

Command = Callable[..., tuple[int, str, str]]

DJANGO = "swebench/sweb.eval.x86_64.django_1776_django-11400:latest"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> MadeEngine:
    """An engine with a task built here, an image that was pulled, and one that was there."""
    engine = MadeEngine()
    engine.add("swe-verify/env:1", "b:200 e:30", kind="env", hours_old=50)
    engine.add("swe-verify/task:1", "b e t:2", kind="task", hours_old=49)
    engine.pulled("a/pulled:1", "p:1500")
    engine.add(DJANGO, "s:400")
    engine.add("debian:12", "x:100")
    monkeypatch.setattr(Engine, "connect", lambda: engine)
    return engine


def test_the_listing_shows_what_is_ours(command: Command, made: MadeEngine) -> None:
    code, out, err = command("images", "ls")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "KIND           SIZE   ALONE  LAST USED  IN USE  IMAGE",
        "pulled       1.5 GB  1.5 GB        now          a/pulled:1",
        "task         232 MB    2 MB    2 d ago          swe-verify/task:1",
        "environment  230 MB     0 B    2 d ago          swe-verify/env:1",
        "",
        "3 images of swe-verify, 1.7 GB; 0 in use.",
        "ALONE is what removing that image alone would free: layers that others share stay.",
    ]


def test_the_listing_can_show_what_others_brought(command: Command, made: MadeEngine) -> None:
    made.use(made.add("sweb.env.x:1", "s y:3"))
    _, out, _ = command("images", "ls", "--all")
    assert DJANGO in out
    assert "debian" not in out
    assert "2 of others, 403 MB; all together 2.1 GB; 1 in use." in out


def test_the_listing_for_programs(command: Command, made: MadeEngine) -> None:
    code, out, _ = command("images", "ls", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["total_bytes"] == 1_732_000_000
    pulled = document["images"][0]
    assert isinstance(pulled.pop("last_used"), float)
    assert pulled == {
        "references": ["a/pulled:1"],
        "id": made.image("a/pulled:1").id,  # type: ignore[union-attr]
        "kind": "pulled",
        "size_bytes": 1_500_000_000,
        "alone_bytes": 1_500_000_000,
        "in_use": None,
    }


def test_nothing_to_list(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "connect", MadeEngine)
    assert command("images", "ls") == (
        0,
        "No image on this engine was made or pulled by swe-verify.\n",
        "",
    )
    assert command("images", "gc") == (0, "Nothing to remove.\n", "")


def test_a_clean_up_says_what_it_freed(command: Command, made: MadeEngine) -> None:
    made.use(made.add("unrelated:1", "z:1"), dead())
    code, out, err = command("images", "gc")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "freed    2 MB  swe-verify/task:1",
        "freed  230 MB  swe-verify/env:1",
        "freed  1.5 GB  a/pulled:1",
        "Freed 1.7 GB: 3 images and 1 container of dead runs.",
    ]
    assert made.names() == {DJANGO, "debian:12", "unrelated:1"}


def test_a_rehearsal_removes_nothing(command: Command, made: MadeEngine) -> None:
    before = made.names()
    code, out, _ = command("images", "gc", "--dry-run", "--all")
    assert code == 0
    assert out.splitlines()[-1] == "Would free 2.1 GB: 4 images."
    assert made.names() == before


def test_age_and_size_choose(command: Command, made: MadeEngine) -> None:
    assert "Freed 232 MB: 2 images." in command("images", "gc", "--older-than", "1d")[1]
    assert command("images", "gc", "--keep", "2GB")[1] == "Nothing to remove.\n"
    assert "Freed 1.5 GB: 1 image." in command("images", "gc", "--keep", "1GB")[1]


def test_a_clean_up_for_programs(command: Command, made: MadeEngine) -> None:
    document = json.loads(command("images", "gc", "--keep", "1.6GB", "--json")[1])
    assert (document["freed_bytes"], document["containers"]) == (232_000_000, 0)
    assert [each["kind"] for each in document["images"]] == ["task", "environment"]
    assert (document["dry_run"], document["refused"]) == (False, [])


@pytest.mark.parametrize("age", ["7", "d", "-1d", "1 year", "7d7d", "٣d"])
def test_an_age_that_is_none(command: Command, made: MadeEngine, age: str) -> None:
    code, _, err = command("images", "gc", "--older-than", age)
    assert code == 2
    assert "is not an age; write 30m, 12h, 7d or 2w" in err


def test_what_is_not_ours_needs_a_yes(command: Command, made: MadeEngine) -> None:
    before = made.names()
    code, out, err = command("images", "gc", "--all")
    assert (code, out) == (2, "")
    assert err == (
        "swe-verify: --all also removes what is not swe-verify's: 1 image, 400 MB; "
        "add --yes to agree\n"
    )
    assert made.names() == before
    assert "Freed 2.1 GB: 4 images." in command("images", "gc", "--all", "--yes")[1]
    assert made.names() == {"debian:12"}


@pytest.mark.parametrize(("answer", "left"), [("n", 5), ("", 5), ("y", 1)])
def test_a_terminal_is_asked(
    command: Command, made: MadeEngine, monkeypatch: pytest.MonkeyPatch, answer: str, left: int
) -> None:
    keyboard, terminal = pty.openpty()
    os.write(keyboard, f"{answer}\n".encode())
    with os.fdopen(terminal) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        code, out, err = command("images", "gc", "--all")
    os.close(keyboard)
    assert code == 0
    assert "Also remove what is not swe-verify's: 1 image, 400 MB? [y/N]" in err
    assert len(made.names()) == left
    assert ("Nothing was removed." in out) == (left == 5)


def test_without_an_engine(command: Command) -> None:
    code, _, err = command("images", "ls")
    assert code == 3
    assert err.startswith("swe-verify: the container engine at unix:///nonexistent/engine.sock")


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (999_600, "1 MB"),
        (262_144, "262 kB"),
        (999_499_999, "999 MB"),
        (999_500_000, "1.0 GB"),
        (1_234_567_890, "1.2 GB"),
        (99_949_999_999, "99.9 GB"),
        (240_000_000_000, "240 GB"),
    ],
)
def test_a_size_has_three_digits_at_most(size: int, text: str) -> None:
    assert size_text(size) == text
