"""Synthesis with the attention model: streams, variety, colours and loops."""

import numpy as np
import pytest

from tests.model.small_attention import make_attention, waves
from tf_dyngen.errors import UserError
from tf_dyngen.model.latents import Latents
from tf_dyngen.tasks.loop_steps import LoopSteps, steps_of
from tf_dyngen.tasks.synthesize import Synthesizer, choose_variety

CLIP = waves(24)


@pytest.fixture(scope="module")
def synthesizer():
    return Synthesizer(make_attention(CLIP))


def video(synthesizer, num_frames, **settings):
    return np.concatenate(list(synthesizer.synthesize(num_frames=num_frames, **settings)))


@pytest.mark.parametrize("length", [7, 50])
def test_streamed_in_any_chunking_is_the_whole_to_the_bit(synthesizer, length):
    whole = video(synthesizer, 67, seed=3)
    for start in range(0, 67, length):
        num_frames = min(length, 67 - start)
        piece = video(synthesizer, num_frames, seed=3, first_frame=start)
        np.testing.assert_array_equal(piece, whole[start : start + num_frames])


def test_variety_0_plays_the_clip_on_to_its_end(synthesizer):
    frames = video(synthesizer, 20 + len(CLIP), seed=1, variety=0.0)
    same = (frames[:, None] == CLIP).all(axis=(2, 3, 4))
    first = int(same[0].argmax())
    for time, moment in enumerate(range(first, len(CLIP) - 1)):
        assert same[time, moment]
    other = video(synthesizer, 20, seed=1, variety=1.0)
    assert (other != frames[:20]).any()


@pytest.mark.parametrize("variety", [0.5, 1.0])
def test_colours_stay_between_those_of_the_clip(synthesizer, variety):
    frames = video(synthesizer, 60, seed=2, variety=variety)
    assert (frames.min(axis=(0, 1, 2)) >= CLIP.min(axis=(0, 1, 2))).all()
    assert (frames.max(axis=(0, 1, 2)) <= CLIP.max(axis=(0, 1, 2))).all()


def test_away_from_seams_every_pixel_is_one_of_the_clip():
    # One part whose every change is to a moment that goes on: only changes make seams.
    synthesizer = Synthesizer(make_attention(CLIP, parts=1, retention=0.0))
    frames = video(synthesizer, 60, seed=2)
    known = {tuple(pixel) for pixel in CLIP.reshape(-1, 3).tolist()}
    whole = [frame for frame in frames if (frame == CLIP).all(axis=(1, 2, 3)).any()]
    assert len(whole) > len(frames) / 2
    inside = [tuple(p) in known for p in np.concatenate(whole).reshape(-1, 3).tolist()]
    assert all(inside)


@pytest.mark.parametrize("moment", [0, 7, len(CLIP) - 1])
@pytest.mark.parametrize("backwards", [False, True])
def test_new_video_begins_with_a_frame_of_the_clip_and_goes_on(synthesizer, moment, backwards):
    def start(num_frames, seed=0, **how):
        how |= {"num_frames": num_frames, "seed": seed, "backwards": backwards}
        return np.concatenate(list(synthesizer.start_at(moment, **how)))

    frames = start(67)
    assert frames.shape == (67, *CLIP.shape[1:])
    np.testing.assert_array_equal(frames[0], CLIP[moment])
    np.testing.assert_array_equal(start(31), frames[:31])
    np.testing.assert_array_equal(start(1), frames[:1])
    assert (start(67, seed=1)[1:] != frames[1:]).any()
    # Without noise the clip is played on, in either direction, to its end.
    clip = CLIP[moment::-1] if backwards else CLIP[moment:]
    calm = start(len(CLIP), variety=0.0)
    np.testing.assert_array_equal(calm[: len(clip)], clip)


