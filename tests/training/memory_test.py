"""The estimate of memory grows with what takes memory; what does not fit is refused."""

import psutil
import pytest

from tf_dyngen import presets
from tf_dyngen.config import override
from tf_dyngen.errors import UserError
from tf_dyngen.training.memory import check_memory, estimate_memory

SIZES = {"num_clips": 1, "num_frames": 60, "num_weights": 10**6}


def estimate(changes, preset="texture_linear", **sizes):
    return estimate_memory(override(presets.load(preset), changes), **(SIZES | sizes))


def test_a_longer_clip_costs_its_start_and_its_chain_and_not_its_windows():
    longer = estimate({}, num_frames=6000) - estimate({})
    # Two floats a value of the linear start, and two a number of the chain's noise.
    assert longer == 5940 * 4 * (2 * 64 * 64 * 3 + 2 * 50)


def test_a_mask_costs_its_predictions_and_a_matrix_for_each_window_more():
    more = estimate({}, num_frames=180, masked=True) - estimate({}, num_frames=180)
    assert more == 4 * (10 * 180 * 64 * 64 * 3 + 2 * (60 * 50) ** 2)


def test_more_clips_cost_their_chains_alone():
    # The linear start is fitted to 40 clips of 60 frames at most.
    more = estimate({}, num_clips=10_000) - estimate({}, num_clips=40)
    assert more == 9960 * 4 * 2 * (60 * 50 + 2 * 100)


@pytest.mark.parametrize(
    "changes",
    [
        {"video.height": 128, "video.width": 128},
        {"learning.bptt_length": 40},
        {"model.emission_width": 1.0},
        {"model.normalization": True},
        {"inference.precondition_every": 0},
    ],
)
def test_settings_matter(changes):
    sign = -1 if {"learning.bptt_length", "inference.precondition_every"} & set(changes) else 1
    assert sign * (estimate(changes) - estimate({})) > 1e6


def test_remembered_frames_take_memory_as_large_as_they_are():
    def of_frames(number, side):
        size = {"video.height": side, "video.width": side}
        one = estimate(size, "texture", num_frames=1)
        return estimate(size, "texture", num_frames=number) - one

    # Noise, one number a frame and moment, grows with the square.
    assert 1.0 < of_frames(121, 64) / (2 * of_frames(61, 64)) < 1.02
    # Of pixels there are four times as many, of places to search as many as before.
    assert of_frames(61, 64) < of_frames(61, 128) < 4 * of_frames(61, 64)


def test_what_does_not_fit_is_refused_with_advice():
    total = psutil.virtual_memory().total
    check_memory(0.9 * total)
    with pytest.raises(UserError, match="bptt_length"):
        check_memory(1.1 * total)
