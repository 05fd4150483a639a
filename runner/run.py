"""The identity of a run: what it graded, with what, and when."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache

from task_specs.errors import InputError

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def checked_run_id(run_id: str) -> str:
    """Return `run_id`, or raise InputError where it cannot name a folder everywhere."""
    if not _RUN_ID.fullmatch(run_id):
        raise InputError(
            f"the run id {run_id!r} cannot name a folder: use letters, digits, '.', '_' and '-', "
            "starting with a letter or digit, at most 100 characters"
        )
    return run_id


def now() -> str:
    """Return the time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@cache  # it is in every attempt's files, and is found by parsing one
def swe_verify_version() -> str:
    """Return the installed version, or `unknown` in a bare checkout."""
    from importlib.metadata import PackageNotFoundError, version  # takes a while to import

    try:
        return version("swe-verify")
    except PackageNotFoundError:
        return "unknown"


@dataclass(frozen=True, slots=True)
class Run:
    """What `run.json` says. `dataset` and `split` are where the official harness looks too."""

    run_id: str
    dataset: str
    """The dataset as the user named it."""
    dataset_name: str
    dataset_revision: str
    """A hub commit, or the digest of the files."""
    split: str
    predictions: str
    instance_ids: tuple[str, ...]
    """The selected instances: the denominator."""
    rules: str
    created_at: str = field(default_factory=now)
    swe_verify_version: str = field(default_factory=swe_verify_version)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str, where: str) -> Run:
        """Read `run.json` back. Raises InputError where it is not one of ours."""
        try:
            values = json.loads(text)
            values["instance_ids"] = tuple(values["instance_ids"])
            return cls(**values)
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(f"{where} does not describe a run of swe-verify: {error}") from error
