"""The keys of task.yaml: what a task directory says of its task."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from task_specs.build_spec import Environment
from task_specs.errors import InputError
from task_specs.image_ref import DIGEST_LENGTH, check_image
from task_specs.sizes import parse_size
from task_specs.task_faults import fault
from task_specs.yaml_lines import KeyPath, read_yaml

LONGEST_ID = 127 - DIGEST_LENGTH
"""An image tag has 128 characters at most, and holds the id, a dot and the digest."""


def _size(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return parse_size(value)
    except InputError as error:
        raise ValueError(str(error)) from None


Text = Annotated[str, Field(pattern=r"\S")]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Size = Annotated[
    int,
    BeforeValidator(_size),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["512MiB", "2GiB"]}),
]


class _Keys(BaseModel):
    """Keys that are all known; an optional one that is left empty counts as left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, content: Any) -> Any:
        if not isinstance(content, dict):
            return content
        return {
            key: value
            for key, value in content.items()
            if value is not None or key not in cls.model_fields
        }


class SdistKeys(_Keys):
    """A source distribution of a package index, pinned by version and content."""

    package: Text
    """The package's name on the index."""
    version: Text
    """The exact version."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """The SHA-256 of the .tar.gz file, in hex, as the index shows it."""


class GitKeys(_Keys):
    """A repository at a commit."""

    url: Text
    """What `git clone` takes; a local path is relative to this file's folder."""
    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
    """The full hash of the commit before the fix."""


class SourceKeys(_Keys):
    """Where the code comes from: exactly one of the two."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["sdist"]}, {"required": ["git"]}]}
    )

    sdist: SdistKeys | None = None
    git: GitKeys | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> SourceKeys:
        if (self.sdist is None) == (self.git is None):
            raise ValueError("must hold exactly one of sdist and git")
        return self


class EnvironmentKeys(_Keys):
    """What the tests run in; tasks with equal environments share one image layer."""

    base: Text = Environment().base
    """An image with bash, git, patch and Python with venv."""
    apt: tuple[Text, ...] = ()
    """Debian packages to add."""
    pip: tuple[Text, ...] = ()
    """Pinned requirements to install into the virtual environment at /opt/venv."""


class LimitKeys(_Keys):
    """Limits of one attempt at this task; what is left out follows the run's limits."""

    seconds: Positive | None = None
    """Wall-clock seconds for applying the patch and running the tests."""
    memory: Size | None = None
    """Memory, swap included, such as 2GiB."""
    cpus: Positive | None = None
    """Processor share: 1.5 is one and a half cores' worth of time."""
    pids: Annotated[int, Field(gt=0)] | None = None
    """Processes and threads alive at one moment."""
    output: Size | None = None
    """Output kept, such as 32MiB; an attempt that prints more is stopped."""
    disk: Size | None = None
    """What may be written in the box, such as 5GiB; an attempt that writes more is stopped."""


class TaskFile(_Keys):
    """One task for swe-verify: a bug in a package, and the tests that its fix must pass."""

    instance_id: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=LONGEST_ID)
    ]
    """The task's name: unique within a run, and part of folder and image names."""
    repo: str = ""
    """The repository, as owner/name; by default the package's name or the end of the URL."""
    version: str = ""
    """The version that the task starts from; by default the source distribution's."""
    problem_statement: Text
    """What a model is told: the bug, without its fix."""
    source: SourceKeys
    environment: EnvironmentKeys = Field(default_factory=EnvironmentKeys)
    install: tuple[Text, ...] = ()
    """Shell commands that install the package from /testbed, without a network."""
    test_command: Text
    """What runs the tests in /testbed, and prints a line for each that log_parser reads."""
    log_parser: Annotated[str, Field(pattern=r"^parse_log_[a-z0-9_]+$")]
    """The official name of what reads the test command's output, such as parse_log_pytest_v2."""
    eval_type: Literal["pass_and_fail", "fail_only"] = "pass_and_fail"
    """Whether a listed test that the output does not name failed, or passed (fail_only)."""
    FAIL_TO_PASS: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Tests that fail before the fix and pass after it."""
    PASS_TO_PASS: tuple[Text, ...]
    """Tests that pass before the fix and must pass after it."""
    limits: LimitKeys = Field(default_factory=LimitKeys)
    network: bool | None = None
    """Whether the tests need a network; by default they get none."""
    created_at: str = ""
    """When the fix was made, such as 2021-05-18."""
    difficulty: str = ""
    """How long the fix takes a person, in any words."""
    expected_seconds: Positive | None = None
    """How long the tests take; in a batch, long ones begin first."""


_MAPPINGS: dict[KeyPath, type[_Keys]] = {
    (): TaskFile,
    ("source",): SourceKeys,
    ("source", "sdist"): SdistKeys,
    ("source", "git"): GitKeys,
    ("environment",): EnvironmentKeys,
    ("limits",): LimitKeys,
}
KEYS: dict[KeyPath, tuple[str, ...]] = {
    path: tuple(keys.model_fields) for path, keys in _MAPPINGS.items()
}


def read_task_file(path: Path) -> TaskFile:
    """Read and check one task.yaml.

    Raises InputError for the first fault in the file, naming the line and the key and saying
    how many others there are.
    """
    document = read_yaml(path)
    try:
        task = TaskFile.model_validate(document.content)
    except ValidationError as error:
        raise fault(document, error, KEYS) from None
    line = document.line_of_value(("environment", "base"))
    check_image(task.environment.base, f"{path}, line {line}: environment.base")
    return task
