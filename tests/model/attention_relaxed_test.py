"""The relaxed form of the attention model: near the hard one, left out, with true gradients."""

import numpy as np
import pytest
import tensorflow as tf

from tests.training.conftest import moving_clip
from tf_dyngen.config import AttentionConfig, VideoConfig
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.model.attention.relaxed import RelaxedGenerator, draw_places
from tf_dyngen.model.latents import Latents

NUM_FRAMES, NUM_PARTS = 24, 4
PLACES = tf.constant([0, 7, 12])


@pytest.fixture
def clip():
    return moving_clip("a", NUM_FRAMES).frames


@pytest.fixture
def generator(clip):
    config = AttentionConfig(parts=2, retention=0.4, fade=1, switch=0.3)
    generator = AttentionGenerator(config, VideoConfig(height=16, width=16), NUM_FRAMES)
    generator.remember([clip])
    return generator


def noise_of(num_frames, scale=1.0, seed=0):
    shape = (1, num_frames, NUM_PARTS * NUM_FRAMES)
    return tf.constant(scale * np.random.default_rng(seed).normal(size=shape), tf.float32)


def density_of(relaxed, generator, num_frames=6, first=5):
    """Returns a function of latents to the log joint, and where it may be evaluated."""
    stored = Latents(noise_of(num_frames), generator.state_before([first]), tf.zeros([1, 0]))
    is_latent = tf.constant([True])

    def density(latents):
        start = relaxed.start(stored, latents, is_latent)
        return relaxed.density(
            latents, start, is_latent=is_latent, places=PLACES, precision=1 / 0.3**2
        )

    return density, relaxed.latents_of(stored)


def test_it_tends_to_the_hard_form(generator):
    relaxed = RelaxedGenerator(generator, softness=1e-4, left_out=-1)
    density, latents = density_of(relaxed, generator, num_frames=12)
    state = generator.state_before([5])
    hard = generator.unpack(generator.rollout(state, latents.noise)[0])
    soft = generator.unpack(density(latents).states[0])
    # The noise makes some parts leave the moments that they follow.
    followed = hard.moments.numpy()
    assert np.any(np.diff(followed, axis=0) != 1)
    np.testing.assert_array_equal(soft.moments, followed)
    # The frame in front of a clip is taken to be the first.
    np.testing.assert_allclose(soft.low[:, 1:], hard.low[:, 1:], atol=1e-5)


def test_patches_tend_to_the_nearest_ones(generator):
    generator.memory.log_softness.assign(-20.0)
    relaxed = RelaxedGenerator(generator, left_out=-1)
    low = generator.memory.low.numpy()[None, 3:9]
    frames = tf.constant([[4, 5, 6, 7]])
    shown = relaxed.patches(tf.constant(low), frames, PLACES)
    grid = generator.layout.grids[0]
    for number, place in enumerate(PLACES.numpy()):
        top, left = grid.tops[place], grid.lefts[place]
        frames_there = generator.memory.bank(grid).numpy().reshape(NUM_FRAMES, 16, 16, 3)
        own = frames_there[4:8, top : top + grid.patch, left : left + grid.patch] / 255.0
        np.testing.assert_allclose(shown[0, :, number], own.reshape(4, -1, 3), atol=1e-4)


def disturb(generator, moments):
    """Gives moments of the memory other frames and descriptors."""
    memory, random = generator.memory, np.random.default_rng(1)
    low, descriptors = memory.low.numpy(), memory.descriptors.numpy()
    low[moments] = random.uniform(size=low[moments].shape)
    descriptors[..., moments] += random.normal(size=descriptors[..., moments].shape)
    memory.low.assign(low)
    memory.descriptors.assign(descriptors)
    bank = memory.bank(generator.layout.grids[0])
    frames = bank.numpy().reshape(NUM_FRAMES, -1, 3)
    frames[moments] = random.integers(0, 256, frames[moments].shape)
    bank.assign(frames.reshape(bank.shape))


