"""One SQLite file: whoever was killed, whatever lies there, nothing is lost and nobody harmed."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.database import Database, NewerVersion, Schema
from task_specs.errors import InputError

FIRST = ("CREATE TABLE notes (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT",)
SECOND = ("ALTER TABLE notes ADD COLUMN colour TEXT NOT NULL DEFAULT 'white'",)
OLD = Schema("a book of notes", "notes", (FIRST,))
NEW = Schema("a book of notes", "notes", (FIRST, SECOND))

INSERT = "INSERT INTO notes (number, text) VALUES (?, ?)"
NUMBERS = "SELECT number FROM notes ORDER BY number"


def add(database: Database, *numbers: int) -> None:
    with database.transaction() as transaction:
        transaction.execute_for_each(INSERT, [(number, "text") for number in numbers])


def killed_after(path: Path, lines: str) -> None:
    """Run lines of Python in a process of its own, which then kills itself."""
    script = (
        "import os, sys; from pathlib import Path; from runner.database import Database;"
        "from tests.runner.test_database import *; path = Path(sys.argv[1]);"
        f"{lines}; os.kill(os.getpid(), 9)"
    )
    root = Path(__file__).resolve().parents[2]
    ended = subprocess.run([sys.executable, "-c", script, str(path)], cwd=root, check=False)
    assert ended.returncode == -signal.SIGKILL


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "notes", OLD)
    add(database, 1, 2)

    def rows() -> Iterator[tuple[int, str]]:
        yield (3, "text")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.transaction() as transaction:
        transaction.execute_for_each(INSERT, rows())
    assert database.read(NUMBERS) == [(1,), (2,)]
    add(database, 3)
    assert database.read(NUMBERS) == [(1,), (2,), (3,)]


def test_an_older_file_is_brought_up_to_date(tmp_path: Path) -> None:
    old = Database(tmp_path / "notes", OLD)
    add(old, 1)
    old.close()
    database = Database(tmp_path / "notes", NEW)
    assert database.version == 2
    assert database.read("SELECT * FROM notes") == [(1, "text", "white")]


def test_an_older_file_that_is_only_read_stays_as_it_is(tmp_path: Path) -> None:
    old = Database(tmp_path / "notes", OLD)
    add(old, 1)
    old.close()
    before = (tmp_path / "notes").read_bytes()
    database = Database(tmp_path / "notes", NEW, read_only=True)
    assert database.version == 1
    assert database.read("SELECT * FROM notes") == [(1, "text")]
    assert (tmp_path / "notes").read_bytes() == before


def test_a_migration_that_was_cut_short_begins_again(tmp_path: Path) -> None:
    """Half a migration would leave a file that no version can read."""
    old = Database(tmp_path / "notes", OLD)
    add(old, 1)
    old.close()
    broken = Schema("a book of notes", "notes", (FIRST, (*SECOND, "CREATE nonsense")))
    with pytest.raises(OSError, match="nonsense"):
        Database(tmp_path / "notes", broken)
    assert Database(tmp_path / "notes", NEW).read("SELECT colour FROM notes") == [("white",)]


def test_a_newer_file_is_refused_and_kept(tmp_path: Path) -> None:
    Database(tmp_path / "notes", NEW).close()
    before = (tmp_path / "notes").read_bytes()
    for read_only in (False, True):
        with pytest.raises(NewerVersion, match="written by a newer swe-verify"):
            Database(tmp_path / "notes", OLD, read_only=read_only)
    assert (tmp_path / "notes").read_bytes() == before


@pytest.mark.parametrize("version", [0, 1])
def test_somebody_elses_database_is_refused_and_kept(tmp_path: Path, version: int) -> None:
    """Its version says nothing: many programs leave it at 0, and many count from 1."""
    path = tmp_path / "bookmarks"
    connection = sqlite3.connect(path)
    connection.executescript(f"CREATE TABLE bookmarks (url); PRAGMA user_version = {version};")
    connection.close()
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(InputError, match="is not a book of notes: it holds other tables"):
            Database(path, OLD, read_only=read_only)
    assert path.read_bytes() == before


def test_an_empty_file_can_be_begun_but_not_read(tmp_path: Path) -> None:
    """A run that is killed at its very start leaves one."""
    (tmp_path / "notes").touch()
    with pytest.raises(InputError, match="is not a book of notes: it is empty"):
        Database(tmp_path / "notes", OLD, read_only=True)
    add(Database(tmp_path / "notes", OLD), 1)


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    Database(tmp_path / "notes", OLD).close()
    reader = Database(tmp_path / "notes", OLD, read_only=True)
    with pytest.raises(OSError, match="readonly"):
        add(reader, 1)


def test_a_killed_writer_leaves_a_file_that_can_be_read(tmp_path: Path) -> None:
    """What it had begun must be undone first: a connection that may only read cannot, and so
    refused to read at all."""
    path = tmp_path / "notes"
    killed_after(path, "database = Database(path, OLD); add(database, *range(9000))")
    killed_after(
        path,
        "database = Database(path, OLD); database.read('PRAGMA cache_size = 5');"
        "begun = database.transaction(); change = begun.__enter__();"
        "change.execute('UPDATE notes SET text = 1')",
    )
    assert path.with_name("notes-journal").stat().st_size > 0
    reader = Database(path, OLD, read_only=True)
    assert reader.read("SELECT DISTINCT text, count(*) FROM notes") == [("text", 9000)]


def test_a_full_disk_is_an_error_of_the_system(tmp_path: Path) -> None:
    database = Database(tmp_path / "notes", OLD)
    database.read("PRAGMA max_page_count = 4")
    with pytest.raises(OSError, match="full") as caught:
        add(database, *range(9000))
    assert caught.value.errno == errno.ENOSPC
    assert database.read(NUMBERS) == []


def test_a_file_that_another_process_keeps_to_itself_is_an_error_of_the_system(
    tmp_path: Path,
) -> None:
    one = Database(tmp_path / "notes", OLD)
    other = Database(tmp_path / "notes", OLD, busy_seconds=0.01)
    with one.transaction(), pytest.raises(OSError, match="locked") as caught:
        add(other, 1)
    assert caught.value.errno == errno.EBUSY


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="unable to open"):
        Database(tmp_path / "nowhere" / "notes", OLD)


def test_damage_is_named_wherever_it_is_found(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    database = Database(path, OLD)
    add(database, *range(9000))
    database.require_sound()
    database.close()
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(20000))
    damaged = Database(path, OLD)
    with pytest.raises(InputError, match="notes is damaged"):
        damaged.require_sound()
    with pytest.raises(InputError, match=r"is not a book of notes: .* malformed"):
        damaged.read("SELECT * FROM notes")


def test_many_threads_and_processes_write_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    databases = [Database(path, NEW), Database(path, NEW)]  # two processes would have one each

    def write(first: int) -> None:
        for number in range(first, first + 25):
            add(databases[number % 2], number)

    threads = [threading.Thread(target=write, args=(25 * index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert databases[0].read(NUMBERS) == [(number,) for number in range(100)]


def test_a_name_that_a_uri_would_read_otherwise_is_just_a_name(tmp_path: Path) -> None:
    path = tmp_path / "50%?mode=memory#1.sqlite"
    add(Database(path, OLD), 1)
    assert Database(path, OLD, read_only=True).read(NUMBERS) == [(1,)]


def test_half_a_character_is_kept_as_an_escape(tmp_path: Path) -> None:
    """The name of a test may hold one, and with it what a verdict says of that test."""
    database = Database(tmp_path / "notes", NEW)
    with database.transaction() as transaction:
        transaction.execute(INSERT, (1, "é\ud83dy"))
        transaction.execute_for_each(INSERT, [(2, "\udfff")])
    texts = [text for (text,) in database.read("SELECT text FROM notes ORDER BY number")]
    assert texts == ["é\\ud83dy", "\\udfff"]
    assert database.read("SELECT number FROM notes WHERE text = ?", ("\udfff",)) == [(2,)]
    database.close()
