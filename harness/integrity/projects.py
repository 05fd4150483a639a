"""Projects that are, or bring, test machinery of their own.

What would be remarkable elsewhere is their trade: such code may import a test framework, look at
frames and raise skips. The table says where in each repository that holds.
"""

from __future__ import annotations

from types import MappingProxyType

PYTEST = "pytest-dev/pytest"

TEST_SUPPORT = MappingProxyType(
    {
        PYTEST: ("src/_pytest/", "src/pytest/", "_pytest/", "pytest.py", "testing/"),
        "astropy/astropy": ("astropy/tests/",),
        "django/django": ("django/test/", "django/core/management/commands/test.py"),
        "matplotlib/matplotlib": ("lib/matplotlib/testing/",),
        "mwaskom/seaborn": ("seaborn/_testing.py",),
        "pallets/flask": ("src/flask/testing.py", "flask/testing.py"),
        "pydata/xarray": ("xarray/testing.py",),
        "pylint-dev/pylint": ("pylint/testutils/",),
        "scikit-learn/scikit-learn": ("sklearn/utils/testing.py", "sklearn/utils/_testing.py"),
        "sphinx-doc/sphinx": ("sphinx/testing/",),
        "sympy/sympy": (
            "sympy/testing/",
            "sympy/utilities/runtests.py",
            "sympy/utilities/pytest.py",
        ),
    }
)
"""Product code that serves tests, by repository: folders end with a slash."""

SUPPORT_EXCUSES = frozenset(
    {
        "detects_tests",
        "import_side_effect",
        "pytest_hook",
        "skips_tests",
        "stack_frames",
        "test_framework",
    }
)
"""What code in those places may do."""
PYTEST_EXCUSES = SUPPORT_EXCUSES | {
    "at_exit",
    "patches_runtime",
    "prints_results",
    "process_control",
    "reaches_outside",
    "rewrites_outcomes",
}
"""What pytest's own code may do besides, for deciding and printing outcomes is what it is for."""


def is_test_support(path: str, repo: str) -> bool:
    """Tell whether a path is test support of `repo`; of any project, where that is empty."""
    places = TEST_SUPPORT.get(repo, ()) if repo else tuple(_every_place())
    return path.startswith(tuple(place for place in places if place.endswith("/"))) or (
        path in places
    )


def excuses(path: str, repo: str) -> frozenset[str]:
    """Return the kinds of finding that are no finding in a file."""
    if not is_test_support(path, repo):
        return frozenset()
    return PYTEST_EXCUSES if is_test_support(path, PYTEST) else SUPPORT_EXCUSES


def _every_place() -> list[str]:
    return [place for places in TEST_SUPPORT.values() for place in places]
