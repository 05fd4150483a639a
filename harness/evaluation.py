"""What is run in a box: the eval_script as the options want it, and the files it needs there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.early_end import said_by_plugin, with_plugin
from harness.eval_script import record_exit_code, restore_assets
from harness.options import ExecuteOptions, Reinstall
from harness.reinstall import told_of_reinstall, without_needless_reinstall
from task_specs.assets import listed_assets
from task_specs.instance import Instance
from task_specs.limits import Limits
from task_specs.prediction import Prediction


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation, ready to be put into a box."""

    script: str
    """The eval_script as it runs: its assets restored, its exit code recorded."""
    options: ExecuteOptions
    files: Mapping[str, bytes]
    """What the script needs besides the repository and its assets, by absolute path."""
    doubt: str = ""
    """Why the installation runs as written although it need not."""

    def reinstall(self, output: str) -> str:
        """Say what was made of the script's installation, see `Transcript.reinstall`."""
        if self.options.reinstall is Reinstall.ALWAYS:
            return ""
        return f"not skipped because {self.doubt}" if self.doubt else told_of_reinstall(output)

    def decided(self, output: str) -> str:
        """Say why the tests ended themselves early; empty where they did not."""
        return said_by_plugin(output) if self.options.stop_when_decided else ""


def evaluation_of(
    instance: Instance, prediction: Prediction, limits: Limits, options: ExecuteOptions
) -> Evaluation:
    """Return what is to be run. By default its script is, byte for byte, the official `eval.sh`."""
    paths = [asset.path for asset in listed_assets(instance)]
    script = restore_assets(record_exit_code(instance.eval_script), paths)
    files: dict[str, bytes] = {}
    doubt = ""
    if options.reinstall is Reinstall.AUTO:
        patch = "" if prediction.run_unpatched else prediction.model_patch or ""
        checked = without_needless_reinstall(
            script, patch, instance.test_patch, network=limits.network
        )
        script, doubt = checked.text, checked.doubt
        files.update(checked.files)
    if options.stop_when_decided:
        script, of_plugin = with_plugin(instance, script)
        files.update(of_plugin)
    return Evaluation(script, options, files, doubt)
