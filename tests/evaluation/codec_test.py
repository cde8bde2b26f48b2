"""A video's figures are those of its frames, whatever it was saved with."""

import numpy as np

from tf_dyngen.evaluation import metrics
from tf_dyngen.simulation.textures import catalogue
from tf_dyngen.video.clips import read_clip
from tf_dyngen.video.writers import write_video

# H.264 as this project writes it, with colours at half the resolution, over exact frames.
TOLERANCE = 0.1


def test_figures_of_a_video_saved_as_mp4(tmp_path):
    frames = catalogue.simulate("fire", 0, 64, 360)
    write_video(tmp_path / "video.mp4", frames[240:], catalogue.FRAME_RATE)
    saved = read_clip(tmp_path / "video.mp4", num_frames=None, size=(64, 64)).frames
    reality = metrics.Reality(frames[:60] / 255.0, frames[60:240] / 255.0, num_draws=1)
    exact, lossy = (reality.judge(video / 255.0) for video in (frames[240:], saved))
    for name in ("patches", "motion", "variance", "sharpness"):
        ratio = getattr(lossy, name) / getattr(exact, name)
        assert abs(ratio - 1.0) < TOLERANCE, (name, ratio)
    assert abs(np.subtract(lossy.rhythm, exact.rhythm)) < TOLERANCE
