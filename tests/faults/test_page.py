"""docs/reliability.md promises a test for every line of its table."""

from __future__ import annotations

import re

from tests.conftest import ROOT


def test_every_fault_names_tests_that_are_there() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text()
    rows = re.findall(r"^\|.*\| (.*?) \|$", page.partition("## Fault by fault")[2], re.MULTILINE)
    faults = [row for row in rows if row not in {"shown by", "---"}]
    assert len(faults) > 30
    for row in faults:
        named = re.findall(r"`(tests/\S+\.py)`", row)
        assert named, row
        assert all((ROOT / path).is_file() for path in named), row
