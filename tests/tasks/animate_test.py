"""Animation: how an exact first frame fades, how video goes on."""

import numpy as np
import pytest
import tensorflow as tf

from tf_dyngen import presets
from tf_dyngen.inference.video_draws import BLOCK, draw_noise_block
from tf_dyngen.model.generator import build_generator
from tf_dyngen.model.latents import Latents
from tf_dyngen.tasks.animate import fade_from
from tf_dyngen.tasks.synthesize import Synthesizer


def join(pieces):
    return np.concatenate(list(pieces))


def test_an_exact_first_frame_fades_into_the_video():
    random = np.random.default_rng(0)
    image = random.integers(0, 256, (4, 5, 3), np.uint8)
    frames = random.integers(0, 256, (40, 4, 5, 3), np.uint8)
    faded = join(fade_from(image, iter([frames]), 25))
    assert faded.dtype == np.uint8
    np.testing.assert_array_equal(faded[0], image)
    np.testing.assert_array_equal(faded[25:], frames[25:])
    # In a grey video that stands still, what is left of a difference only ever falls.
    still = join(fade_from(np.full((1, 1, 1), 228, np.uint8), iter([still_video(28)]), 25))
    steps = np.diff(still[:, 0, 0, 0].astype(int))
    assert (steps <= 0).all()
    assert steps.min() >= -25  # A cube's first step is less than 3/25 of the 200 levels.
    pieces = iter([frames[:1], frames[1:20], frames[20:]])
    np.testing.assert_array_equal(join(fade_from(image, pieces, 25)), faded)


def still_video(level):
    return np.full((30, 1, 1, 1), level, np.uint8)


@pytest.mark.parametrize("num_frames", [1, 3, BLOCK, BLOCK + 5])
@pytest.mark.parametrize("num_given", [1, BLOCK + 2])
def test_video_goes_on_from_latents_with_the_noise_of_the_seed(num_frames, num_given):
    generator = build_generator(presets.load("smoke"))
    random = np.random.default_rng(1)
    for variable in generator.trainable_variables:
        variable.assign(variable + 0.2 * random.standard_normal(variable.shape))
    sizes = generator.latent_sizes
    latents = Latents(
        tf.constant(random.standard_normal((1, num_given, sizes.noise)), tf.float32),
        tf.constant(random.standard_normal((1, sizes.state)), tf.float32),
        tf.zeros([1, 0]),
    )
    video = join(Synthesizer(generator).go_on(latents, num_frames=num_frames, seed=3))
    fresh = tf.concat([draw_noise_block(3, index, sizes.noise) for index in (0, 1)], axis=1)
    noise = tf.concat([latents.noise, fresh[:, num_given:]], axis=1)[:, :num_frames]
    expected = (generator(latents._replace(noise=noise))[0][0].numpy() + 1) * 127.5
    assert video.shape == (num_frames, 16, 16, 3)
    assert np.abs(video - expected).max() <= 0.5 + 1e-2
