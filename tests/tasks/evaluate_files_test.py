"""What an evaluation leaves where drawing its page fails."""

import json

import numpy as np
import pytest

from tf_dyngen.tasks import evaluate_files
from tf_dyngen.tasks.evaluation_progress import Progress


def test_figures_are_written_before_the_page_is_drawn(tmp_path, monkeypatch):
    frames = np.random.default_rng(0).integers(0, 256, (200, 16, 16, 3), np.uint8)
    np.save(tmp_path / "video.npy", frames[120:])
    np.save(tmp_path / "real.npy", frames[:140])

    def fail(report):
        raise OSError("no page")

    monkeypatch.setattr(evaluate_files, "render", fail)
    with pytest.raises(OSError, match="no page"), Progress() as progress:
        evaluate_files.evaluate_files(
            tmp_path / "out",
            videos=[tmp_path / "video.npy"],
            reference=tmp_path / "real.npy",
            num_frames=60,
            register=lambda name: None,
            progress=progress,
        )
    assert "video" in json.loads((tmp_path / "out" / "metrics.json").read_text())["figures"]
