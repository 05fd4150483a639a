"""A stream copied to a file, up to a limit."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from pathlib import Path

from harness.sandbox import InfrastructureError


def copy_output(chunks: Iterable[bytes], output: Path, limit: int) -> bool:
    """Write what `chunks` yield to `output`; return whether it was more than `limit` bytes.

    The file then holds exactly the first `limit` bytes, and the rest is left unread. Everything
    that was read is in the file also where reading fails. Raises InfrastructureError of kind
    disk_full or output_unwritable.
    """
    room = limit
    try:
        with output.open("wb") as file:
            for chunk in chunks:
                file.write(chunk[:room])
                file.flush()  # who watches the file sees every line as soon as it is there
                room -= len(chunk)
                if room < 0:
                    return True
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise InfrastructureError(
            "disk_full" if full else "output_unwritable",
            f"cannot write the output to {output}: {error.strerror}",
            retryable=False,
        ) from error
    return False
