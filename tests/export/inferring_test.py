"""Latents of images and clips, found in the graph: they show what they were inferred from."""

import numpy as np
import pytest
from PIL import Image

from tf_dyngen.tasks.synthesize import Synthesizer


@pytest.fixture(scope="module")
def reconstruction(exported):
    """The frames that the model makes of a trained clip, [T, H, W, C] uint8."""
    latents = exported.run.chains.of_clip(exported.run.record.clips[1].clip_id)
    pieces = Synthesizer(exported.run.generator).render(latents, 12)
    return np.concatenate(list(pieces))


def psnr(made, real):
    return 10 * np.log10(255**2 / np.mean(np.square(made.astype(float) - real)))


def show(exported, found):
    states = found["states"] if "states" in found else found["state"][:, None]
    look = found["appearance"]
    return exported.call("decode", states=states, appearance=look)["frames"]


@pytest.mark.parametrize("frame", [0, 7])
def test_an_image_that_the_model_made_is_found(exported, reconstruction, frame):
    found = exported.call("animate", image=reconstruction[None, frame])
    assert psnr(show(exported, found)[0, 0], reconstruction[frame]) > 35
    large = Image.fromarray(reconstruction[frame]).resize((64, 48), Image.Resampling.BICUBIC)
    found = exported.call("animate", image=np.asarray(large)[None])
    assert psnr(show(exported, found)[0, 0], reconstruction[frame]) > 22


def test_images_of_a_batch_are_found_one_by_one(exported, reconstruction):
    both = exported.call("animate", image=reconstruction[[0, 7]])
    for row, frame in enumerate((0, 7)):
        alone = exported.call("animate", image=reconstruction[None, frame])
        np.testing.assert_allclose(both["state"][row], alone["state"][0], atol=1e-4)


def test_a_clip_is_found_and_its_latents_lead_to_its_states(exported, reconstruction):
    found = exported.call("infer", clip=reconstruction[None])
    made = show(exported, found)[0]
    assert psnr(made, reconstruction) > 35
    # Of the generator's frames, which are no whole numbers.
    np.testing.assert_allclose(found["psnr"][0], psnr(made, reconstruction), atol=1.5)
    generator = exported.run.generator
    states = generator.rollout(found["initial_state"], found["noise"]).numpy()
    np.testing.assert_allclose(states, found["states"], atol=1e-4)


@pytest.mark.parametrize("num_frames", [1, 5, 31])
def test_clips_of_any_length_are_found_window_by_window(exported, reconstruction, num_frames):
    clip = np.concatenate([reconstruction, reconstruction[::-1], reconstruction])[:num_frames]
    found = exported.call("infer", clip=clip[None])
    assert found["noise"].shape == (1, num_frames, 6)
    assert found["states"].shape == (1, num_frames, 6)
    assert psnr(show(exported, found)[0], clip) > 28


def test_what_is_hidden_has_no_influence(exported, reconstruction):
    hidden = np.zeros((1, *reconstruction.shape[:3]), np.uint8)
    hidden[:, 3:9, 4:10, 4:10] = 255
    spoilt = reconstruction[None].copy()
    spoilt[hidden != 0] = 255 - spoilt[hidden != 0]
    found = exported.call("infer_masked", clip=reconstruction[None], hidden=hidden)
    other = exported.call("infer_masked", clip=spoilt, hidden=hidden)
    for name, value in found.items():
        np.testing.assert_array_equal(other[name], value)
    made = show(exported, found)[0]
    assert psnr(made[hidden[0] != 0], reconstruction[hidden[0] != 0]) > 25
    everything = exported.call("infer_masked", clip=spoilt, hidden=np.zeros_like(hidden))
    assert not np.array_equal(everything["states"], found["states"])
