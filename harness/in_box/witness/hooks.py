"""Ways to look at what a test runner does without changing it."""

import functools

from harness.in_box.witness import record

__unittest = True  # so that unittest and pytest leave these frames out of what they print


def around(owner, name, hook):
    """Have `hook(original, ...)` called for a function of a class or a module, if it has it."""
    original = getattr(owner, name, None)
    if original is None:
        return

    @functools.wraps(original)
    def hooked(*args, **kwargs):
        return hook(original, *args, **kwargs)

    setattr(owner, name, hooked)


class Part(object):
    """A context manager that sees what leaves its block, and leaves the rest to another one."""

    def __init__(self, part, seen):
        """`seen(kind, error, trace)` is called before `part` is left by an exception."""
        self.part, self.seen = part, seen

    def __enter__(self):
        return self.part.__enter__()

    def __exit__(self, kind, error, trace):
        if kind is not None:
            self.seen(kind, error, trace)
        return self.part.__exit__(kind, error, trace)


def frames(trace):
    """Yield the frames of a traceback and their lines, the innermost last."""
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def place_of_raise(trace, own):
    """Return where an exception was raised, as records tell it.

    `own` is what the paths of the framework begin with. A frame of the framework that another one
    called, such as `skipTest`, does not count; where there is no other, the place is None.
    """
    place = None
    for frame, line in frames(trace):
        if not frame.f_code.co_filename.startswith(own):
            place = record.place_of(frame, line)
    return place


def innermost_function(function):
    """Return what a function says it wraps in the end."""
    for _ in range(20):
        if not hasattr(function, "__wrapped__"):
            break
        function = function.__wrapped__
    return function


def innermost(function):
    """Return the code of what a function says it wraps in the end; None where it has none."""
    return getattr(innermost_function(function), "__code__", None)
