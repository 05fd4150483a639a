"""Says whether installing the repository once more could change what is installed.

Runs in the environment that an eval_script has activated, after the model's patch. It prints why,
and exits with 0 where the installation can be left out, with 1 where it is not sure.
"""

import ast
import glob
import json
import os
import re
import sys
import sysconfig

REPOSITORY = "/testbed"
CHANGED = "/swe-verify/changed.json"

BUILD_FILES = (
    "setup.py",
    "setup.cfg",
    "pyproject.toml",
    "setupext.py",
    "setup_package.py",  # of astropy and its like: one in each folder with something to compile
    "meson.build",
    "CMakeLists.txt",
)
# `MAPPING = {'astropy': '/testbed/astropy'}`, with or without its type, as setuptools writes it.
FINDER_MAPPING = re.compile(r"^MAPPING(?:: [^=\n]+)? = (\{.*\})$", re.MULTILINE)


class Doubt(Exception):
    """Why the installation had better run."""


class Editable:
    """How the repository is installed without having been copied."""

    def __init__(self, kind, folders=(), packages=()):
        # type: (str, tuple[str, ...], tuple[str, ...]) -> None
        self.kind = kind
        self.folders = folders  # on sys.path: whatever is in them can be imported
        self.packages = packages  # can be imported, and nothing beside them


def main():
    # type: () -> int
    try:
        with open(CHANGED) as file:
            changed = json.load(file)
        installed = editable_install(sysconfig.get_paths()["purelib"])
        check_reach(installed, changed)
        check_build_files(changed)
    except Doubt as doubt:
        print(doubt)
        return 1
    except Exception as error:
        print("the check failed with %s" % type(error).__name__)
        return 1
    told = "the patch touches nothing that it reads, and %s is installed by %s"
    print(told % (REPOSITORY, installed.kind))
    return 0


def editable_install(site):
    # type: (str) -> Editable
    """Find how the repository is installed; raises Doubt where that is not plain to see."""
    found = [_by_egg_link(path) for path in sorted(glob.glob(os.path.join(site, "*.egg-link")))]
    pattern = os.path.join(site, "*.dist-info", "direct_url.json")
    found += [_by_direct_url(path) for path in sorted(glob.glob(pattern))]
    of_repository = [each for each in found if each is not None]
    if not of_repository:
        raise Doubt("%s is not installed editable" % REPOSITORY)
    if len(of_repository) > 1:
        raise Doubt("%s is installed more than once" % REPOSITORY)
    return of_repository[0]


def _by_egg_link(link):
    # type: (str) -> Editable | None
    """`setup.py develop`: a link, and the same folder in easy-install.pth."""
    folder = os.path.realpath(_lines(link)[0])
    if not _within(folder, REPOSITORY):
        return None
    listed = _lines(os.path.join(os.path.dirname(link), "easy-install.pth"))
    if folder not in [os.path.realpath(line) for line in listed]:
        raise Doubt("the egg-link is not on the path")
    if not glob.glob(os.path.join(folder, "*.egg-info", "PKG-INFO")):
        raise Doubt("the metadata of the egg-link is missing")
    return Editable("an egg-link", folders=(folder,))


def _by_direct_url(record):
    # type: (str) -> Editable | None
    """A wheel that only points to the repository (PEP 660, PEP 610)."""
    with open(record) as file:
        origin = json.load(file)
    if not origin.get("url", "").startswith("file://"):
        return None
    if not _within(os.path.realpath(origin["url"][len("file://") :]), REPOSITORY):
        return None
    if not origin.get("dir_info", {}).get("editable"):
        raise Doubt("%s is installed as a copy" % REPOSITORY)
    metadata = os.path.dirname(record)
    site = os.path.dirname(metadata)
    folders, packages = [], []  # type: list[str], list[str]
    for line in _lines(os.path.join(metadata, "RECORD")):
        name = line.split(",")[0]
        if name.endswith(".pth") and "/" not in name:
            folders += [each for each in _lines(os.path.join(site, name)) if os.path.isdir(each)]
        elif re.match(r"__editable___\w+_finder\.py$", name):
            with open(os.path.join(site, name)) as file:
                mapping = FINDER_MAPPING.search(file.read())
            if mapping is None:
                raise Doubt("the finder of the editable installation cannot be read")
            packages += ast.literal_eval(mapping.group(1)).values()
    paths = [os.path.realpath(path) for path in folders + packages]
    if not paths or not all(_within(path, REPOSITORY) for path in paths):
        raise Doubt("the editable installation cannot be read")
    if folders and packages:
        raise Doubt("the editable installation is of two kinds")
    if folders:
        return Editable("a path file", folders=tuple(paths))
    return Editable("a finder", packages=tuple(paths))


def check_reach(installed, changed):
    # type: (Editable, list[str]) -> None
    """Raise Doubt where Python might not find a changed file where it is."""
    for folder in installed.folders:
        if folder not in [os.path.realpath(path) for path in sys.path]:
            raise Doubt("the editable installation is not on the path")
    for path in installed.folders + installed.packages:
        parts = os.path.relpath(path, REPOSITORY).split(os.sep)
        if "build" in parts:
            raise Doubt("what is installed is a copy in %s" % os.path.join(*parts))
    if installed.packages:
        for path in changed:
            whole = os.path.realpath(os.path.join(REPOSITORY, path))
            if path.endswith(".py") and not any(_within(whole, p) for p in installed.packages):
                raise Doubt("%s is outside the packages that are installed" % path)


def check_build_files(changed):
    # type: (list[str]) -> None
    """Raise Doubt where a file that says how to build names a changed one.

    It may take a version or a requirement from it, or make something of it.
    """
    for path in changed:
        stem = os.path.basename(path).split(".")[0]
        if stem == "__init__":
            continue
        word = re.compile(r"(?<!\w)%s(?!\w)" % re.escape(stem))
        folder = os.path.dirname(path)
        while True:
            for name in BUILD_FILES:
                build_file = os.path.join(REPOSITORY, folder, name)
                if os.path.isfile(build_file) and word.search("\n".join(_lines(build_file))):
                    raise Doubt("%s is named in %s" % (path, os.path.join(folder, name)))
            if not folder:
                break
            folder = os.path.dirname(folder)


def _lines(path):
    # type: (str) -> list[str]
    with open(path, "rb") as file:
        return file.read().decode("utf-8", "replace").splitlines()


def _within(path, folder):
    # type: (str, str) -> bool
    folder = os.path.realpath(folder)
    return path == folder or path.startswith(folder + os.sep)


if __name__ == "__main__":
    sys.exit(main())
