"""The wheel holds all that commands and models need, and nothing that is not theirs."""

import configparser
import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.launch.commands import ROOT

SOURCES = ("tf_dyngen", "launch", "datasets")
FILES = ("setup.py", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, unpacked: a folder as site-packages."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in SOURCES:
        leave_out = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(ROOT / name, source / name, ignore=leave_out)
    for name in FILES:
        shutil.copy(ROOT / name, source)
    lines = f"from setuptools import build_meta; build_meta.build_wheel({str(folder)!r})"
    subprocess.run([sys.executable, "-c", lines], cwd=source, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def files_in(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_it_holds_all_files_and_no_tests(wheel):
    there = files_in(wheel)
    wanted = set()
    for name in SOURCES:
        home = "tf_dyngen/data_sets" if name == "datasets" else name
        files = files_in(ROOT / name)
        wanted |= {f"{home}/{file}" for file in files if "__pycache__" not in file}
    wanted = {file for file in wanted if not file.endswith("_test.py")}
    information = {file for file in there if file.startswith("tf_dyngen-")}
    assert there - information == wanted
    assert "tf_dyngen/py.typed" in there
    assert any(file.endswith("licenses/LICENSE") for file in information)


def test_its_command_is_there_without_a_checkout(wheel, tmp_path):
    (entries,) = wheel.glob("*.dist-info/entry_points.txt")
    parser = configparser.ConfigParser()
    parser.read(entries)
    module, _, function = parser["console_scripts"]["dyngen"].partition(":")
    lines = (
        f"import sys; sys.argv = ['dyngen', *sys.argv[1:]]; from {module} import {function} as f"
    )
    environment = {"PYTHONPATH": str(wheel)}
    for arguments, words in ((["--help"], "  train "), (["train", "--help"], "dyngen train")):
        command = [sys.executable, "-P", "-c", f"{lines}; f()", *arguments]
        run = {"cwd": tmp_path, "env": environment, "capture_output": True, "text": True}
        ended = subprocess.run(command, check=True, **run)
        assert words in ended.stdout


def test_the_citation_is_of_this_version():
    import tf_dyngen

    lines = (ROOT / "CITATION.cff").read_text().splitlines()
    assert f"version: {tf_dyngen.__version__}" in lines
