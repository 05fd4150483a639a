"""The fake sandbox behaves as a real one does, so that what is tested on it is true of both."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.changes_contract import FURNISHED
from tests.fakes import LocalSandboxes
from tests.sandbox_contract import SandboxContract


class TestLocalSandboxes(SandboxContract):
    @pytest.fixture
    def provider(self) -> LocalSandboxes:
        return LocalSandboxes()

    @pytest.fixture
    def furnished(self) -> tuple[LocalSandboxes, str]:
        def furnish(root: Path) -> None:
            for name, content in FURNISHED.items():
                path = root / "testbed" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)

        return LocalSandboxes(furnish), "none"

    @pytest.fixture
    def image(self) -> str:
        return "none"
