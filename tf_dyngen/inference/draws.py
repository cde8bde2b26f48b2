"""Normal draws as a function of (seed, step, clip): the same on any device, after any resume."""

import zlib

import keras
import tensorflow as tf

from tf_dyngen.model.latents import Latents, LatentSizes

# Streams of random numbers of a run; `video_draws` has 1 to 3.
_LANGEVIN, _PRIOR, _STATISTICS, _PLACES, _TESTS = 0, 4, 5, 6, 7


def clip_key(clip_id: str) -> int:
    """Returns a number in [0, 2^31) that depends on the clip's id alone."""
    return zlib.crc32(clip_id.encode()) & 0x7FFFFFFF


def fold_in(seed: tf.Tensor, number) -> tf.Tensor:
    """Returns another [2] int32 seed, a function of the seed and a whole number."""
    return tf.convert_to_tensor(tf.random.fold_in(seed, number))


def draw_langevin_noise(
    seed: int, step, clip_keys, *, num_draws: int, num_frames: int, sizes: LatentSizes
) -> Latents:
    """Draws the noise of several Langevin moves; never call it in an XLA-compiled function.

    Args:
      seed: of the run.
      step: int scalar, the learning step.
      clip_keys: [B] int32, one number a clip that stays with it whatever its batch.
      num_draws: K, the number of moves.
      num_frames: T.
      sizes: of the latents.
    Returns: Latents with leaves [K, B, ...].
    """
    return _draw_latents((seed, _LANGEVIN), step, clip_keys, num_draws, num_frames, sizes)


def draw_prior(
    seed: int, step, clip_keys, *, num_draws: int, num_frames: int, sizes: LatentSizes
) -> Latents:
    """Draws latents of the prior; arguments as of `draw_langevin_noise`.

    Returns: Latents with leaves [K * B, ...], the clips' order K times.
    """
    draws = _draw_latents((seed, _PRIOR), step, clip_keys, num_draws, num_frames, sizes)
    return Latents(*(tf.reshape(leaf, [-1, *leaf.shape[2:]]) for leaf in draws))


def draw_tests(seed: int, step, clip_keys, num_draws: int) -> tf.Tensor:
    """Returns uniform draws in [0, 1), [num_draws, B], for the tests of Langevin moves."""
    step_seed = fold_in(tf.constant([seed, _TESTS], tf.int32), step)
    keys = tf.unstack(clip_keys, num=clip_keys.shape[0])
    draws = [tf.random.stateless_uniform([num_draws], fold_in(step_seed, key)) for key in keys]
    return tf.cast(tf.stack(draws, axis=1), keras.config.floatx())


def statistics_seeds(seed: int, step, clip_keys) -> tf.Tensor:
    """Returns seeds [B, 2] int32 of what a step compares in frames of clips."""
    step_seed = fold_in(tf.constant([seed, _STATISTICS], tf.int32), step)
    keys = tf.unstack(clip_keys, num=clip_keys.shape[0])
    return tf.stack([fold_in(step_seed, key) for key in keys])


def places_seed(seed: int, step) -> tf.Tensor:
    """Returns a seed [2] int32 of the places at which a step compares patches, of all clips."""
    return fold_in(tf.constant([seed, _PLACES], tf.int32), step)


def _draw_latents(stream, step, clip_keys, num_draws, num_frames, sizes) -> Latents:
    """Returns Latents with leaves [num_draws, B, ...], of a stream (seed, number)."""
    widths = [num_frames * sizes.noise, sizes.state, sizes.appearance]
    step_seed = fold_in(tf.constant(stream, tf.int32), step)
    num_clips = clip_keys.shape[0]
    draws = [
        tf.random.stateless_normal([num_draws, sum(widths)], fold_in(step_seed, key))
        for key in tf.unstack(clip_keys, num=num_clips)
    ]
    stacked = tf.cast(tf.stack(draws, axis=1), keras.config.floatx())
    noise, initial_state, appearance = tf.split(stacked, widths, axis=-1)
    shape = [num_draws, num_clips, num_frames, sizes.noise]
    return Latents(tf.reshape(noise, shape), initial_state, appearance)
