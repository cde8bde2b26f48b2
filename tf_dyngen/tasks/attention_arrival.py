"""Video of the attention model that arrives at a frame of its clip with its last frame."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_dyngen.inference.video_draws import BLOCK, draw_initial_state, draw_noise_block
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.model.attention.memory import Memory
from tf_dyngen.model.attention.shown_moment import state_showing
from tf_dyngen.model.generator import to_pixels
from tf_dyngen.tasks.attention_loop import FORCE

# Frames before the last in which parts may leave the moments that the noise has drawn, at least.
NUM_STEERED = 64
# Frames over which what patches still miss is faded; fewer where the clip has no more before the
# last one, as it would stand still.
NUM_FADING, FEWEST_FADING = 8, 4


class AttentionArrival:
    """Makes video with a last frame that is given, with the weights held still.

    All but the end is what the noise draws. There, each part leaves the moments that the noise has
    drawn where the way to the last frame, along the clip and by jumps to moments that are alike, is
    cheapest; the noise holds the parts to it. The patches come to those of the clip; what they
    still miss is faded over a few frames.

    Args:
      generator: the model.
    """

    def __init__(self, generator: AttentionGenerator):
        self._generator = generator
        self._play = tf.function(self._play_block, autograph=False)
        self._follow = tf.function(generator.moments, autograph=False)
        self._show = tf.function(
            lambda states: to_pixels(generator.emit(states, None)), autograph=False
        )

    def frames(
        self, num_frames: int, end: int, seed: int, scale: float, start: int | None = None
    ) -> Iterator[np.ndarray]:
        """Yields video as uint8 pieces [n, H, W, C], num_frames frames in all.

        Args:
          num_frames: 1 or more; 2 with a start.
          end: frame of the memory that the last frame is, to the byte.
          seed: names the video.
          scale: what the noise is multiplied by.
          start: frame of the memory that the first frame is, to the byte; None is what the seed
            says.
        """
        sizes = self._generator.latent_sizes
        if start is None:
            state = self._start(seed, end)
        else:
            state = state_showing(self._generator, start)
            yield self._show(state[None]).numpy()[0]
            num_frames -= 1
        num_free = max(num_frames - NUM_STEERED, 0) // BLOCK
        for index in range(num_free):
            frames, state = self._play(state, scale * draw_noise_block(seed, index, sizes.noise))
            yield frames.numpy()[0]
        num_left = num_frames - num_free * BLOCK
        drawn = [
            scale * draw_noise_block(seed, num_free + index, sizes.noise)
            for index in range(-(-num_left // BLOCK))
        ]
        yield self._fade(self._arrive(state, drawn, num_left, end), end)

    def _start(self, seed: int, end: int) -> tf.Tensor:
        """Returns the state [1, S] that a seed's video starts from, in the clip of its last frame.

        There is no way from another clip, if it looks other.
        """
        draw = draw_initial_state(seed, self._generator.latent_sizes.state)
        state = self._generator.initial_state(draw)
        moment = int(self._generator.unpack(state).moments[0, 0])
        firsts = np.flatnonzero(_begins(self._generator.memory))
        own, wanted = np.searchsorted(firsts, [moment, end], side="right") - 1
        if own == wanted:
            return state
        bounds = np.append(firsts, self._generator.memory.num_frames)
        length = bounds[wanted + 1] - bounds[wanted]
        return self._generator.state_before([bounds[wanted] + moment % length])

    def _arrive(self, state, drawn: list[tf.Tensor], num_frames: int, end: int) -> np.ndarray:
        """Returns the last frames, from a state [1, S] on, of noise [1, BLOCK, N] that is drawn."""
        followed, reached = [], state
        for noise in drawn:
            moments, reached = self._follow(reached, noise)
            followed.append(moments[0].numpy())
        # A frame shows what was followed before it.
        own = self._generator.unpack(state).moments.numpy()
        path = np.concatenate([own, *followed])
        path[:num_frames] = self._lead(path[:num_frames], end)
        memory, number = self._generator.memory, self._generator.memory.num_frames
        # The last patches are to go on as the clip does.
        path[num_frames] = memory.after.numpy()[path[num_frames - 1]]
        frames = []
        for start in range(0, num_frames, BLOCK):
            chosen = path[start + 1 : start + 1 + BLOCK] - 1
            noise = FORCE * tf.one_hot(chosen, number)
            shown, state = self._play(state, tf.reshape(noise, [1, BLOCK, -1]))
            frames.append(shown[0].numpy())
        return np.concatenate(frames)[:num_frames]

    def _lead(self, path: np.ndarray, end: int) -> np.ndarray:
        """Returns moments [T, K] that begin as a path does, and of which the last are `end`."""
        memory = self._generator.memory
        low = memory.low.numpy()
        parts = []
        for part, window in enumerate(self._generator.transition.windows.numpy()):
            keys = (low * np.sqrt(window)[:, None]).reshape(len(low), -1)
            parts.append(lead(path[:, part], end, Ways.of(memory, keys)))
        return np.stack(parts, axis=1)

    def _fade(self, frames: np.ndarray, end: int) -> np.ndarray:
        """Returns frames [T, H, W, C] that go over into those of the memory that lead to `end`."""
        before, moments = self._generator.memory.before.numpy(), [end]
        while len(moments) < NUM_FADING:
            moments.append(int(before[moments[-1]]))
        number = min(max(len(set(moments)), FEWEST_FADING), len(frames))
        states = [state_showing(self._generator, moment) for moment in moments[:number]]
        clip = np.stack([self._show(state[None]).numpy()[0, 0] for state in reversed(states)])
        share = (np.arange(1, number + 1) / number)[:, None, None, None]
        faded = (1.0 - share) * frames[-number:] + share * clip
        return np.concatenate([frames[:-number], np.rint(faded).astype(np.uint8)])

    def _play_block(self, state, noise):
        states = self._generator.rollout(state, noise)
        return to_pixels(self._generator.emit(states, None)), states[:, -1]


class Ways(NamedTuple):
    """How a part gets from moment to moment.

    after: [M], the moment that comes next; itself where the clip ends.
    costs: [M, M], of showing a moment in the place of another; infinite where none can be shown.
    """

    after: np.ndarray
    costs: np.ndarray

    @classmethod
    def of(cls, memory: Memory, keys: np.ndarray) -> "Ways":
        """Returns the ways between moments with features [M, n] whose distances count."""
        before = memory.before.numpy()
        squares = np.square(keys).sum(axis=1)
        apart = np.maximum(squares[:, None] + squares - 2.0 * keys @ keys.T, 0.0)
        costs = apart + apart[before][:, before]
        # A jump is dear, so that one is made where one will do.
        nearest = np.sort(costs, axis=1)[:, min(2, len(costs) - 1)]
        costs = costs + np.where(np.eye(len(costs), dtype=bool), 0.0, np.median(nearest))
        # A frame with none before it is never gone on to.
        costs[:, _begins(memory)] = np.inf
        return cls(memory.after.numpy(), costs)


def _begins(memory: Memory) -> np.ndarray:
    """Returns [M] bool, whether a frame is the first of a clip."""
    return memory.before.numpy() == np.arange(memory.num_frames)


def lead(path: np.ndarray, end: int, ways: Ways) -> np.ndarray:
    """Returns moments [T] that begin as a path [T] does and end with a moment.

    They leave the path where what is left costs least, as late as that is so. The first moment
    stays. A moment that cannot be gone on to, since it begins a clip, is replaced by the next one.

    Args:
      path: what the part follows of itself.
      end: the last of the moments.
      ways: between moments.
    """
    if np.isinf(ways.costs[:, end]).all():
        end = int(ways.after[end])
    number = len(path)
    left = np.full(len(ways.after), np.inf)
    left[end] = 0.0
    best, leaves, choices = left[path[-1]], number - 1, []
    steps = ways.costs[ways.after]
    for time in reversed(range(number - 1)):
        through = steps + left
        chosen = through.argmin(axis=1)
        left = through[np.arange(len(chosen)), chosen]
        choices.append(chosen)
        if left[path[time]] < best:
            best, leaves = left[path[time]], time
    led = path.copy()
    for time in range(leaves, number - 1):
        led[time + 1] = choices[number - 2 - time][led[time]]
    return led
