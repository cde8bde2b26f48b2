"""Video that arrives at a frame of its clip: exactly, along the clip, without a jump of its own."""

import itertools
import types

import numpy as np
import pytest
import tensorflow as tf

from tests.model.small_attention import make_attention, waves
from tf_dyngen.tasks.attention_arrival import NUM_STEERED, AttentionArrival, Ways, lead
from tf_dyngen.tasks.loop_steps import steps_of
from tf_dyngen.tasks.synthesize import Synthesizer

CLIP = waves(24)


@pytest.fixture(scope="module")
def generator():
    return make_attention(CLIP)


@pytest.fixture(scope="module")
def arrival(generator):
    return AttentionArrival(generator)


def arrive(arrival, num_frames, end, seed=1, start=None):
    return np.concatenate(list(arrival.frames(num_frames, end, seed, 1.0, start)))


@pytest.mark.parametrize("num_frames", [1, 2, 31, 130])
@pytest.mark.parametrize("end", [0, 12, 23])
def test_the_last_frame_is_that_of_the_clip(arrival, num_frames, end):
    video = arrive(arrival, num_frames, end)
    assert video.shape == (num_frames, *CLIP.shape[1:])
    np.testing.assert_array_equal(video[-1], CLIP[end])
    np.testing.assert_array_equal(arrive(arrival, num_frames, end), video)
    if num_frames > 1:
        video = arrive(arrival, num_frames, end, start=5)
        np.testing.assert_array_equal(video[0], CLIP[5])
        np.testing.assert_array_equal(video[-1], CLIP[end])
        assert len(video) == num_frames


def test_until_the_end_it_is_what_the_noise_draws_and_there_it_jumps_no_more(arrival, generator):
    synthesizer = Synthesizer(generator)
    own = np.concatenate(list(synthesizer.synthesize(num_frames=150, seed=1)))
    video = arrive(arrival, 150, 12)
    free = (150 - NUM_STEERED) // 30 * 30
    np.testing.assert_array_equal(video[:free], own[:free])
    assert steps_of(video)[free:].max() <= 1.2 * steps_of(own).max()
    # The last frames are those of the clip, more and more.
    off = np.abs(video[-5:].astype(int) - CLIP[8:13]).mean(axis=(1, 2, 3))
    assert (np.diff(off) < 0).all()


def random_ways(number, seed=0):
    """Of a clip of moments that are points, compared by distance."""
    keys = np.random.default_rng(seed).normal(size=(number, 3))
    times = np.arange(number)
    before, after = np.maximum(times - 1, 0), np.minimum(times + 1, number - 1)
    memory = types.SimpleNamespace(
        before=tf.constant(before), after=tf.constant(after), num_frames=number
    )
    return Ways.of(memory, keys)


def cost_of(led, ways):
    return sum(ways.costs[ways.after[one], other] for one, other in itertools.pairwise(led))


def test_the_way_is_the_cheapest_of_all():
    ways, path = random_ways(5), np.array([1, 2, 3, 1])
    led = lead(path, 4, ways)
    assert (led[0], led[-1]) == (1, 4)
    every = [
        np.array([1, *rest, 4])
        for rest in np.stack(np.meshgrid(range(5), range(5)), -1).reshape(-1, 2)
    ]
    # Of what stays on the path for a while, steps that the noise draws cost nothing.
    kept = [
        cost_of(way[leaves:], ways)
        for way in every
        for leaves in range(4)
        if (way[: leaves + 1] == path[: leaves + 1]).all()
    ]
    found = [
        cost_of(led[leaves:], ways)
        for leaves in range(4)
        if (led[: leaves + 1] == path[: leaves + 1]).all()
    ]
    assert min(found) == pytest.approx(min(kept))


def test_where_the_clip_leads_there_it_is_followed():
    ways = random_ways(12)
    np.testing.assert_array_equal(lead(np.arange(2, 9), 8, ways), np.arange(2, 9))
    np.testing.assert_array_equal(lead(np.array([2, 3, 4, 9, 10]), 6, ways)[:1], [2])
    # What begins the clip cannot be gone on to; the next moment stands for it.
    assert lead(np.arange(3, 9), 0, ways)[-1] == 1
