"""Video of the attention model that leads back to its start: a closed path of moments, played."""

import numpy as np
import tensorflow as tf

from tf_dyngen.inference.video_draws import BLOCK
from tf_dyngen.model.attention.generator import AttentionGenerator
from tf_dyngen.model.generator import to_pixels
from tf_dyngen.tasks.loop_steps import steps_of
from tf_dyngen.tasks.moment_path import MomentPath

# Of the path that a loop is cut out of: frames that are not used, and the fewest places to cut.
NUM_SETTLING, NUM_PLACES = 20, 300
# Noise that is stronger than any logit.
FORCE = 1e9
# Rounds are played until one is like the one before; of short loops more.
FEWEST_ROUNDS, MOST_ROUNDS, ENOUGH_FRAMES = 3, 8, 240
# Frames over which what is left of a gap is faded.
NUM_FADING = 8


class AttentionLoop:
    """Makes loops with the weights held still.

    The noise holds the parts to a path of moments that the model itself has gone, cut where its
    ends are most alike, round after round. The patches settle to a round of their own, and the last
    frame leads into the first. If they have not settled in time, the last frames fade into those of
    the round before, which lead into the first frame as well.

    Args:
      generator: the model.
    """

    def __init__(self, generator: AttentionGenerator):
        self._generator = generator
        self._path = MomentPath(generator)
        self._play = tf.function(self._play_block, autograph=False)

    def frames(self, num_frames: int, seed: int, scale: float) -> np.ndarray:
        """Returns a loop [T, H, W, C] uint8.

        Args:
          num_frames: T.
          seed: names the loop.
          scale: what the noise is multiplied by.
        """
        followed = self._path(NUM_SETTLING + NUM_PLACES + num_frames, seed, scale)
        path = self._cut_out(followed[NUM_SETTLING:], num_frames)
        before, last = self._settle(path)
        num_fading = min(NUM_FADING, num_frames // 2)
        share = (np.arange(1, num_fading + 1) / (num_fading + 1))[:, None, None, None]
        end = (1.0 - share) * last[-num_fading:] + share * before[-num_fading:]
        loop = np.concatenate([last[:-num_fading], np.rint(end).astype(np.uint8)])
        steps = steps_of(np.concatenate([loop, loop[:1]]))
        # Where a loop is entered is free: at a step like most.
        usual = np.abs(steps - np.median(steps)).argmin()
        return np.roll(loop, -usual - 1, axis=0)

    def _cut_out(self, path: np.ndarray, num_frames: int) -> np.ndarray:
        """Returns the `num_frames` moments of a path after which its start fits best."""
        memory = self._generator.memory
        low, before = memory.low.numpy(), memory.before.numpy()
        windows = self._generator.transition.windows.numpy()[:, :, None]

        def shown(moments: np.ndarray) -> np.ndarray:
            return (windows * low[moments]).sum(axis=0)

        misses = [
            np.square(shown(path[end]) - shown(path[start])).sum()
            + np.square(shown(before[path[end]]) - shown(before[path[start]])).sum()
            for start, end in enumerate(range(num_frames, len(path)))
        ]
        start = int(np.argmin(misses))
        return path[start : start + num_frames]

    def _settle(self, path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Plays a path round after round; returns the frames of the last two rounds."""
        state = self._generator.state_before(path[:1, 0])
        most = int(np.clip(ENOUGH_FRAMES // len(path), FEWEST_ROUNDS, MOST_ROUNDS))
        before, last = np.empty(0), np.empty(0)
        for number in range(most):
            frames, state = self._round(state, path)
            before, last = last, frames
            if number and np.array_equal(before[-NUM_FADING:], last[-NUM_FADING:]):
                break
        return before, last

    def _round(self, state, path: np.ndarray) -> tuple[np.ndarray, tf.Tensor]:
        """Returns the frames of one round from a state [1, S] on, and the state after them."""
        num_moments = self._generator.memory.num_frames
        pieces = []
        for start in range(0, len(path), BLOCK):
            moments = path[start : start + BLOCK]
            chosen = np.pad(moments - 1, [(0, BLOCK - len(moments)), (0, 0)])
            noise = FORCE * tf.one_hot(chosen, num_moments)
            frames, states = self._play(state, tf.reshape(noise, [1, BLOCK, -1]))
            pieces.append(frames[0, : len(moments)].numpy())
            state = states[:, len(moments) - 1]
        return np.concatenate(pieces), state

    def _play_block(self, state, noise):
        states = self._generator.rollout(state, noise)
        return to_pixels(self._generator.emit(states, None)), states
