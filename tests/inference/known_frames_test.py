"""What a model makes of known clips, and where in them something like a new clip is found."""

import numpy as np
import pytest
import tensorflow as tf

from tests.model.small_generator import draw_latents, make_generator
from tf_dyngen.inference.known_frames import KnownClip, known_clip, similar_stretches, spread
from tf_dyngen.model.latents import Latents
from tf_dyngen.video.clips import to_model_range


@pytest.mark.parametrize("appearance", [0, 2])
@pytest.mark.parametrize("num_frames", [5, 40])
def test_known_frames_are_those_of_the_model(appearance, num_frames):
    generator = make_generator(appearance_size=appearance)
    latents = draw_latents(generator, 1, 20)
    known = known_clip(generator, latents, num_frames)
    frames, states = (values[0, :num_frames].numpy() for values in generator(latents))
    # Half a level is lost in rounding.
    np.testing.assert_allclose(to_model_range(known.frames), frames, atol=0.51 / 127.5)
    np.testing.assert_allclose(known.states, states, atol=1e-5)
    assert known.latents.noise.shape[1] == len(frames)


def test_spread_is_the_variance_of_the_frames():
    clips = [make_clip(seed, length) for seed, length in ((0, 5), (1, 9))]
    frames = np.concatenate([to_model_range(clip.frames) for clip in clips])
    np.testing.assert_allclose(spread(clips), frames.var(axis=0).mean(), rtol=1e-5)


def make_clip(seed, num_frames):
    """A clip of random frames, whose latents say where they stand: the noise of frame t is t."""
    random = np.random.default_rng(seed)
    times = np.arange(num_frames, dtype=np.float32)
    latents = Latents(
        tf.constant(times[None, :, None]), tf.constant([[-1.0]]), tf.constant([[float(seed)]])
    )
    frames = random.integers(0, 256, (num_frames, 4, 4, 3), np.uint8)
    return KnownClip(latents, tf.constant(times[:, None]), frames)


@pytest.mark.parametrize(
    ("clip", "start", "length", "found"),
    [
        (1, 3, 4, [3, 4, 5, 6]),
        (0, 0, 8, [0, 1, 2, 3, 4, 5, 6, 7]),
        (1, 6, 1, [6]),
        # The clip goes on where the known one ends.
        (1, 5, 6, [5, 6, 7, 0, 0, 0]),
    ],
)
def test_a_stretch_of_a_known_clip_is_found_again(clip, start, length, found):
    known = [make_clip(0, 8), make_clip(1, 8)]
    unlike = make_clip(7, 20)
    frames = np.concatenate([known[clip].frames[start:], unlike.frames])[:length]
    best, second = similar_stretches(known, to_model_range(frames), 2)
    assert best.noise.numpy().ravel().tolist() == found
    assert best.initial_state.numpy().item() == start - 1
    assert best.appearance.numpy().item() == clip
    # The second is the best of the other clip, however good other places of the first are.
    assert second.appearance.numpy().item() == 1 - clip


def test_one_known_clip_gives_several_stretches():
    known = [make_clip(0, 8)]
    found = similar_stretches(known, to_model_range(known[0].frames[2:4]), 3)
    starts = [latents.initial_state.numpy().item() for latents in found]
    assert starts[0] == 1
    assert len(set(starts)) == 3
