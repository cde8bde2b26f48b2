"""Playing: pieces are one video, settings change it without a jump, the same gives the same."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen.errors import UserError
from tf_dyngen.interpolation import interpolate
from tf_dyngen.studio.exported import open_export
from tf_dyngen.studio.player import GLIDE, GLIDE_STEP, Player
from tf_dyngen.studio.settings import OWN, PRIOR, Look, Start

PLAIN = Look(OWN, OWN, 0.0)
START = Start(7, PRIOR, "")


def play(stream, *sizes, noise=1.0, look=PLAIN):
    return np.concatenate([stream.next(size, noise=noise, look=look) for size in sizes])


def direct(player, name, **inputs):
    """Calls a signature as TensorFlow has it."""
    return tf.saved_model.load(str(player.export.path)).signatures[name](**inputs)


def whole(number):
    return tf.constant([number], tf.int32)


def direct_start(player):
    return direct(player, "start", seed=whole(7), clip=whole(PRIOR))


def test_pieces_are_one_long_call(player):
    numbers = {"seed": whole(7), "position": whole(0), "num_frames": whole(20)}
    noise = tf.constant([1.0])
    called = direct(player, "stream_scaled", **direct_start(player), **numbers, noise_scale=noise)
    played = play(player.begin(START), 1, 7, 2, 10)
    assert played.dtype == np.uint8
    np.testing.assert_array_equal(played, called["frames"][0])


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
    stream, clip = player.begin(START), player.clip_look(0)
    expected, _ = player.roll(
        direct_start(player)["state"], clip, seed=7, position=0, num_frames=3, noise_scale=1.0
    )
    np.testing.assert_array_equal(play(stream, 3, look=Look(0, OWN, 0.0)), expected)


def test_between_two_looks_the_direction_turns(player):
    first, second = (player.clip_look(clip)[0] for clip in (0, 1))
    halfway = interpolate(first, second, 0.5)[None]
    expected, _ = player.roll(
        direct_start(player)["state"], halfway, seed=7, position=0, num_frames=3, noise_scale=1.0
    )
    np.testing.assert_array_equal(play(player.begin(START), 3, look=Look(0, 1, 0.5)), expected)


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


def test_threads_do_not_mix_their_videos(player):
    expected = play(player.begin(START), 6)
    with ThreadPoolExecutor(8) as pool:
        videos = list(pool.map(lambda _: play(player.begin(START), 3, 3), range(8)))
    for video in videos:
        np.testing.assert_array_equal(video, expected)


def test_what_the_model_refuses_is_a_mistake_in_words(player):
    state = direct_start(player)["state"]
    numbers = {"seed": 0, "num_frames": 1, "noise_scale": 1.0}
    with pytest.raises(UserError, match="position: 0 or more is wanted"):
        player.roll(state, player.clip_look(0), position=-1, **numbers)


def test_a_damaged_export_is_a_mistake_in_words(export_folder, tmp_path):
    folder = tmp_path / "export"
    shutil.copytree(export_folder, folder)
    (folder / "1" / "saved_model.pb").write_bytes(b"nothing")
    with pytest.raises(UserError, match=r"1 cannot be loaded.*export the run again"):
        Player(open_export(folder))
