"""pytest, from 3.0 to 8: a plugin of the outermost session that writes down what came of each test.

What a test is reported to be is recorded as it is reported; beside it stands what its code really
did, taken as near to the call as hooks allow, and where the two cannot both be true the record says
so. Who may have decided that (plugins, hooks that decide outcomes) is recorded too.
"""

import sys

from harness.in_box.witness import framework, pytest_code, pytest_controls, record, session
from harness.in_box.witness.pytest_outcomes import Seen, raised_at, why_forged, word_of

_OUTCOME_HOOKS = (
    "pytest_cmdline_main",
    "pytest_collection_modifyitems",
    "pytest_itemcollected",
    "pytest_pycollect_makeitem",
    "pytest_pycollect_makemodule",
    "pytest_pyfunc_call",
    "pytest_report_teststatus",
    "pytest_runtest_call",
    "pytest_runtest_logreport",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
    "pytest_runtest_setup",
    "pytest_runtest_teardown",
    "pytest_runtestloop",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
)
"""Hooks through which a plugin can decide what becomes of a test, or what is said of it."""


def watch(config_module):
    """Join the first session that begins. `config_module` is `_pytest.config`."""
    get_config = config_module.get_config

    def get_config_once(*positional, **named):
        config_module.get_config = get_config
        config = get_config(*positional, **named)
        _join(config, config_module.hookimpl)
        return config

    config_module.get_config = framework.ours(get_config_once)


@record.guarded
def _join(config, hookimpl):
    version = getattr(sys.modules.get("_pytest"), "__version__", "")
    if session.begin("pytest", str(version)):
        pytest_code.add_compiler(config)
        config.pluginmanager.register(_plugin_class(hookimpl)(config))


class _Plugin(object):
    """One session."""

    def __init__(self, config):
        self._config = config
        self._session = None
        self._seen = {}  # type: dict[str, Seen]
        self._hooks_told = set()  # type: set[tuple[str, object]]
        self._controls = pytest_controls.Controls(config)
        self._code = pytest_code.CodeCheck()

    @record.guarded
    def registered(self, plugin):
        file = getattr(plugin, "__file__", None)
        if file is None:
            module = sys.modules.get(type(plugin).__module__)
            file = getattr(module, "__file__", None)
        if file is None or framework.is_of_framework(file):
            return
        if record.is_in_repository(file):
            name = self._config.pluginmanager.get_name(plugin)
            record.record("plugin", name=str(name), file=record.told_path(file))

    @record.guarded
    def item_collected(self, item):
        self._code.collected(item)

    @record.guarded
    def collected(self, pytest_session):
        self._session = pytest_session
        self._controls.plan(pytest_session.items)
        self._code.plan(pytest_session.items)

    @record.guarded
    def before(self, item):
        """Begin a test. A run of it that came before, as of a flaky one, is forgotten."""
        if not session.active() or self._controls.is_running:
            return
        if self._controls.are_due(item):
            self.tell_hooks()
            framework.report()
            self._controls.run(item)
        self._seen[item.nodeid] = Seen(item)

    @record.guarded
    def called(self, item, raised):
        """Take down what became of the test function itself; `raised` is None or an exception."""
        seen = self._seen.get(item.nodeid)
        if seen is not None and seen.item is item and not self._controls.is_running:
            seen.call_raised = raised
            seen.function = item.obj

    @record.guarded
    def after(self, item):
        """End a test."""
        seen = self._seen.pop(item.nodeid, None)
        if seen is not None and session.active():
            self._code.check(item, seen.function)

    @record.guarded
    def made(self, item, call):
        """Take down what a phase of a test raised, before anybody makes a report of it."""
        seen = self._seen.get(item.nodeid)
        if seen is not None and seen.item is item:
            seen.add(call)
            if seen.function is None:
                seen.function = getattr(item, "_obj", None)  # of a TestCase

    @record.guarded
    def reported(self, report):
        if not session.active() or hasattr(report, "context"):
            return  # of a subtest: the test itself is reported as well
        word = word_of(report)
        if word is None:
            return
        line = self._config.cwd_relative_nodeid(report.nodeid)
        seen = self._seen.get(report.nodeid)
        raised = None
        if word in ("SKIPPED", "XFAIL") and seen is not None:
            raised = raised_at(seen.excinfos.get(report.when))
        session.test("%s %s" % (word, line), word, raised)
        if self._controls.is_possible:
            forged = why_forged(seen, report)
            if forged:
                record.record("forged", test=line, status=word, why=forged)

    @record.guarded
    def collect_reported(self, report):
        if session.active() and report.outcome == "failed":
            line = self._config.cwd_relative_nodeid(report.nodeid)
            session.test("ERROR %s" % line, "ERROR")

    @record.guarded
    def tell_hooks(self):
        # type: () -> None
        """Write down who takes part in the hooks that decide, apart from pytest itself."""
        for name in _OUTCOME_HOOKS:
            caller = getattr(self._config.hook, name, None)
            for each in _implementations(caller):
                code = framework.code_of(each.function)
                if each.plugin is self or (name, code) in self._hooks_told:
                    continue
                self._hooks_told.add((name, code))
                if code is None or not framework.is_of_framework(code.co_filename):
                    record.record("hook", hook=name, **framework.place_of(code))

    @record.guarded
    def ended(self):
        # type: () -> None
        if not session.active():
            return
        self.tell_hooks()
        self._code.check_helpers()
        exit_code = getattr(self._session, "exitstatus", None)
        session.end(None if exit_code is None else int(exit_code))


def _implementations(caller):
    if caller is None:
        return []
    if hasattr(caller, "get_hookimpls"):
        return list(caller.get_hookimpls())
    return list(getattr(caller, "_nonwrappers", ())) + list(getattr(caller, "_wrappers", ()))


def _plugin_class(hookimpl):
    """Return the class of the plugin, whose methods are hooks of this pytest."""

    class Plugin(_Plugin):
        """What pytest calls, and nothing else."""

        @hookimpl(tryfirst=True)
        def pytest_plugin_registered(self, plugin):
            self.registered(plugin)

        @hookimpl(tryfirst=True)
        def pytest_itemcollected(self, item):
            self.item_collected(item)

        @hookimpl(trylast=True)
        def pytest_collection_finish(self, session):
            self.collected(session)

        @hookimpl(hookwrapper=True, trylast=True)
        def pytest_runtest_protocol(self, item):
            self.before(item)
            yield
            self.after(item)

        @hookimpl(hookwrapper=True, trylast=True)
        def pytest_pyfunc_call(self, pyfuncitem):
            outcome = yield
            self.called(pyfuncitem, _exception_of(outcome))

        @hookimpl(tryfirst=True)
        def pytest_runtest_makereport(self, item, call):
            self.made(item, call)

        @hookimpl(tryfirst=True)
        def pytest_runtest_logreport(self, report):
            self.reported(report)

        @hookimpl(tryfirst=True)
        def pytest_collectreport(self, report):
            self.collect_reported(report)

        @hookimpl(trylast=True)
        def pytest_unconfigure(self):
            self.ended()

    return Plugin


def _exception_of(outcome):
    """Return what an outcome of pluggy's holds, a pair or a triple by its version; or None."""
    excinfo = outcome.excinfo
    return None if excinfo is None else excinfo[1]
