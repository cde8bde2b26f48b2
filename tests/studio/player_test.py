"""Playing: pieces are one video, settings change it without a jump, the same gives the same."""

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen.studio.player import GLIDE, GLIDE_STEP
from tf_dyngen.studio.settings import OWN, PRIOR, Look, Start

PLAIN = Look(OWN, OWN, 0.0)
START = Start(7, PRIOR, "")


def play(stream, *sizes, noise=1.0, look=PLAIN):
    return np.concatenate([stream.next(size, noise=noise, look=look) for size in sizes])


def direct(player, name, **inputs):
    """Calls a signature as TensorFlow has it."""
    return tf.saved_model.load(str(player.export.path)).signatures[name](**inputs)


def test_pieces_are_one_long_call(player):
    number = lambda value: tf.constant([value], tf.int32)  # noqa: E731
    start = direct(player, "start", seed=number(7), clip=number(-1))
    whole = direct(
        player,
        "stream_scaled",
        **start,
        seed=number(7),
        position=number(0),
        num_frames=number(20),
        noise_scale=tf.constant([1.0]),
    )["frames"][0]
    played = play(player.begin(START), 1, 7, 2, 10)
    assert played.dtype == np.uint8
    np.testing.assert_array_equal(played, whole)


def test_the_same_settings_give_the_same_frames_and_others_do_not(player):
    first = play(player.begin(START), 12)
    np.testing.assert_array_equal(play(player.begin(START), 12), first)
    for other in (Start(8, PRIOR, ""), Start(7, 0, "")):
        assert (play(player.begin(other), 12) != first).any()
    assert (play(player.begin(START), 12, noise=0.5) != first).any()


def test_without_noise_all_seeds_of_a_clip_are_one(player):
    videos = [play(player.begin(Start(seed, 1, "")), 9, noise=0.0) for seed in (1, 2)]
    np.testing.assert_array_equal(*videos)


def largest_step(frames):
    return np.abs(np.diff(frames.astype(int), axis=0)).mean(axis=(1, 2, 3)).max()


def test_noise_changes_without_a_jump(player):
    stream = player.begin(START)
    before = play(stream, 30)
    after = play(stream, 30, noise=0.0)
    step = np.abs(after[0].astype(int) - before[-1]).mean()
    # Without noise a frame is nearer to the one before than with it.
    assert step <= largest_step(before)


def test_the_look_turns_within_a_few_frames_and_stays(player):
    # Without noise, and long after the start, the picture stands still but for its look.
    stream, plain = player.begin(START), player.begin(START)
    play(stream, 300, noise=0.0)
    play(plain, 300, noise=0.0)
    other = Look(0, 1, 1.0)
    turned = play(stream, 5, 3, 20, noise=0.0, look=other)
    own = play(plain, 28, noise=0.0)
    fresh = player.begin(START)
    play(fresh, 300, noise=0.0, look=other)
    np.testing.assert_array_equal(turned[GLIDE:], play(fresh, 28, noise=0.0, look=other)[GLIDE:])
    difference = np.abs(turned.astype(int) - own).mean(axis=(1, 2, 3))
    assert difference[0] < 0.5 * difference[GLIDE]
    assert difference[GLIDE - 1] > 0.8 * difference[GLIDE]
    # Steps of equal turns: none has more than thrice its share of the way.
    steps = np.diff(difference[: GLIDE + 1 : GLIDE_STEP])
    assert steps.max() < 3 * difference[GLIDE] * GLIDE_STEP / GLIDE


def test_a_look_at_the_start_is_there_at_once(player):
    look = Look(0, OWN, 0.0)
    clips = player.clip_look(0)
    assert clips.shape == (1, player.export.appearance_size)
    (first,) = play(player.begin(START), 1, look=look)
    stream = player.begin(START)
    stream._own = clips
    np.testing.assert_array_equal(play(stream, 1, look=look)[0], first)


def test_a_picture_comes_first_then_moves(player):
    pixels = np.full((24, 32, 3), 200, np.uint8)
    still = player.look_at(pixels)
    assert still.frame.shape == (1, 24, 32, 3)
    error = np.mean((still.frame[0].astype(float) - pixels) ** 2)
    np.testing.assert_allclose(still.psnr, 20 * np.log10(255) - 10 * np.log10(error), atol=1e-6)
    video = play(player.begin(Start(3, PRIOR, "name"), still), 1, 4)
    np.testing.assert_array_equal(video[0], still.frame[0])
    expected, _ = player.roll(
        still.state, still.appearance, seed=3, position=1, num_frames=4, noise_scale=1.0
    )
    np.testing.assert_array_equal(video[1:], expected)
    other = play(player.begin(Start(3, PRIOR, "name"), still), 1, look=Look(1, 1, 0.0))
    assert (other[0] != still.frame[0]).any()


def test_a_model_without_appearance_takes_any_look(grey_player):
    video = play(grey_player.begin(START), 5, look=Look(0, 1, 0.5))
    assert video.shape == (5, 16, 16, 1)
    np.testing.assert_array_equal(video, play(grey_player.begin(START), 2, 3))
    assert grey_player.look_at(video[0]).appearance is None


@pytest.mark.parametrize("num_calls", [8])
def test_threads_take_turns(player, num_calls):
    from concurrent.futures import ThreadPoolExecutor

    expected = play(player.begin(START), 6)
    with ThreadPoolExecutor(num_calls) as pool:
        videos = pool.map(lambda _: play(player.begin(START), 3, 3), range(num_calls))
    for video in videos:
        np.testing.assert_array_equal(video, expected)
