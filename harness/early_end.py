"""Has pytest end its tests early, by a plugin: `harness/in_box/early_end.py`.

`pytest -rA`, as most published scripts call it, names no test before all have ended, so there is
nothing in the log for `harness/decided.py` to go by.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from harness.decided import JUDGED_BY_FAILURES, expected_tests, prints_pytest_results
from harness.eval_script import before_the_tests
from task_specs.instance import Instance
from task_specs.script_text import START_TEST_OUTPUT

PLUGIN_PATH = "/swe-verify/early_end.py"
EXPECTED_PATH = "/swe-verify/expected.json"
_PLUGIN = Path(__file__).parent / "in_box" / "early_end.py"
_PYTEST_REPOSITORY = "pytest-dev/pytest"
_SAID = re.compile(r"^swe-verify: (stopped early: .+ failed)$", re.MULTILINE)


def with_plugin(instance: Instance, script: str) -> tuple[str, dict[str, bytes]]:
    """Return a script that has pytest end its tests early, and the files which that needs.

    Where pytest itself is what is tested, the plugin stays out of the way.
    """
    can_decide = instance.eval_type == JUDGED_BY_FAILURES and prints_pytest_results(instance)
    if not can_decide or instance.repo == _PYTEST_REPOSITORY:
        return script, {}
    digests = {
        hashlib.sha256(test.encode("utf-8", "replace")).hexdigest(): name
        for test, name in expected_tests(instance).items()
    }
    installs = f"python -I {PLUGIN_PATH}"
    return before_the_tests(script, [installs]), {
        PLUGIN_PATH: _PLUGIN.read_bytes(),
        EXPECTED_PATH: json.dumps(digests).encode(),
    }


def said_by_plugin(output: str) -> str:
    """Return why the plugin ended the tests; empty where it did not."""
    said = _SAID.search(output.partition(START_TEST_OUTPUT)[2])
    return said[1] if said else ""
