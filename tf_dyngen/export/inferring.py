"""Latents of images and clips in the graph of an export: Langevin chains that cool down to a mode.

Half of the chains start at the trained clips' own starts that look most like the first frame, and
at the mean of the prior; the others at draws of the prior.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_dyngen.inference.draws import draw_langevin_noise
from tf_dyngen.inference.mode_search import search_preconditioner, search_step, start_search
from tf_dyngen.model.density import Evidence, log_joint_density
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents

# The square of a pixel's peak in the range [-1, 1].
PEAK_SQUARED = 4.0
# The preconditioner of a window is a matrix with so many rows at most.
MOST_ROWS = 4800
SEED = 0


class SearchSettings(NamedTuple):
    """How chains look for a clip.

    num_chains: run as one batch. num_steps: moves in a window. window_length: frames inferred at
    once; a clip is filled up with hidden frames to whole windows. precision: 1 / sigma^2.
    """

    num_chains: int
    num_steps: int
    window_length: int
    precision: float


class Inferred(NamedTuple):
    """Of one clip: noise [T, N], initial_state [S], appearance [A], states [T, S], psnr in dB."""

    noise: tf.Tensor
    initial_state: tf.Tensor
    appearance: tf.Tensor
    states: tf.Tensor
    psnr: tf.Tensor


def longest_window(noise_size: int, wanted: int) -> int:
    """Returns how many frames to infer at once, so that the preconditioner fits into memory."""
    return max(1, min(wanted, MOST_ROWS // noise_size))


def infer_clip(
    generator: Generator,
    blocks: object,
    anchors: tuple[tf.Tensor, tf.Tensor],
    frames: tf.Tensor,
    visible: tf.Tensor,
    settings: SearchSettings,
) -> Inferred:
    """Infers one clip, window by window: the state is carried over, the appearance is the first's.

    Args:
      generator: its weights stand still.
      blocks: not needed: windows have a length of their own.
      anchors: states [M, S] and appearance [M, A] where trained clips start.
      frames: [T, H, W, C] float32 in [-1, 1].
      visible: [T, H, W] bool.
      settings: of the search.
    """
    del blocks
    length, sizes = settings.window_length, generator.latent_sizes
    num_frames = tf.shape(frames)[0]
    num_windows = (num_frames + length - 1) // length
    missing = num_windows * length - num_frames
    frames, visible = (lengthen(each, missing) for each in (frames, visible))
    noises = tf.TensorArray(tf.float32, num_windows, element_shape=[length, sizes.noise])
    states = tf.TensorArray(tf.float32, num_windows, element_shape=[length, sizes.state])

    def infer_window(index, carried, first_state, squared_error, noises, states):
        window = slice(index * length, (index + 1) * length)
        seen = tf.ensure_shape(visible[window], [length, *visible.shape[1:]])
        shown = tf.ensure_shape(frames[window], [length, *frames.shape[1:]])
        evidence = Evidence(shown[None], seen[None, ..., None])
        found = _search(generator, anchors, evidence, carried, index, settings)
        density = log_joint_density(generator, found, evidence, precision=settings.precision)
        return (
            index + 1,
            (density.states[:, -1], found.appearance),
            tf.where(tf.equal(index, 0), found.initial_state, first_state),
            squared_error + density.squared_error[0],
            noises.write(index, found.noise[0]),
            states.write(index, density.states[0]),
        )

    nothing = tf.zeros([1, sizes.state])
    _, carried, first_state, squared_error, noises, states = tf.while_loop(
        lambda index, *_: index < num_windows,
        infer_window,
        (0, (nothing, tf.zeros([1, sizes.appearance])), nothing, 0.0, noises, states),
        parallel_iterations=1,
    )
    seen_pixels = tf.reduce_sum(tf.cast(visible, tf.float32))
    num_values = seen_pixels * tf.cast(tf.shape(frames)[-1], tf.float32)
    mean = squared_error / tf.maximum(num_values, 1.0)
    return Inferred(
        noises.concat()[:num_frames],
        first_state[0],
        carried[1][0],
        states.concat()[:num_frames],
        10.0 * tf.math.log(PEAK_SQUARED / tf.maximum(mean, 1e-12)) / np.log(10.0),
    )


def lengthen(values: tf.Tensor, num_rows: tf.Tensor) -> tf.Tensor:
    """Returns values [T, ...] with rows of zeros after them."""
    paddings = tf.concat([[[0, num_rows]], tf.zeros([values.shape.rank - 1, 2], tf.int32)], axis=0)
    return tf.pad(values, paddings)


def _search(
    generator: Generator, anchors, evidence: Evidence, carried, window: tf.Tensor, settings
) -> Latents:
    """Returns the best latents, leaves [1, ...], of a window."""
    num_moves = settings.num_steps + 1
    held = window > 0

    def draw(step):
        draws = draw_langevin_noise(
            SEED,
            window * (num_moves + 1) + step,
            tf.range(settings.num_chains),
            num_draws=1,
            num_frames=settings.window_length,
            sizes=generator.latent_sizes,
        )
        return Latents(*(leaf[0] for leaf in draws))

    starts = _starts(generator, anchors, evidence, draw(num_moves), settings)
    kept = [tf.repeat(leaf, settings.num_chains, axis=0) for leaf in carried]
    pairs = zip(kept, starts[1:], strict=True)
    starts = Latents(starts.noise, *(tf.where(held, *pair) for pair in pairs))
    assert evidence.visible is not None
    shares = tf.reduce_mean(tf.cast(evidence.visible[0], tf.float32), axis=[1, 2, 3])
    roots = search_preconditioner(generator, starts, shares, settings.precision)

    def move(step, search):
        share_done = tf.cast(step + 1, tf.float32) / max(1, settings.num_steps)
        search = search_step(
            generator,
            search,
            evidence,
            preconditioner=roots,
            noise=draw(step),
            share_done=tf.minimum(share_done, 1.0),
            held=held,
            precision=settings.precision,
        )
        return step + 1, search

    # The last move only looks at where the one before has led.
    _, search = tf.while_loop(
        lambda step, _: step < num_moves,
        move,
        (0, start_search(starts)),
        parallel_iterations=1,
    )
    return search.winner()


def _starts(
    generator: Generator, anchors, evidence: Evidence, draws: Latents, settings: SearchSettings
) -> Latents:
    """Returns where chains start, the leaves of the draws: the most similar anchor comes first."""
    states, appearance = (tf.pad(table, [[0, 1], [0, 0]]) for table in anchors)
    still = tf.zeros([tf.shape(states)[0], 1, draws.noise.shape[2]])
    following = generator.rollout(states, still)
    errors = generator.emit(following, appearance) - evidence.frames[:, :1]
    assert evidence.visible is not None
    seen = tf.where(evidence.visible[:, :1], errors, tf.zeros([]))
    distances = tf.reduce_sum(tf.square(seen), axis=[1, 2, 3, 4])
    num_similar = tf.minimum((settings.num_chains + 1) // 2, tf.shape(states)[0])
    nearest = tf.math.top_k(-distances, num_similar).indices
    similar = tf.gather(states, nearest), tf.gather(appearance, nearest)
    quiet = tf.zeros_like(draws.noise[:num_similar])
    mixed = [
        tf.concat([chosen, drawn[num_similar:]], axis=0)
        for chosen, drawn in zip((quiet, *similar), draws, strict=True)
    ]
    # As many as there are draws, which tracing does not see.
    pairs = zip(mixed, draws, strict=True)
    return Latents(*(tf.ensure_shape(leaf, drawn.shape) for leaf, drawn in pairs))
