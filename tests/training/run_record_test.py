"""config.json keeps what a run began with."""

import json

import pytest

from tests.training.conftest import moving_clip
from tf_dyngen import presets
from tf_dyngen.inference.chains import Chains
from tf_dyngen.model.generator import build_generator
from tf_dyngen.training import run_record
from tf_dyngen.training.checkpoint import FOLDER, Checkpoints
from tf_dyngen.training.restore import load_run
from tf_dyngen.training.run_record import RunRecord, check_same_run, load_record
from tf_dyngen.video.sources import Source


@pytest.fixture
def record():
    clips = (moving_clip("a").record,)
    return RunRecord(presets.load("smoke"), Source(("/a.npy",)), clips)


def test_versions_stay_and_a_change_is_said(record, tmp_path, monkeypatch):
    record.save(tmp_path)
    began = json.loads((tmp_path / "config.json").read_text())["versions"]
    assert began == run_record.package_versions()
    stored = load_record(tmp_path)
    assert check_same_run(tmp_path, stored, record) == []
    monkeypatch.setattr(run_record, "package_versions", lambda: {**began, "keras": "9.9"})
    (line,) = check_same_run(tmp_path, stored, record)
    assert f"began with keras {began['keras']}, now 9.9" in line
    stored.save(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["versions"] == began


def test_chains_are_read_where_they_are_wanted(record, tmp_path):
    """Without them, of files of which nothing is left."""
    record.save(tmp_path)
    generator = build_generator(record.config)
    chains = Chains(["a"], [8], generator.latent_sizes)
    chains.start_from_prior(0)
    Checkpoints(tmp_path / FOLDER, chains=chains, generator=generator).save(3, 1.0)
    whole = load_run(tmp_path, pytest.fail)
    assert (whole.chains.noise == chains.noise).all()
    for path in (tmp_path / FOLDER).glob("chains-*"):
        path.unlink()
    bare = load_run(tmp_path, pytest.fail, with_chains=False)
    assert (bare.step, dict(bare.chains.rows)) == (3, {})
