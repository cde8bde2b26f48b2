"""The attention model as a whole: what it plays, in pieces, in batches, and at the clip's ends."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import norm

from tests.model.small_attention import (
    draw_noise,
    make_attention,
    moving_clip,
    player,
    silence,
)

NUM_FRAMES = 12
ALL = {"parts": 2, "retention": 0.75, "fade": 3}


@pytest.fixture(scope="module")
def generator():
    return make_attention(moving_clip(NUM_FRAMES), **ALL)


@pytest.fixture(scope="module")
def play(generator):
    return player(generator)


def first_state(generator, moment=0):
    return generator.state_before(tf.constant([moment]))


@pytest.mark.parametrize(
    ("size", "settings"),
    [((17, 21), {}), ((98, 97), ALL)],
)
def test_without_noise_the_clip_is_played_to_its_end(size, settings):
    clip = moving_clip(NUM_FRAMES, *size)
    generator = make_attention(clip, **settings)
    frames, _ = player(generator)(first_state(generator), silence(generator, NUM_FRAMES))
    np.testing.assert_array_equal(frames[0], clip)


def test_the_clip_is_played_from_any_moment(generator, play):
    """To the same bits: fading frames and states are those of the moment."""
    frames, _ = play(first_state(generator, 5), silence(generator, NUM_FRAMES))
    np.testing.assert_array_equal(frames[0, : NUM_FRAMES - 5], moving_clip(NUM_FRAMES)[5:])


def test_after_its_end_the_clip_goes_on_from_another_moment(generator, play):
    frames, states = play(first_state(generator, 8), silence(generator, NUM_FRAMES))
    np.testing.assert_array_equal(frames[0, :4], moving_clip(NUM_FRAMES)[8:])
    # The state looks one frame ahead: it follows 9, 10, 11, and then others.
    moments = generator.unpack(states[0]).moments.numpy()
    np.testing.assert_array_equal(moments[:3], np.repeat([[9], [10], [11]], 4, axis=1))
    assert (moments[3:5] < NUM_FRAMES - 1).all()
    assert (np.diff(frames[0, 3:].numpy().astype(int), axis=0) != 0).any(axis=(1, 2, 3)).all()
    assert np.isfinite(states).all()


def test_chunks_are_one_long_video_to_the_bit(generator, play):
    noise, start = draw_noise(generator, 30), first_state(generator)
    frames, states = play(start, noise)
    state, done = start, 0
    for length in (7, 23):
        some, along = play(state, noise[:, done : done + length])
        np.testing.assert_array_equal(along, states[:, done : done + length])
        np.testing.assert_array_equal(some, frames[:, done : done + length])
        state, done = along[:, -1], done + length
    assert done == 30
    # There was something to be the same: noise leads to frames that are none of the clip's.
    assert (
        not (frames[0].numpy()[:, None] == moving_clip(NUM_FRAMES))
        .all(axis=(2, 3, 4))
        .any(axis=1)
        .all()
    )


def test_rows_of_a_batch_are_single_rows(generator, play):
    noise = draw_noise(generator, NUM_FRAMES, num_videos=3)
    start = generator.state_before(tf.constant([0, 4, 9]))
    frames, _ = play(start, noise)
    for row in range(3):
        alone, _ = play(start[row : row + 1], noise[row : row + 1])
        np.testing.assert_array_equal(frames[row], alone[0])
    assert (frames[0].numpy() != frames[1].numpy()).any()


def test_a_region_follows_moments_of_its_own():
    """Two lamps on grey ground: one jumps to another moment, the other goes on."""
    clip = np.full((NUM_FRAMES, 48, 48, 3), 100, np.uint8)
    random = np.random.default_rng(4)
    for columns in (np.s_[4:16], np.s_[32:44]):
        clip[:, 10:38, columns] = random.permutation(NUM_FRAMES)[:, None, None, None] * 20
    generator = make_attention(clip, regions=2, parts=1, retention=0.0)
    windows = generator.transition.windows.numpy().reshape(2, *generator.layout.low)
    left, right = (int(windows[:, 12, column].argmax()) for column in (5, 18))
    assert left != right
    noise = np.zeros((1, 6, 2, NUM_FRAMES), np.float32)
    noise[0, 0, right, 7] = 1e3
    states = generator.rollout(first_state(generator, 1), noise.reshape(1, 6, -1))
    state = generator.unpack(states[0])
    np.testing.assert_array_equal(state.moments[:, left], np.arange(2, 8))
    np.testing.assert_array_equal(state.moments[:4, right], np.arange(8, 12))
    low = generator.memory.low.numpy().reshape(NUM_FRAMES, *generator.layout.low, 3)
    made = state.low.numpy()[:, -1].reshape(6, *generator.layout.low, 3)
    np.testing.assert_allclose(made[:, :, :10], low[2:8, :, :10], atol=1e-6)
    np.testing.assert_allclose(made[:4, :, 14:], low[8:12, :, 14:], atol=1e-6)


def test_a_place_that_is_a_frame_ahead_waits_for_the_others():
    """In what hardly moves and then flashes no place flashes before the others."""
    levels = 10 + np.arange(NUM_FRAMES) + 40 * (np.arange(NUM_FRAMES) >= 6)
    clip = np.broadcast_to(levels[:, None, None, None], (NUM_FRAMES, 16, 16, 3)).astype(np.uint8)
    generator = make_attention(clip, parts=1)
    state = generator.unpack(first_state(generator, 5))
    *coarse, finest = state.sources
    corner = np.arange(finest.time.shape[1]) < 2
    ahead = finest._replace(time=finest.time + corner.astype(np.int32))
    start = generator.pack(state._replace(sources=(*coarse, ahead)))
    frames, _ = player(generator)(start, silence(generator, 6))
    np.testing.assert_array_equal(frames[0], clip[5:11])


def test_where_nothing_moves_the_state_stands(generator, play):
    moves = np.random.default_rng(0).random((2, NUM_FRAMES)) < 0.6
    noise = draw_noise(generator, NUM_FRAMES, num_videos=2)
    start = generator.state_before(tf.constant([2, 7]))
    frames, states = play(start, noise, tf.constant(moves))
    for video in range(2):
        # What moves is what a shorter video of the noise of those frames shows.
        kept = tf.boolean_mask(noise[video], moves[video])[None]
        _, expected = play(start[video : video + 1], kept)
        every = np.concatenate([start[video][None], expected[0]])
        np.testing.assert_array_equal(states[video], every[np.cumsum(moves[video])])
    stands = ~moves[:, 1:]
    assert stands.any()
    shown = frames.numpy()
    np.testing.assert_array_equal(shown[:, 1:][stands], shown[:, :-1][stands])


def test_packed_states_hold_all_that_was_packed(generator, play):
    _, states = play(first_state(generator), draw_noise(generator, NUM_FRAMES))
    for packed in states[0]:
        state = generator.unpack(packed[None])
        np.testing.assert_array_equal(generator.pack(state)[0], packed)
    assert state.low.shape == (1, 3, 256, 3)
    assert state.moments.shape == (1, 4)
    assert [len(leaf) for leaf in (state.sources, state.fading)] == [1, 2]
    for sources in (*state.sources, *state.fading):
        assert all(leaf.dtype == tf.int32 for leaf in sources)
        assert (sources.time.numpy() < NUM_FRAMES).all()
        assert (sources.top.numpy() <= 8).all()


def test_emission_needs_nothing_but_the_state(generator, play):
    frames, states = play(first_state(generator), draw_noise(generator, NUM_FRAMES))
    one_by_one = [generator.emit(states[:, t : t + 1], None)[0, 0] for t in range(6)]
    np.testing.assert_allclose(
        (np.array(one_by_one) + 1) * 127.5, frames[0, :6].numpy().astype(float), atol=0.5 + 1e-3
    )


def test_frames_lie_between_those_of_the_clip():
    """Every pixel is a mean of pixels of the clip: no shade is beyond them."""
    clip = moving_clip(NUM_FRAMES, low=60, high=180)
    generator = make_attention(clip, **ALL)
    frames, _ = player(generator)(first_state(generator), draw_noise(generator, 40, scale=3.0))
    assert frames.numpy().min() >= clip.min()
    assert frames.numpy().max() <= clip.max()


def test_a_grey_clip_stays_grey():
    generator = make_attention(np.full((6, 16, 16, 3), 128, np.uint8), **ALL)
    frames, states = player(generator)(first_state(generator), draw_noise(generator, 20))
    assert np.isfinite(states).all()
    np.testing.assert_array_equal(frames, np.full((1, 20, 16, 16, 3), 128))


def test_black_and_white_are_played_to_the_bit():
    clip = np.random.default_rng(0).integers(0, 2, (8, 16, 16, 1)).astype(np.uint8) * 255
    generator = make_attention(clip, **ALL)
    frames, _ = player(generator)(first_state(generator), silence(generator, 8))
    np.testing.assert_array_equal(frames[0], clip)
    frames, _ = player(generator)(first_state(generator), draw_noise(generator, 20))
    assert frames.dtype == tf.uint8


DARK, BRIGHT = (0, 100), (155, 255)


@pytest.fixture(scope="module")
def of_two_clips():
    """A dark clip of 9 frames and a bright one of 12."""
    clips = [moving_clip(9, low=DARK[0], high=DARK[1]),
             moving_clip(12, seed=1, low=BRIGHT[0], high=BRIGHT[1])]  # fmt: skip
    return clips, make_attention(*clips, **ALL)


@pytest.mark.parametrize(("number", "first"), [(0, 0), (1, 9)])
def test_every_clip_is_played_to_its_end(of_two_clips, number, first):
    clips, generator = of_two_clips
    length = len(clips[number])
    frames, _ = player(generator)(first_state(generator, first), silence(generator, length))
    np.testing.assert_array_equal(frames[0], clips[number])


@pytest.mark.parametrize(("first", "shades"), [(0, DARK), (9, BRIGHT)])
def test_pieces_never_go_on_over_the_end_of_a_clip(of_two_clips, first, shades):
    """The clips are farther from each other than noise leads, so only a fault mixes them."""
    _, generator = of_two_clips
    noise = draw_noise(generator, 60, scale=0.5)
    frames, _ = player(generator)(first_state(generator, first), noise)
    assert frames.numpy().min() >= shades[0]
    assert frames.numpy().max() <= shades[1]


@pytest.mark.parametrize("lengths", [(1,), (1, 2)])
def test_clips_of_one_frame_are_played(lengths):
    clips = [moving_clip(length, seed=seed) for seed, length in enumerate(lengths)]
    generator = make_attention(*clips, **ALL)
    draw = tf.random.stateless_normal([2, generator.latent_sizes.state], [0, 0])
    start = generator.initial_state(draw)
    noise = draw_noise(generator, 10, num_videos=2)
    frames, states = player(generator)(start, noise)
    assert np.isfinite(states).all()
    # No frame is learned but these, and no mean of them lies outside of their shades.
    every = np.concatenate(clips).astype(int)
    assert (frames.numpy() >= every.min()).all()
    assert (frames.numpy() <= every.max()).all()


def test_a_draw_stands_for_each_moment_that_goes_on_alike(of_two_clips):
    _, generator = of_two_clips
    usable = [moment for moment in range(21) if moment not in (8, 20)]
    # Quantiles of the standard normal, one for each moment.
    levels = (np.arange(19) + 0.5) / 19
    draw = np.zeros((19, generator.latent_sizes.state), np.float32)
    draw[:, 0] = norm.ppf(levels)
    found = generator.initial_state(tf.constant(draw))
    np.testing.assert_array_equal(found, generator.state_before(tf.constant(usable)))


def test_a_draw_far_out_stands_for_the_first_or_the_last(generator):
    draw = np.zeros((2, generator.latent_sizes.state), np.float32)
    draw[:, 0] = [-40.0, 40.0]
    expected = generator.state_before(tf.constant([0, NUM_FRAMES - 2]))
    np.testing.assert_array_equal(generator.initial_state(tf.constant(draw)), expected)


def test_one_trace_serves_all_noise_of_one_size(generator, play):
    play(first_state(generator), draw_noise(generator, NUM_FRAMES))
    once = play.experimental_get_tracing_count()
    play(first_state(generator, 3), draw_noise(generator, NUM_FRAMES, seed=7))
    assert play.experimental_get_tracing_count() == once


def test_remembering_twice_changes_nothing():
    clip = moving_clip(NUM_FRAMES)
    generator = make_attention(clip, **ALL)
    first = [weight.numpy() for weight in generator.weights]
    generator.remember([clip])
    for weight, expected in zip(generator.weights, first, strict=True):
        np.testing.assert_array_equal(weight.numpy(), expected)


def test_sizes_of_latents_are_those_of_noise_and_states(generator, play):
    _, states = play(first_state(generator), silence(generator, NUM_FRAMES))
    assert generator.latent_sizes.noise == 4 * NUM_FRAMES
    assert generator.latent_sizes.state == states.shape[2]
    trained = {variable.name for variable in generator.trainable_variables}
    assert trained == {"log_softness", "log_temperature"}