def test_backwards_time_runs_from_the_end_of_the_clip_to_its_start(synthesizer):
    def shown(**how):
        """The clip's frame that is most alike, by frame."""
        frames = video(synthesizer, 150, seed=2, **how).astype(int)
        return np.square(frames[:, None] - CLIP).sum(axis=(2, 3, 4)).argmin(axis=1)

    for how, step in (({}, 1), ({"backwards": True}, -1)):
        steps = np.diff(shown(**how))
        assert np.mean(steps == step) > 10 * np.mean(steps == -step)
    whole = video(synthesizer, 67, seed=3, backwards=True)
    piece = video(synthesizer, 20, seed=3, first_frame=40, backwards=True)
    np.testing.assert_array_equal(piece, whole[40:60])
    loop = video(synthesizer, 20, seed=3, loop=True, backwards=True)
    assert loop.shape == (20, *CLIP.shape[1:])


@pytest.mark.parametrize("num_frames", [2, 75])
def test_a_loop_has_no_seam(synthesizer, num_frames):
    usual = steps_of(video(synthesizer, 150, seed=0)).max()
    loop = video(synthesizer, num_frames, seed=4, loop=True)
    assert loop.shape == (num_frames, *CLIP.shape[1:])
    steps = steps_of(np.concatenate([loop, loop[:1]]))
    assert steps[-1] <= usual
    # It is entered where a step is like most.
    off = np.abs(steps - np.median(steps))
    assert off[-1] == pytest.approx(off.min(), abs=1e-6)
    # The step where the path was cut is a jump as others.
    assert steps.max() <= 1.2 * usual
    # Two frames may become one picture.
    assert steps.max() > 0 or num_frames == 2
    np.testing.assert_array_equal(video(synthesizer, num_frames, seed=4, loop=True), loop)


def test_what_is_said_of_a_loops_steps():
    frames = (
        np.zeros([5, 2, 2, 1], np.uint8) + np.array([0, 3, 5, 6, 10], np.uint8)[:, None, None, None]
    )
    steps = LoopSteps()
    for piece in (frames[:1], frames[1:4], frames[4:]):
        steps.add(piece)
    said = steps.describe()
    assert "first is 10.0 levels" in said
    assert "median step 2.5, the largest 4.0" in said


def test_a_motion_goes_on_after_its_end(synthesizer):
    generator = synthesizer._generator
    state = generator.state_before(np.array([3], np.int32))
    latents = Latents(
        np.zeros([1, 8, generator.latent_sizes.noise], np.float32),
        state,
        np.zeros([1, 0], np.float32),
    )
    frames = np.concatenate(list(synthesizer.go_on(latents, num_frames=20, seed=0)))
    np.testing.assert_array_equal(frames[:8], CLIP[3:11])
    other = np.concatenate(list(synthesizer.go_on(latents, num_frames=20, seed=1)))
    np.testing.assert_array_equal(other[:8], frames[:8])
    assert (other[8:] != frames[8:]).any()


def test_clips_that_look_different_are_not_mixed():
    dark, bright = waves(12) // 4, 191 + waves(15, phase=1.0) // 4
    synthesizer = Synthesizer(make_attention(dark, bright))
    for seed in range(3):
        means = video(synthesizer, 40, seed=seed).mean(axis=(1, 2, 3))
        assert (means < 64).all() or (means > 191).all()


@pytest.mark.parametrize(
    ("num_frames", "size", "channels"),
    [(2, (50, 75), 1), (3, (128, 96), 3)],
)
def test_the_shortest_clips_of_any_size(num_frames, size, channels):
    clip = waves(num_frames, size, channels)
    synthesizer = Synthesizer(make_attention(clip))
    assert video(synthesizer, 5, seed=0).shape == (5, *clip.shape[1:])
    assert video(synthesizer, 4, seed=0, loop=True).shape == (4, *clip.shape[1:])


@pytest.mark.parametrize("variety", [-0.1, 1.1, float("nan")])
def test_variety_out_of_range_is_refused(synthesizer, variety):
    with pytest.raises(UserError, match="from 0"):
        choose_variety(synthesizer._generator, variety)


@pytest.mark.parametrize("variety", [0.0, 1.0])
def test_variety_at_either_end_is_taken(synthesizer, variety):
    assert choose_variety(synthesizer._generator, variety) == variety
