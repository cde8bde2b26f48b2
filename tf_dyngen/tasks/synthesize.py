"""New video from a generator: fresh noise, any length, in constant memory, looping if wanted.

Video is made in blocks of BLOCK frames that start at multiples of BLOCK, however it is asked for.
Every frame is thereby computed in the same place of the same batch, and is the same to the bit
whether it is made alone, in a stream or in one piece. Noise is a function of (seed, block).
"""

from collections.abc import Iterator
from concurrent import futures

import numpy as np
import tensorflow as tf

from tf_dyngen.errors import UserError
from tf_dyngen.inference.draws import fold_in
from tf_dyngen.model.generator import Generator
from tf_dyngen.model.latents import Latents, LatentSizes

BLOCK = 30
SHORTEST_LOOP = 2
# A loop's gap, relative to the states, below which another round of the same noise is no use.
CLOSED = 1e-4
MOST_ROUNDS = 60
# Streams of random numbers that one seed gives.
_START, _APPEARANCE, _NOISE = 1, 2, 3


class Synthesizer:
    """Makes frames from latents with the weights held still."""

    def __init__(self, generator: Generator):
        self._generator = generator
        self._roll = tf.function(generator.rollout)
        self._show = tf.function(self._show_block)

    def synthesize(
        self,
        *,
        num_frames: int,
        seed: int,
        first_frame: int = 0,
        loop: bool = False,
        appearance: tf.Tensor | None = None,
    ) -> Iterator[np.ndarray]:
        """Yields new video as uint8 pieces [n, H, W, C], num_frames frames in all.

        Args:
          num_frames: how many frames.
          seed: names the video; the same seed gives the same frames.
          first_frame: how many frames of that video to pass over.
          loop: whether the last frame leads back to the first; only with first_frame 0.
          appearance: [A]; drawn from the prior if None.
        """
        if appearance is None:
            appearance = draw_appearance(seed, self._sizes.appearance)
        if loop:
            states = self._loop(num_frames, seed)
        else:
            start = draw_initial_state(seed, self._sizes.state)
            states = self._states(start, self._fresh_noise(seed, first_frame + num_frames))
        yield from self._frames(states, appearance, first_frame, num_frames)

    def render(self, latents: Latents, num_frames: int) -> Iterator[np.ndarray]:
        """Yields the first frames of one clip's latents, leaves [1, ...], as uint8 pieces."""
        noise = latents.noise[0, :num_frames]
        padded = _pad(noise, -num_frames % BLOCK)
        blocks = tf.unstack(tf.reshape(padded, [-1, 1, BLOCK, noise.shape[1]]))
        states = self._states(latents.initial_state, iter(blocks))
        yield from self._frames(states, latents.appearance[0], 0, num_frames)

    @property
    def _sizes(self) -> LatentSizes:
        return self._generator.latent_sizes

    def _fresh_noise(self, seed: int, num_frames: int) -> Iterator[tf.Tensor]:
        for index in range(-(-num_frames // BLOCK)):
            yield draw_noise_block(seed, index, self._sizes.noise)

    def _states(self, state, noise_blocks) -> Iterator[tf.Tensor]:
        """Yields states [BLOCK, S] of noise blocks [1, BLOCK, N] from state [1, S] on."""
        for noise in noise_blocks:
            states = self._roll(state, noise)
            state = states[:, -1]
            yield states[0]

    def _loop(self, num_frames: int, seed: int) -> Iterator[tf.Tensor]:
        """Yields the states of a closed orbit of `num_frames` frames.

        The same noise is played round after round: a transition that forgets its past is drawn
        to the orbit of that period, whose last state leads into its first. What gap is left (of
        slow modes, or a transition that does not forget) is spread evenly over the frames.
        """
        if num_frames < SHORTEST_LOOP:
            raise UserError(f"a loop of {num_frames} frames", f"give at least {SHORTEST_LOOP}")
        state = draw_initial_state(seed, self._sizes.state)
        first, orbit = state, state
        for _ in range(MOST_ROUNDS):
            first = state
            blocks = self._fresh_noise(seed, num_frames)
            orbit = tf.concat(list(self._states(first, blocks)), axis=0)
            state = orbit[num_frames - 1][None]
            gap = tf.norm(state - first) / tf.maximum(tf.norm(first), 1e-6)
            if gap < CLOSED:
                break
        share = tf.range(1, num_frames + 1, dtype=tf.float32)[:, None] / num_frames
        closed = orbit[:num_frames] - share * (state - first)
        padded = _pad(closed, -num_frames % BLOCK)
        yield from tf.unstack(tf.reshape(padded, [-1, BLOCK, closed.shape[1]]))

    def _frames(
        self, states: Iterator[tf.Tensor], appearance, first_frame: int, num_frames: int
    ) -> Iterator[np.ndarray]:
        appearance = tf.convert_to_tensor(appearance, tf.float32)[None]
        last_frame = first_frame + num_frames
        for index, block in enumerate(_ahead(states)):
            start = index * BLOCK
            if start + BLOCK <= first_frame:
                continue
            frames = self._show(block[None], appearance)[0].numpy()
            yield frames[max(0, first_frame - start) : last_frame - start]

    def _show_block(self, states, appearance):
        frames = self._generator.emit(states, appearance)
        return tf.cast(tf.clip_by_value(tf.round((frames + 1.0) * 127.5), 0.0, 255.0), tf.uint8)


def draw_noise_block(seed: int, index: int, noise_size: int) -> tf.Tensor:
    """Returns the noise of frames BLOCK * index to BLOCK * (index + 1), [1, BLOCK, noise_size]."""
    return tf.random.stateless_normal(
        [1, BLOCK, noise_size], fold_in(tf.constant([seed, _NOISE]), index)
    )


def draw_initial_state(seed: int, state_size: int) -> tf.Tensor:
    """Returns s_0 of a seed's video, [1, state_size]."""
    return tf.random.stateless_normal([1, state_size], tf.constant([seed, _START]))


def draw_appearance(seed: int, appearance_size: int) -> tf.Tensor:
    """Returns the appearance of a seed's video, [appearance_size]."""
    return tf.random.stateless_normal([appearance_size], tf.constant([seed, _APPEARANCE]))


def _ahead(items: Iterator[tf.Tensor]) -> Iterator[tf.Tensor]:
    """Yields the items, computing the next one in a thread while the last one is in use."""
    with futures.ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


def _pad(values, num_rows: int):
    return tf.pad(values, [[0, num_rows], [0, 0]])
