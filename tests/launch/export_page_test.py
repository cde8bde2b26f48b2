"""Pages of models that cannot be played, or would be too large, are refused in one line."""

import dataclasses

import pytest

import tf_dyngen as dg
from tests.interface.conftest import fitted, model  # noqa: F401
from tests.launch.commands import run_here
from tf_dyngen.export import page_checks

EXPORT = "launch.export"


def test_the_command_and_python_write_the_same_page(fitted, model, tmp_path):  # noqa: F811
    page = tmp_path / "pages/page.html"
    ended = run_here(EXPORT, f"--workdir={fitted}/run", f"--html={page}").check_good()
    assert f"wrote {page}: 0.1 MB" in ended.stderr
    assert model.export_page(tmp_path / "other.htm") == tmp_path / "other.htm"
    assert (tmp_path / "other.htm").read_bytes() == page.read_bytes()
    assert [path.name for path in page.parent.iterdir()] == ["page.html"]


def test_mistakes_are_one_line(fitted, trained, tmp_path):  # noqa: F811
    run, page = f"--workdir={fitted}/run", f"--html={tmp_path}/page.html"
    run_here(EXPORT, page).check_mistake("--workdir is missing")
    run_here(EXPORT, f"--workdir={tmp_path}", page).check_mistake("no run in", "launch.train")
    run_here(EXPORT, run, page, "--output=out").check_mistake("with --output", "one of them")
    run_here(EXPORT, run, page, "--half").check_mistake("with --half", "leave --half out")
    run_here(EXPORT, run, f"--html={tmp_path}").check_mistake("is a folder", ".html")
    run_here(EXPORT, run, f"--html={tmp_path}/a.mp4").check_mistake("a.mp4", ".html")
    (tmp_path / "file").write_text("")
    below = f"--html={tmp_path}/file/page.html"
    run_here(EXPORT, run, below).check_mistake("a file stands where a folder is wanted")
    ended = run_here(EXPORT, f"--workdir={trained}", page)
    ended.check_mistake("preset texture, this one is of smoke", "--preset=texture")
    assert "starting TensorFlow" not in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_page_too_large_is_refused(model, tmp_path, monkeypatch):  # noqa: F811
    record = model._fitted().record
    long = dataclasses.replace(record.clips[0], num_frames=10**6)
    with pytest.raises(dg.UserError, match=r"768 MB, at most 400 MB.*fewer frames"):
        page_checks.require_page(tmp_path / "page.html", dataclasses.replace(record, clips=(long,)))
    monkeypatch.setattr(page_checks.require_size, "__defaults__", (10_000,))
    with pytest.raises(dg.UserError, match="fewer frames"):
        model.export_page(tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []
