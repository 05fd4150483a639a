"""A pytest plugin that ends the session once an expected test has failed.

Run as a program, it installs itself for the Python that runs it. It is found by its entry point,
not by an option or a variable that has to arrive with it: where it is not found, the tests run to
their end, and that is all.
"""

import hashlib
import json
import os
import shutil
import sys
import sysconfig

EXPECTED = "/swe-verify/expected.json"
"""Which list a test is in, by the digest of its id: the lists themselves stay outside."""
NAME = "swe_verify_early_end"


def pytest_configure(config):  # type: ignore[no-untyped-def]
    if os.path.isfile(EXPECTED) and not hasattr(config, "workerinput"):
        with open(EXPECTED) as file:
            config.pluginmanager.register(EarlyEnd(json.load(file)), NAME + "_of_session")


class EarlyEnd:
    """Watches one session. A session within a test has one of its own."""

    def __init__(self, expected):
        # type: (dict[str, str]) -> None
        self.expected = expected
        self.session = None
        self.failed = ""
        self.reason = ""

    def pytest_sessionstart(self, session):  # type: ignore[no-untyped-def]
        self.session = session

    def pytest_runtest_logreport(self, report):  # type: ignore[no-untyped-def]
        if report.when == "call":
            self.failed = report.nodeid if report.outcome == "failed" else ""

    def pytest_runtest_logfinish(self, nodeid):  # type: ignore[no-untyped-def]
        """Judge a test when it is over: what is run again on failure reports here only once."""
        name = self.expected.get(hashlib.sha256(nodeid.encode("utf-8", "replace")).hexdigest())
        if self.failed == nodeid and name is not None and not self.reason:
            self.reason = "stopped early: %s test %s failed" % (name, nodeid)
            self.session.shouldfail = "stopped early"  # type: ignore[attr-defined]

    def pytest_terminal_summary(self, terminalreporter):  # type: ignore[no-untyped-def]
        if self.reason:
            terminalreporter.write_line("swe-verify: " + self.reason)


def install(site):
    # type: (str) -> None
    """Put this file into `site`, with the metadata by which pytest finds it."""
    shutil.copyfile(os.path.abspath(__file__), os.path.join(site, NAME + ".py"))
    metadata = NAME + "-1.dist-info"
    os.mkdir(os.path.join(site, metadata))
    for name, content in (
        ("METADATA", "Metadata-Version: 2.1\nName: %s\nVersion: 1\n" % NAME.replace("_", "-")),
        ("entry_points.txt", "[pytest11]\n%s = %s\n" % (NAME, NAME)),
        ("RECORD", "%s.py,,\n%s/METADATA,,\n" % (NAME, metadata)),
    ):
        with open(os.path.join(site, metadata, name), "w") as file:
            file.write(content)


if __name__ == "__main__":
    try:
        install(sysconfig.get_paths()["purelib"])
    except EnvironmentError as error:
        sys.exit("the tests will not end early: %s" % error)
