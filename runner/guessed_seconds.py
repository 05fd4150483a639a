"""How long a task's tests take, guessed from how many of them are listed.

A guess puts a batch in order where nothing better is known. Four slots end 14 % after the bound
in an order guessed like this, 30 % after it in the order of the number of tests alone, or by
chance, and 43 % after it in the order of the dataset: for the 206 real tasks that the figures
below are from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from statistics import median

BASE_SECONDS = 4.0
"""Of an evaluation without its tests: the median of 18 SWE-bench Verified tasks, on 2 cores."""

SECONDS_PER_TEST = 0.05
_KNOWN_SECONDS_PER_TEST = {
    "astropy/astropy": 0.023,
    "django/django": 0.042,
    "matplotlib/matplotlib": 0.086,
    "psf/requests": 0.4,  # most of it is waiting for servers; 2.5 where they are slow
    "pydata/xarray": 0.03,
    "pytest-dev/pytest": 0.039,
    "scikit-learn/scikit-learn": 0.095,
    "sympy/sympy": 0.1,
}
"""All seconds by all listed tests, from what test runners said at the end of 239 logs of the
official harness over SWE-bench Verified, for repositories with four tasks and more. A few tasks
take most of the time, so a median would put them last. The figure above is the median of all
repositories."""
_LEAST_SECONDS_PER_TEST = 0.0001  # more tests take longer, however fast they are
_ENOUGH_TASKS = 3


class GuessedSeconds:
    """Guesses from the number of listed tests, and from tasks of the same repository."""

    def __init__(self, known: Iterable[tuple[str, int, float]] = ()) -> None:
        """`known` has a repository, a number of tests and seconds for each task that was run."""
        rates: dict[str, list[float]] = defaultdict(list)
        for repo, tests, seconds in known:
            rate = (seconds - BASE_SECONDS) / max(tests, 1)
            rates[repo].append(max(rate, _LEAST_SECONDS_PER_TEST))
        self._rates = _KNOWN_SECONDS_PER_TEST | {
            repo: median(found) for repo, found in rates.items() if len(found) >= _ENOUGH_TASKS
        }

    def of(self, repo: str, tests: int) -> float:
        """Return how many seconds the evaluation of a task may take."""
        return BASE_SECONDS + tests * self._rates.get(repo, SECONDS_PER_TEST)
