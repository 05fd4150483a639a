"""A SQLite file of one kind and version: the only place that speaks to SQLite."""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from task_specs.errors import InputError

Values = tuple[Any, ...]

_BUSY_SECONDS = 30.0
"""How long another process may keep a file to itself before we give up on it."""

_ERRNO = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_BUSY: errno.EBUSY,
}
"""What the operating system would have said; EIO for everything else."""
_PRIMARY_CODE = 0xFF  # the rest of SQLite's code says more than we need


class NewerVersion(InputError):
    """The file was written by a newer swe-verify; nothing is wrong with it."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What a kind of file holds, and how it came to that."""

    kind: str
    """What such a file is, for people: `a ledger of swe-verify`."""
    table: str
    """A table that every version has; a file without it is somebody else's."""
    steps: tuple[tuple[str, ...], ...]
    """The statements that lead from each version to the next, the first from an empty file."""

    @property
    def version(self) -> int:
        return len(self.steps)


class Database:
    """An open file. Its methods may be called from any thread, one at a time.

    Raises InputError for a file of another kind, a newer one (NewerVersion) or a damaged one,
    on opening or later, and leaves it as it is. Raises OSError where the disk refuses or another
    process keeps the file for itself.
    """

    def __init__(
        self,
        path: Path,
        schema: Schema,
        *,
        read_only: bool = False,
        durable: bool = True,
        busy_seconds: float = _BUSY_SECONDS,
    ) -> None:
        """Open the file; unless `read_only`, create it or bring it to the current version.

        What a transaction wrote stays written after any end of the process; where it is
        `durable`, after a power cut too.
        """
        self._path = path
        self._schema = schema
        self._lock = threading.RLock()
        # A file that is only read is opened for writing too, where it can be: a writer that was
        # killed may have left a transaction to be undone, and until then nobody can read it.
        mode = "rw" if read_only else "rwc"
        with self._translated():
            self._connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode={mode}",
                uri=True,
                isolation_level=None,
                timeout=busy_seconds,
                check_same_thread=False,
            )
        try:
            with self._translated():
                self.version = self._checked_version()
                """The version of the file, which is an older one only where it is read-only."""
                if read_only:
                    self._connection.execute("PRAGMA query_only = ON")
                    self._require_content()
                else:
                    self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
                    self._migrate()
        except BaseException:
            self._connection.close()
            raise

    def read(self, query: str, values: Values = ()) -> list[Values]:
        """Return all rows of a query."""
        with self._lock, self._translated():
            return self._connection.execute(query, _storable(values)).fetchall()

    def require_sound(self) -> None:
        """Look through the whole file; raise InputError where it is damaged."""
        ((found,),) = self.read("PRAGMA quick_check(1)")
        if found != "ok":
            raise InputError(f"{self._path} is damaged: {found}")

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Several statements, all of them or none; no other process writes meanwhile."""
        with self._lock, self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            with self._connection:
                yield Transaction(self._connection)

    def close(self) -> None:
        """Close the file; what was written stays written."""
        with self._lock:
            self._connection.close()

    def _checked_version(self) -> int:
        """Return the file's version, 0 for a new one; raise InputError where it is not ours."""
        (found,) = self._connection.execute("PRAGMA user_version").fetchone()
        if found > self._schema.version:
            raise NewerVersion(
                f"{self._path} was written by a newer swe-verify (version {found} of "
                f"{self._schema.kind}): upgrade swe-verify to read it"
            )
        tables = {name for (name,) in self._connection.execute("SELECT name FROM sqlite_schema")}
        if (found > 0 and self._schema.table not in tables) or (found == 0 and tables):
            raise self._foreign("it holds other tables")
        return int(found)

    def _require_content(self) -> None:
        if self.version == 0:
            raise self._foreign("it is empty")

    def _migrate(self) -> None:
        if self.version == self._schema.version:
            return
        with self.transaction() as transaction:
            self.version = self._checked_version()  # another process may have been faster
            for step in self._schema.steps[self.version :]:
                for statement in step:
                    transaction.execute(statement)
            transaction.execute(f"PRAGMA user_version = {self._schema.version}")
        self.version = self._schema.version

    def _foreign(self, reason: object) -> InputError:
        return InputError(f"{self._path} is not {self._schema.kind}: {reason}")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            code = _ERRNO.get(error.sqlite_errorcode & _PRIMARY_CODE, errno.EIO)
            raise OSError(code, str(error), str(self._path)) from error
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:  # a mistake in our own statements
                raise
            raise self._foreign(error) from error


class Transaction:
    """What may be done inside a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, values: Values = ()) -> None:
        """Carry out one statement."""
        self._connection.execute(statement, _storable(values))

    def execute_for_each(self, statement: str, values: Iterator[Values] | Sequence[Values]) -> None:
        """Carry out one statement with each of several sets of values."""
        self._connection.executemany(statement, map(_storable, values))


def _storable(values: Values) -> Values:
    """Return values with half characters as escapes: JSON can spell them, SQLite cannot hold them.

    They come in the names of tests and files, which a patch chooses.
    """
    return tuple(
        value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
        for value in values
    )