@pytest.mark.parametrize("left_out", [1, 2, 3])
def test_frames_around_one_say_nothing_about_it(generator, left_out):
    relaxed = RelaxedGenerator(generator, left_out=left_out)
    place, noise = 10, noise_of(1)
    low = generator.memory.low.numpy()[None, place - 1 : place + 2].copy()
    state = generator.state_before([place - 1])
    stored = Latents(noise, state, tf.zeros([1, 0]))
    no = tf.constant([False])

    def predicted():
        """The low frame `place` from the state in front of it, and the patches of `place`."""
        found = relaxed.density(
            relaxed.latents_of(stored), state, is_latent=no, places=PLACES, precision=1.0
        )
        following = generator.unpack(found.states[:, 0]).low[:, -1].numpy()
        frames = tf.constant([[place]])
        return following, relaxed.patches(tf.constant(low), frames, PLACES).numpy()

    before = predicted()
    disturb(generator, np.arange(place - left_out, place + left_out + 1))
    for was, now in zip(before, predicted(), strict=True):
        np.testing.assert_array_equal(was, now)
    # The next ones do have a share.
    disturb(generator, np.array([place - left_out - 2, place + left_out + 2]))
    for was, now in zip(before, predicted(), strict=True):
        assert np.any(was != now)


def test_gradients_are_finite_differences(generator):
    # A wide softmax: differences of single precision are good to a thousandth or so.
    relaxed = RelaxedGenerator(generator, softness=3.0)
    density, latents = density_of(relaxed, generator)
    memory, transition = generator.memory, generator.transition
    weights = [
        transition.log_temperature,
        transition.retention,
        memory.log_metric,
        memory.log_softness,
    ]
    with tf.GradientTape() as tape:
        tape.watch([latents, [weight.value for weight in weights]])
        value = density(latents).log_joint
    gradients, by_weight = tape.gradient(value, (latents[:2], [weight.value for weight in weights]))
    random = np.random.default_rng(2)
    for leaf, gradient in enumerate(gradients):
        unit = np.sign(random.normal(size=gradient.shape)) * np.sign(gradient)
        direction = tf.constant(np.abs(unit) * np.sign(gradient), tf.float32)
        values = list(latents)

        def along(step, leaf=leaf, direction=direction, values=values):
            moved = [*values]
            moved[leaf] = values[leaf] + step * direction
            return float(density(Latents(*moved)).log_joint[0])

        size = 2e-3
        measured = (along(size) - along(-size)) / (2 * size)
        assert measured == pytest.approx(float(tf.reduce_sum(gradient * direction)), rel=0.01)
    for weight, gradient in zip(weights, by_weight, strict=True):
        kept, size = weight.numpy(), 5e-3
        direction = np.where(np.asarray(gradient) < 0, -1.0, 1.0)
        values = []
        for sign in (1, -1):
            weight.assign(kept + sign * size * direction)
            values.append(float(density(latents).log_joint[0]))
        weight.assign(kept)
        expected = float(np.sum(np.asarray(gradient) * direction))
        assert (values[0] - values[1]) / (2 * size) == pytest.approx(expected, rel=0.02), (
            weight.path
        )


def test_the_likelihood_is_a_sum(generator):
    relaxed = RelaxedGenerator(generator)
    density, latents = density_of(relaxed, generator, num_frames=6)
    one = density(latents)
    low = generator.unpack(one.states[0]).low[:, 1].numpy()
    errors = 2.0 * (low - generator.memory.low.numpy()[5:11])
    prior = -0.5 * sum(float(tf.reduce_sum(tf.square(leaf))) for leaf in latents[:2])
    grid = generator.layout.grids[0]
    weight = 16 * 16 / (len(PLACES) * grid.patch**2)
    squared = np.square(errors).sum() + weight * float(one.squared_error[0])
    expected = prior - 0.5 * squared / 0.3**2
    assert float(one.log_joint[0]) == pytest.approx(expected, rel=1e-4)


def test_windows_go_on_where_the_one_before_stopped(generator):
    relaxed = RelaxedGenerator(generator)
    density, latents = density_of(relaxed, generator, num_frames=8)
    whole = density(latents).states
    first, _ = density_of(relaxed, generator, num_frames=5)
    carried = first(latents._replace(noise=latents.noise[:, :5])).states[:, -1]
    no = tf.constant([False])
    rest = latents._replace(noise=latents.noise[:, 5:])
    after = relaxed.density(rest, carried, is_latent=no, places=PLACES, precision=1.0).states
    np.testing.assert_allclose(after, whole[:, 5:], atol=1e-6)


def test_places_are_spread_and_change_with_the_seed():
    drawn = [draw_places(tf.constant([0, number]), 169).numpy() for number in range(20)]
    for places in drawn:
        assert np.all((places >= 0) & (places < 169))
        assert np.diff(np.sort(places)).min() >= 21
    assert len({places[0] for places in drawn}) > 5
    assert sorted(draw_places(tf.constant([0, 1]), 5).numpy()) == [0, 1, 2, 3, 4]
