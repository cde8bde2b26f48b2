"""Latents of images and clips, found in the graph of an export: they show what was given."""

import numpy as np
import pytest
from PIL import Image

from tf_dyngen.inference.video_draws import BLOCK
from tf_dyngen.tasks.synthesize import Synthesizer

pytestmark = pytest.mark.usefixtures("unoptimized")


@pytest.fixture(scope="module")
def known(either):
    """Frames [T, H, W, C] uint8 that the model can show: a trained clip as it makes it.

    What remembers clips shows them as they are.
    """
    record = either.run.record.clips[1]
    if not either.sizes.appearance:
        return np.load(either.workdir.parent / f"clips/{record.name}.npy")
    latents = either.run.chains.of_clip(record.clip_id)
    return np.concatenate(list(Synthesizer(either.run.generator).render(latents, 12)))


def is_exact(model):
    """Whether it finds what it remembers to the bit; else chains come near."""
    return not model.sizes.appearance


def psnr(made, real):
    error = np.mean(np.square(made.astype(float) - real))
    return 10 * np.log10(255**2 / error) if error else np.inf


def show(model, found):
    states = found["states"] if "states" in found else found["state"][:, None]
    looks = {"appearance": found["appearance"]} if model.sizes.appearance else {}
    return model.call("decode", states=states, **looks)["frames"]


def check_shown(model, found, wanted, least):
    """Asserts that the frames are those wanted: to the bit, or within so many decibels."""
    made = show(model, found)[0]
    if is_exact(model):
        np.testing.assert_array_equal(made, wanted)
    assert psnr(made, wanted) > least


@pytest.mark.parametrize("frame", [0, 7, 11])
def test_an_image_that_the_model_can_show_is_found(either, known, frame):
    check_shown(either, either.call("animate", image=known[None, frame]), known[[frame]], 35)


def test_an_image_of_another_size_is_found(with_looks):
    latents = with_looks.run.chains.of_clip(with_looks.run.record.clips[1].clip_id)
    frame = next(Synthesizer(with_looks.run.generator).render(latents, 12))[7]
    large = Image.fromarray(frame).resize((64, 48), Image.Resampling.BICUBIC)
    found = with_looks.call("animate", image=np.asarray(large)[None])
    assert psnr(show(with_looks, found)[0, 0], frame) > 22


@pytest.mark.parametrize("frame", [0, 7])
def test_a_remembered_image_moves_on_as_its_clip(exported, frame):
    name = exported.run.record.clips[1].name
    clip = np.load(exported.workdir.parent / f"clips/{name}.npy")
    state = exported.call("animate", image=clip[None, frame])["state"]
    given = {"seed": [1], "position": [1], "num_frames": [3], "variety": [0.0]}
    made = exported.call("stream_varied", state=state, **given)["frames"][0]
    np.testing.assert_array_equal(made, clip[frame + 1 : frame + 4])


def test_images_and_clips_of_a_batch_are_found_one_by_one(either, known):
    both = either.call("animate", image=known[[0, 7]])
    for row, frame in enumerate((0, 7)):
        alone = either.call("animate", image=known[None, frame])
        # Other sizes of batches round in other ways.
        atol = 0.0 if is_exact(either) else 1e-4
        np.testing.assert_allclose(both["state"][row], alone["state"][0], atol=atol)
    if is_exact(either):
        both = either.call("infer", clip=np.stack([known, known[::-1]]))
        for row, each in enumerate((known, known[::-1])):
            for name, value in either.call("infer", clip=each[None]).items():
                np.testing.assert_array_equal(both[name][row], value[0])


def test_a_clip_is_found_and_its_latents_lead_to_its_states(either, known):
    found = either.call("infer", clip=known[None])
    check_shown(either, found, known, 35)
    if is_exact(either):
        assert not found["noise"].any()
        assert found["psnr"][0] > 50
    else:
        # Of the generator's frames, which are no whole numbers.
        told = psnr(show(either, found)[0], known)
        np.testing.assert_allclose(found["psnr"][0], told, atol=1.5)


@pytest.mark.parametrize("num_frames", [1, 5, BLOCK + 4])
def test_clips_of_any_length_are_found_window_by_window(either, known, num_frames):
    clip = np.concatenate([known, known[::-1], known])[:num_frames].astype(int)
    if is_exact(either):
        clip += np.random.default_rng(0).integers(-9, 10, clip.shape)
    clip = np.clip(clip, 0, 255).astype(np.uint8)
    found = either.call("infer", clip=clip[None])
    assert found["noise"].shape == (1, num_frames, either.sizes.noise)
    assert found["states"].shape == (1, num_frames, either.sizes.state)
    states = either.run.generator.rollout(found["initial_state"], found["noise"]).numpy()
    atol = 0.0 if is_exact(either) else 1e-4
    np.testing.assert_allclose(states, found["states"], rtol=0.0, atol=atol)
    made = show(either, found)[0]
    if is_exact(either):
        # Of frames that are not rounded: at most half a level away from those that are.
        error = np.sqrt(np.mean(np.square(made.astype(float) - clip)))
        assert abs(255 / 10 ** (found["psnr"][0] / 20) - error) <= 0.5
    else:
        assert psnr(made, clip) > 28


def test_what_is_hidden_has_no_influence(either, known):
    hidden = np.zeros((1, *known.shape[:3]), np.uint8)
    hidden[:, 3:9, 4:10, 4:10] = 255
    spoilt = known[None].copy()
    spoilt[hidden != 0] = 255 - spoilt[hidden != 0]
    found = either.call("infer_masked", clip=known[None], hidden=hidden)
    other = either.call("infer_masked", clip=spoilt, hidden=hidden)
    for name, value in found.items():
        np.testing.assert_array_equal(other[name], value)
    made = show(either, found)[0]
    if is_exact(either):
        # What is seen tells the moments, and the memory holds what is hidden.
        np.testing.assert_array_equal(made, known)
    assert psnr(made[hidden[0] != 0], known[hidden[0] != 0]) > 25
    everything = either.call("infer_masked", clip=spoilt, hidden=np.zeros_like(hidden))
    assert not np.array_equal(everything["states"], found["states"])
