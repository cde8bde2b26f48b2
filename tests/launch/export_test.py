"""The command that exports, as users run it."""

from tests.launch.commands import run_here

EXPORT = "launch.export"


def test_versions_follow_each_other(trained, tmp_path):
    (tmp_path / "out/1").mkdir(parents=True)
    (tmp_path / "out/7").mkdir()
    (tmp_path / "out/notes").mkdir()
    arguments = [f"--workdir={trained}", f"--output={tmp_path}/out", "--half"]
    ended = run_here(EXPORT, *arguments).check_good()
    assert f"wrote {tmp_path}/out/8: " in ended.stderr
    extra = {path.name for path in (tmp_path / "out/8/assets.extra").iterdir()}
    assert extra == {"README.md", "metadata.json", "model_card.md", "tf_serving_warmup_requests"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"1", "7", "8", "notes"}


def test_mistakes_are_one_line(trained, tmp_path):
    run, none = f"--workdir={trained}", f"--workdir={tmp_path}"
    run_here(EXPORT, "--output=out").check_mistake("--workdir is missing")
    run_here(EXPORT, run).check_mistake("--output is missing")
    run_here(EXPORT, none, "--output=out").check_mistake("no run in", "launch.train")
    (tmp_path / "file").write_text("")
    run_here(EXPORT, run, f"--output={tmp_path}/file").check_mistake("is no folder")
