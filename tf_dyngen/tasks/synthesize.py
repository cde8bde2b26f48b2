"""New video from a generator: fresh noise, any length, in constant memory, looping if wanted."""

import functools
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from tf_dyngen.errors import UserError
from tf_dyngen.inference.video_draws import (
    BLOCK,
    draw_appearance,
    draw_initial_state,
    draw_noise_block,
)
from tf_dyngen.model.attention.backwards import backwards as play_backwards
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.model.attention.shown_moment import state_showing
from tf_dyngen.model.generator import AnyGenerator, to_pixels
from tf_dyngen.model.latents import Latents, LatentSizes
from tf_dyngen.tasks.attention_loop import AttentionLoop
from tf_dyngen.tasks.from_the_end import NoiseOf, play_from_the_end

SHORTEST_LOOP = 2
# A loop's gap, relative to the states, below which another round of the same noise is no use.
CLOSED = 1e-4
MOST_ROUNDS = 60
# At which the noise is as in training.
USUAL_VARIETY = 0.5


class Synthesizer:
    """Makes frames from latents with the weights held still."""

    def __init__(self, generator: AnyGenerator):
        self._generator = generator
        # The roll-out and the emission of a block in one graph: a fifth faster than two.
        self._play = tf.function(self._play_block, autograph=False)
        self._roll = tf.function(generator.rollout, autograph=False)
        self._show = tf.function(self._show_block, autograph=False)
        self._attention_loop = (
            AttentionLoop(generator) if isinstance(generator, AttentionGenerator) else None
        )

    def synthesize(
        self,
        *,
        num_frames: int,
        seed: int,
        first_frame: int = 0,
        loop: bool = False,
        appearance: tf.Tensor | None = None,
        variety: float = USUAL_VARIETY,
        backwards: bool = False,
    ) -> Iterator[np.ndarray]:
        """Yields new video as uint8 pieces [n, H, W, C], num_frames frames in all.

        Args:
          num_frames: how many frames.
          seed: names the video; the same seed gives the same frames.
          first_frame: how many frames of that video to pass over.
          loop: whether the last frame leads back to the first; only with first_frame 0.
          appearance: [A]; drawn from the prior if None.
          variety: 0 to 1, how much of the noise there is; see `noise_scale`.
          backwards: whether time runs backwards: in the clip, for models that remember theirs; for
            others the frames of the video are yielded from the last to the first.
        """
        if backwards and self.copies_clips:
            yield from self._turned.synthesize(
                num_frames=num_frames,
                seed=seed,
                first_frame=first_frame,
                loop=loop,
                variety=variety,
            )
            return
        if appearance is None:
            appearance = draw_appearance(seed, self._sizes.appearance)
        if loop:
            blocks = self._show_loop(num_frames, seed, appearance[None], variety, backwards)
            yield from _cut(blocks, 0, num_frames)
            return
        start, noise_of = self._start(seed), self._fresh_noise(seed, variety)
        span = (first_frame, first_frame + num_frames)
        yield from self._play_span(start, noise_of, appearance[None], span, backwards)

    def start_at(
        self,
        moment: int,
        *,
        num_frames: int,
        seed: int,
        variety: float = USUAL_VARIETY,
        backwards: bool = False,
    ) -> Iterator[np.ndarray]:
        """Yields frame `moment` of the memory, to the byte, then new frames that go on from it.

        Only for models that attend to their clips; arguments otherwise as of `synthesize`.
        """
        assert isinstance(self._generator, AttentionGenerator)
        if backwards:
            moment = self._generator.memory.num_frames - 1 - moment
            yield from self._turned.start_at(
                moment, num_frames=num_frames, seed=seed, variety=variety
            )
            return
        state = state_showing(self._generator, moment)
        appearance = tf.zeros([1, 0])
        yield self._show(state[None], appearance).numpy()[0]
        noise_of = self._fresh_noise(seed, variety)
        yield from self._play_span(state, noise_of, appearance, (0, num_frames - 1))

    def render(self, latents: Latents, num_frames: int) -> Iterator[np.ndarray]:
        """Yields the first frames of one clip's latents, leaves [1, ...], as uint8 pieces."""
        noise = latents.noise[0, :num_frames]
        padded = _pad(noise, -num_frames % BLOCK)
        blocks = tf.unstack(tf.reshape(padded, [-1, 1, BLOCK, noise.shape[1]]))
        played = self._play_noise(latents.initial_state, iter(blocks), latents.appearance)
        yield from _cut(played, 0, num_frames)

    def go_on(
        self,
        latents: Latents,
        *,
        num_frames: int,
        seed: int,
        variety: float = USUAL_VARIETY,
        first_frame: int = 0,
        backwards: bool = False,
    ) -> Iterator[np.ndarray]:
        """Yields the frames of one clip's latents, then new ones, as uint8 pieces.

        Args:
          latents: leaves [1, ...], of T frames.
          num_frames: how many frames in all; the noise of those after the first T is fresh.
          seed: names what follows.
          variety: of what follows, see `synthesize`.
          first_frame: how many frames to pass over.
          backwards: whether the frames are yielded from the last to the first.
        """
        noise_of = self._noise_after(latents.noise, self._fresh_noise(seed, variety))
        span = (first_frame, first_frame + num_frames)
        state, appearance = latents.initial_state, latents.appearance
        yield from self._play_span(state, noise_of, appearance, span, backwards)

    def _start(self, seed: int) -> tf.Tensor:
        """Returns the state [1, S] that a seed's video starts from."""
        draw = draw_initial_state(seed, self._sizes.state)
        return self._generator.initial_state(draw)

    @property
    def copies_clips(self) -> bool:
        """Whether reconstructions of learned clips are copies, since the memory holds them."""
        return isinstance(self._generator, AttentionGenerator)

    @property
    def _sizes(self) -> LatentSizes:
        return self._generator.latent_sizes

    @functools.cached_property
    def _turned(self) -> "Synthesizer":
        """Of a model that attends to its clips, what makes video in which time runs backwards."""
        assert isinstance(self._generator, AttentionGenerator)
        return Synthesizer(play_backwards(self._generator))

    def _fresh_noise(self, seed: int, variety: float) -> NoiseOf:
        scale = noise_scale(variety)
        return lambda index: scale * draw_noise_block(seed, index, self._sizes.noise)

    def _noise_after(self, given, fresh: NoiseOf) -> NoiseOf:
        """Returns the noise given, [1, T, N], and fresh noise after it."""

        def block(index: int) -> tf.Tensor:
            kept = given[:, index * BLOCK : (index + 1) * BLOCK]
            return tf.concat([kept, fresh(index)[:, kept.shape[1] :]], axis=1)

        return block

    def _play_span(
        self, state, noise_of: NoiseOf, appearance, span: tuple[int, int], backwards: bool = False
    ) -> Iterator[np.ndarray]:
        """Yields frames `span`, from the first to before the last, after state [1, S]."""
        if backwards:

            def play(state, noise) -> np.ndarray:
                return self._play(state, noise, appearance)[0].numpy()[0]

            return play_from_the_end(self._roll, play, state, noise_of, span)
        first, last = span
        noise = map(noise_of, range(-(-last // BLOCK)))
        return _cut(self._play_noise(state, noise, appearance, first // BLOCK), first, last)

    def _play_noise(
        self, state, noise_blocks, appearance, num_skipped: int = 0
    ) -> Iterator[np.ndarray | None]:
        """Yields the frames of noise blocks [1, BLOCK, N] from state [1, S] on; None if skipped."""
        for index, noise in enumerate(noise_blocks):
            if index < num_skipped:
                state = self._roll(state, noise)[:, -1]
                yield None
            else:
                frames, state = self._play(state, noise, appearance)
                yield frames.numpy()[0]

    def _show_loop(
        self, num_frames: int, seed: int, appearance, variety: float, backwards: bool
    ) -> Iterator[np.ndarray]:
        """Yields the frames of a loop, BLOCK at a time."""
        if num_frames < SHORTEST_LOOP:
            raise UserError(f"a loop of {num_frames} frames", f"give at least {SHORTEST_LOOP}")
        if self._attention_loop is not None:
            frames = self._attention_loop.frames(num_frames, seed, noise_scale(variety))
            for start in range(0, num_frames, BLOCK):
                yield frames[start : start + BLOCK]
        else:
            states = self._loop(num_frames, seed, variety, backwards)
            yield from self._show_states(states, appearance)

    def _show_states(self, state_blocks, appearance) -> Iterator[np.ndarray]:
        """Yields the frames of states [BLOCK, S]."""
        for states in state_blocks:
            yield self._show(states[None], appearance).numpy()[0]

    def _loop(
        self, num_frames: int, seed: int, variety: float, backwards: bool = False
    ) -> Iterator[tf.Tensor]:
        """Yields the states of a closed orbit of `num_frames` frames.

        The same noise is played round after round: a transition that forgets its past is drawn
        to the orbit of that period, whose last state leads into its first. What gap is left (of
        slow modes, or a transition that does not forget) is spread evenly over the frames.
        """
        state = self._start(seed)
        first, orbit = state, state
        for _ in range(MOST_ROUNDS):
            first = state
            orbit = self._roll_round(first, num_frames, seed, variety)
            state = orbit[num_frames - 1][None]
            gap = tf.norm(state - first) / tf.maximum(tf.norm(first), 1e-6)
            if gap < CLOSED:
                break
        share = tf.range(1, num_frames + 1, dtype=tf.float32)[:, None] / num_frames
        closed = orbit[:num_frames] - share * (state - first)
        padded = _pad(closed[::-1] if backwards else closed, -num_frames % BLOCK)
        yield from tf.unstack(tf.reshape(padded, [-1, BLOCK, closed.shape[1]]))

    def _roll_round(self, state, num_frames: int, seed: int, variety: float) -> tf.Tensor:
        """Returns states of at least `num_frames` frames from state [1, S] on, [T, S]."""
        rounds = []
        for noise in map(self._fresh_noise(seed, variety), range(-(-num_frames // BLOCK))):
            rounds.append(self._roll(state, noise)[0])
            state = rounds[-1][-1:]
        return tf.concat(rounds, axis=0)

    def _play_block(self, state, noise, appearance):
        states = self._generator.rollout(state, noise)
        return self._show_block(states, appearance), states[:, -1]

    def _show_block(self, states, appearance):
        return to_pixels(self._generator.emit(states, appearance))


def choose_variety(generator: AnyGenerator, asked: float | None) -> float:
    """Returns the variety asked for, or else the usual one.

    Raises: UserError if it is not from 0 to 1, or of a model that has none.
    """
    if asked is None:
        return USUAL_VARIETY
    if not 0.0 <= asked <= 1.0:
        raise UserError(f"--variety={asked:g}", "give a number from 0, the clip itself, to 1")
    if not isinstance(generator, AttentionGenerator):
        raise UserError(
            f"--variety={asked:g} is for models that attend to their clip, this one does not",
            "leave --variety out, or train one with --preset=texture",
        )
    return asked


def noise_scale(variety: float) -> float:
    """Returns what noise is multiplied by: 0 for variety 0, 1 for 0.5, 2 for 1."""
    return 2.0 * variety


def _cut(blocks: Iterator[np.ndarray | None], first: int, last: int) -> Iterator[np.ndarray]:
    """Yields frames `first` to `last` of consecutive blocks."""
    for index, frames in enumerate(blocks):
        if frames is not None:
            start = index * BLOCK
            yield frames[max(0, first - start) : last - start]


def _pad(values, num_rows: int):
    return tf.pad(values, [[0, num_rows], [0, 0]])
