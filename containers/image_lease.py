"""Leases: an image that someone is about to use is not removed by anyone here meanwhile.

A lease is a shared lock on a file of the reference's own, in the user's cache, so every swe-verify
process of this user honours it, and the kernel ends it when its holder dies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from containers.file_lock import file_lock, try_file_lock
from containers.image_reference import ImageReference


@contextmanager
def held(
    engine_id: str, references: Iterable[str], on_wait: Callable[[], object] | None = None
) -> Iterator[None]:
    """Hold a lease on each of the references, waiting while one of them is being removed."""
    with ExitStack() as leases:
        for reference in sorted(set(references)):
            leases.enter_context(file_lock(_name(engine_id, reference), on_wait, shared=True))
        yield


def unleased(engine_id: str, reference: str) -> AbstractContextManager[bool]:
    """Keep new leases on a reference away; yields False, at once, where there is one already."""
    return try_file_lock(_name(engine_id, reference))


def _name(engine_id: str, reference: str) -> str:
    return f"lease {engine_id} {ImageReference.parse(reference)}"
