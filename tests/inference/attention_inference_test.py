"""Latents of the attention model: what the memory holds comes back, cuts are found, masks count."""

import numpy as np
import pytest
import tensorflow as tf

from tests.model.small_attention import make_attention, waves
from tf_dyngen.inference.attention_inference import infer_attention
from tf_dyngen.model.generator import to_pixels
from tf_dyngen.video.clips import to_model_range

pytestmark = pytest.mark.usefixtures("unoptimized")


def infer(generator, frames, visible=None):
    return infer_attention(
        generator, to_model_range(frames)[None], None if visible is None else visible[None]
    )


def play(generator, latents):
    return to_pixels(generator(latents)[0])[0].numpy().astype(int)


@pytest.mark.parametrize("size", [(16, 16), (50, 75)])
@pytest.mark.parametrize("settings", [{}, {"parts": 1, "fade": 3, "retention": 0.75}])
def test_learned_clips_come_back_with_noise_zero(size, settings):
    clips = [waves(14, size), waves(9, size, phase=3.0)]
    generator = make_attention(*clips, **settings)
    for clip in clips:
        latents = infer(generator, clip)
        assert not latents.noise.numpy().any()
        # The last frame's next one is not known, and what follows tells of patches.
        np.testing.assert_array_equal(play(generator, latents)[:-1], clip[:-1])


def test_a_stretch_and_a_single_frame_come_back():
    clip = waves(14)
    generator = make_attention(clip)
    for frames in (clip[4:9], clip[6:7]):
        np.testing.assert_array_equal(play(generator, infer(generator, frames)), frames)


def test_where_a_clip_is_cut_the_noise_says_so():
    clip = waves(20)
    generator = make_attention(clip)
    cut = np.concatenate([clip[2:7], clip[12:17]])
    noise = infer(generator, cut).noise.numpy()[0].reshape(len(cut), -1, 20)
    frames, _, moments = np.nonzero(noise)
    # The noise of frame 4 leads to frame 5, which follows frame 11 of the clip.
    assert set(frames) == {4}
    assert set(moments) == {11}
    states = generator.rollout(infer(generator, cut).initial_state, noise.reshape(1, len(cut), -1))
    followed = states.numpy()[0, :, : generator.transition.num_parts]
    np.testing.assert_array_equal(
        followed[:-1], np.tile([[3, 4, 5, 6, 12, 13, 14, 15, 16]], (4, 1)).T
    )


def test_what_is_hidden_counts_nothing():
    clip = waves(14)
    generator = make_attention(clip)
    visible = np.ones([5, 16, 16, 1], bool)
    visible[:, 4:9, 5:11] = False
    random = np.random.default_rng(0).integers(0, 256, clip[4:9].shape, np.uint8)
    latents = infer(generator, np.where(visible, clip[4:9], random), visible)
    other = infer(generator, np.where(visible, clip[4:9], 255 - random), visible)
    for leaf, same in zip(latents, other, strict=True):
        np.testing.assert_array_equal(leaf, same)
    np.testing.assert_array_equal(play(generator, latents), clip[4:9])


def test_one_graph_infers_clips_of_any_length():
    clip = waves(14)
    generator = make_attention(clip)
    graph = tf.function(
        lambda frames: infer_attention(generator, frames),
        input_signature=[tf.TensorSpec([1, None, 16, 16, 3])],
        autograph=False,
    )
    for frames in (clip[4:5], clip[4:9], np.concatenate([clip[9:], clip[:5]])):
        given = to_model_range(frames)[None]
        for leaf, other in zip(graph(given), infer_attention(generator, given), strict=True):
            np.testing.assert_allclose(leaf, other, atol=1e-3)
    assert graph.experimental_get_tracing_count() == 1
