"""The command that exports, as users run it."""

import pytest


@pytest.fixture(scope="session")
def export(start, finish):
    """export(ARGUMENT, ...) -> Ended."""
    return lambda *arguments: finish(start("launch.export", *arguments))


def test_versions_follow_each_other(export, trained, tmp_path):
    (tmp_path / "out/1").mkdir(parents=True)
    (tmp_path / "out/7").mkdir()
    (tmp_path / "out/notes").mkdir()
    ended = export(f"--workdir={trained}", f"--output={tmp_path}/out", "--half").check_good()
    assert f"wrote {tmp_path}/out/8: " in ended.stderr
    extra = {path.name for path in (tmp_path / "out/8/assets.extra").iterdir()}
    assert extra == {"README.md", "metadata.json", "model_card.md", "tf_serving_warmup_requests"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"1", "7", "8", "notes"}


def test_mistakes_are_one_line(export, trained, tmp_path):
    export("--output=out").check_mistake("--workdir is missing")
    export(f"--workdir={trained}").check_mistake("--output is missing")
    export(f"--workdir={tmp_path}", "--output=out").check_mistake("no run in", "launch.train")
    (tmp_path / "file").write_text("")
    out = f"--output={tmp_path}/file"
    export(f"--workdir={trained}", out).check_mistake("is no folder")
