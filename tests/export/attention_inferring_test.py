"""Latents of images and clips by the export of an attention model: what is remembered is found."""

import numpy as np
import pytest

from tf_dyngen.inference.video_draws import BLOCK


@pytest.fixture(scope="module")
def clip(exported):
    """A trained clip, [T, H, W, C] uint8."""
    name = exported.run.record.clips[1].name
    return np.load(exported.workdir.parent / f"clips/{name}.npy")


def show(exported, states):
    return exported.call("decode", states=states)["frames"]


@pytest.mark.parametrize("frame", [0, 7, 11])
def test_a_frame_of_the_clip_is_found_to_the_bit_and_moves_on(exported, clip, frame):
    state = exported.call("animate", image=clip[None, frame])["state"]
    np.testing.assert_array_equal(show(exported, state[:, None])[0, 0], clip[frame])
    given = {"seed": [1], "position": [1], "num_frames": [3], "variety": [0.0]}
    made = exported.call("stream_varied", state=state, **given)["frames"][0]
    if frame < 8:
        np.testing.assert_array_equal(made, clip[frame + 1 : frame + 4])


def test_a_trained_clip_is_found_without_noise(exported, clip):
    found = exported.call("infer", clip=clip[None])
    np.testing.assert_array_equal(show(exported, found["states"])[0], clip)
    assert not found["noise"].any()
    assert found["psnr"][0] > 50


@pytest.mark.parametrize("num_frames", [1, 5, BLOCK + 4])
def test_latents_of_clips_of_any_length_lead_to_their_states(exported, clip, num_frames):
    shaken = np.resize(clip, (num_frames, *clip.shape[1:])).astype(int)
    shaken += np.random.default_rng(0).integers(-9, 10, shaken.shape)
    shaken = np.clip(shaken, 0, 255).astype(np.uint8)
    found = exported.call("infer", clip=shaken[None])
    assert found["noise"].shape == (1, num_frames, exported.sizes.noise)
    states = exported.run.generator.rollout(found["initial_state"], found["noise"]).numpy()
    np.testing.assert_array_equal(states, found["states"])
    made = show(exported, found["states"])[0]
    # Of frames that are not rounded: at most half a level away from those that are.
    error = np.sqrt(np.mean(np.square(made.astype(float) - shaken)))
    told = 255 / 10 ** (found["psnr"][0] / 20)
    assert abs(told - error) <= 0.5


def test_clips_of_a_batch_are_found_one_by_one(exported, clip):
    both = exported.call("infer", clip=np.stack([clip, clip[::-1]]))
    for row, each in enumerate((clip, clip[::-1])):
        alone = exported.call("infer", clip=each[None])
        for name, value in alone.items():
            np.testing.assert_array_equal(both[name][row], value[0])


def test_what_is_hidden_has_no_influence(exported, clip):
    hidden = np.zeros((1, *clip.shape[:3]), np.uint8)
    hidden[:, 3:9, 4:10, 4:10] = 255
    spoilt = clip[None].copy()
    spoilt[hidden != 0] = 255 - spoilt[hidden != 0]
    found = exported.call("infer_masked", clip=clip[None], hidden=hidden)
    other = exported.call("infer_masked", clip=spoilt, hidden=hidden)
    for name, value in found.items():
        np.testing.assert_array_equal(other[name], value)
    # What is seen tells the moments, and the memory holds what is hidden.
    np.testing.assert_array_equal(show(exported, found["states"])[0], clip)
    nothing = exported.call("infer_masked", clip=spoilt, hidden=np.zeros_like(hidden))
    assert not np.array_equal(nothing["states"], found["states"])
