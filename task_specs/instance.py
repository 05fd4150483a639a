"""An Instance: one task under the official column names, from whatever source it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from task_specs import classic
from task_specs.build_spec import BuildSpec
from task_specs.image_ref import check_image, official_image
from task_specs.limits import LimitOverrides
from task_specs.network import needs_network
from task_specs.row import Row

EVAL_TYPES = ("pass_and_fail", "fail_only")
"""How a listed test that is missing from the log counts: as failed, or as passed."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One task. The field names are the columns of the published datasets."""

    instance_id: str
    repo: str
    base_commit: str
    patch: str
    test_patch: str
    FAIL_TO_PASS: tuple[str, ...]
    PASS_TO_PASS: tuple[str, ...]
    image: str
    eval_script: str
    log_parser: str
    eval_type: str = "pass_and_fail"
    version: str = ""
    problem_statement: str = ""
    hints_text: str = ""
    created_at: str = ""
    environment_setup_commit: str = ""
    difficulty: str = ""
    image_assets: str = ""
    """The multimodal datasets' list of binary files, as JSON text."""
    build: BuildSpec | None = None
    """How to build `image` where it cannot be pulled; None for the published datasets."""
    limits: LimitOverrides = field(default_factory=LimitOverrides)
    expected_seconds: float | None = None
    """How long the tests take, by the task's own word: it orders a batch and decides nothing."""

    @classmethod
    def from_row(cls, row: Mapping[str, object], where: str) -> Instance:
        """Read a dataset row; `where` is its place for errors, such as `tasks.jsonl, line 3`.

        Both published spellings of the test lists are read: lists, and their JSON text. Columns
        of no use here are ignored, for real datasets carry many. A row of the classic schema
        gets the official image, log parser and eval_script of its repository. Raises InputError
        naming place, instance and column for what is missing or of the wrong type.
        """
        columns = Row(row, where)
        instance_id = columns.instance_id()
        repo = columns.required_text("repo")
        version = columns.text("version")
        base_commit = columns.required_text("base_commit")
        test_patch = columns.text("test_patch")
        fail_to_pass = columns.test_ids("FAIL_TO_PASS")
        pass_to_pass = columns.test_ids("PASS_TO_PASS")
        if not fail_to_pass and not pass_to_pass:
            raise columns.fault("FAIL_TO_PASS and PASS_TO_PASS are both empty: no test judges it")
        online = needs_network(instance_id, fail_to_pass + pass_to_pass)
        return cls(
            instance_id=instance_id,
            repo=repo,
            base_commit=base_commit,
            patch=columns.text("patch"),
            test_patch=test_patch,
            FAIL_TO_PASS=fail_to_pass,
            PASS_TO_PASS=pass_to_pass,
            image=_image(columns, instance_id, repo),
            eval_script=_eval_script(columns, repo, version, base_commit, test_patch),
            log_parser=_log_parser(columns, repo),
            eval_type=_eval_type(columns),
            version=version,
            problem_statement=columns.text("problem_statement"),
            hints_text=columns.text("hints_text"),
            created_at=columns.text("created_at"),
            environment_setup_commit=columns.text("environment_setup_commit"),
            difficulty=columns.text("difficulty"),
            image_assets=columns.json_text("image_assets"),
            limits=LimitOverrides(network=True if online else None),
            expected_seconds=columns.seconds("expected_seconds"),
        )


def _image(columns: Row, instance_id: str, repo: str) -> str:
    given = columns.text("image")
    if given:
        check_image(given, f"{columns.where} ({instance_id}): column image")
        return given
    if classic.log_parser(repo) is None:
        raise columns.fault(f"column image is missing, and no image is published for {repo}")
    return official_image(instance_id)


def _eval_script(columns: Row, repo: str, version: str, base_commit: str, test_patch: str) -> str:
    given = columns.text("eval_script")
    if given:
        return given
    if not test_patch.strip():
        raise columns.fault("columns eval_script and test_patch are both missing or empty")
    generated = classic.eval_script(repo, version, base_commit, test_patch)
    if generated is None:
        raise columns.fault(
            f'column eval_script is missing, and how to test {repo} version "{version}" is unknown'
        )
    return generated


def _log_parser(columns: Row, repo: str) -> str:
    found = columns.text("log_parser") or classic.log_parser(repo)
    if not found:
        raise columns.fault(f"column log_parser is missing, and how {repo} logs is unknown")
    return found


def _eval_type(columns: Row) -> str:
    given = columns.text("eval_type") or EVAL_TYPES[0]
    if given not in EVAL_TYPES:
        raise columns.fault(f'column eval_type must be {" or ".join(EVAL_TYPES)}, not "{given}"')
    return given
