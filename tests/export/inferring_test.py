"""Latents that chains find in the graph: they show what they were inferred from."""

import numpy as np
import pytest
from PIL import Image

from tf_dyngen.tasks.synthesize import Synthesizer


@pytest.fixture(scope="module")
def reconstruction(with_looks):
    """The frames that the model makes of a trained clip, [T, H, W, C] uint8."""
    latents = with_looks.run.chains.of_clip(with_looks.run.record.clips[1].clip_id)
    pieces = Synthesizer(with_looks.run.generator).render(latents, 12)
    return np.concatenate(list(pieces))


def psnr(made, real):
    return 10 * np.log10(255**2 / np.mean(np.square(made.astype(float) - real)))


def show(with_looks, found):
    states = found["states"] if "states" in found else found["state"][:, None]
    look = found["appearance"]
    return with_looks.call("decode", states=states, appearance=look)["frames"]


@pytest.mark.parametrize("frame", [0, 7])
def test_an_image_that_the_model_made_is_found(with_looks, reconstruction, frame):
    found = with_looks.call("animate", image=reconstruction[None, frame])
    assert psnr(show(with_looks, found)[0, 0], reconstruction[frame]) > 35
    large = Image.fromarray(reconstruction[frame]).resize((64, 48), Image.Resampling.BICUBIC)
    found = with_looks.call("animate", image=np.asarray(large)[None])
    assert psnr(show(with_looks, found)[0, 0], reconstruction[frame]) > 22


def test_images_of_a_batch_are_found_one_by_one(with_looks, reconstruction):
    both = with_looks.call("animate", image=reconstruction[[0, 7]])
    for row, frame in enumerate((0, 7)):
        alone = with_looks.call("animate", image=reconstruction[None, frame])
        np.testing.assert_allclose(both["state"][row], alone["state"][0], atol=1e-4)


def test_a_clip_is_found_and_its_latents_lead_to_its_states(with_looks, reconstruction):
    found = with_looks.call("infer", clip=reconstruction[None])
    made = show(with_looks, found)[0]
    assert psnr(made, reconstruction) > 35
    # Of the generator's frames, which are no whole numbers.
    np.testing.assert_allclose(found["psnr"][0], psnr(made, reconstruction), atol=1.5)
    generator = with_looks.run.generator
    states = generator.rollout(found["initial_state"], found["noise"]).numpy()
    np.testing.assert_allclose(states, found["states"], atol=1e-4)


@pytest.mark.parametrize("num_frames", [1, 5, 31])
def test_clips_of_any_length_are_found_window_by_window(with_looks, reconstruction, num_frames):
    clip = np.concatenate([reconstruction, reconstruction[::-1], reconstruction])[:num_frames]
    found = with_looks.call("infer", clip=clip[None])
    assert found["noise"].shape == (1, num_frames, 6)
    assert found["states"].shape == (1, num_frames, 6)
    assert psnr(show(with_looks, found)[0], clip) > 28


def test_what_is_hidden_has_no_influence(with_looks, reconstruction):
    hidden = np.zeros((1, *reconstruction.shape[:3]), np.uint8)
    hidden[:, 3:9, 4:10, 4:10] = 255
    spoilt = reconstruction[None].copy()
    spoilt[hidden != 0] = 255 - spoilt[hidden != 0]
    found = with_looks.call("infer_masked", clip=reconstruction[None], hidden=hidden)
    other = with_looks.call("infer_masked", clip=spoilt, hidden=hidden)
    for name, value in found.items():
        np.testing.assert_array_equal(other[name], value)
    made = show(with_looks, found)[0]
    assert psnr(made[hidden[0] != 0], reconstruction[hidden[0] != 0]) > 25
    everything = with_looks.call("infer_masked", clip=spoilt, hidden=np.zeros_like(hidden))
    assert not np.array_equal(everything["states"], found["states"])
