"""Persistent Langevin chains: the latents of every clip, kept in host memory between visits.

The cost of a clip of T frames is T * noise + 2 * state + appearance floats. Nothing of it is on an
accelerator: a visit takes its windows out and puts them back.
"""

from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from tf_dyngen.inference.draws import clip_key
from tf_dyngen.model.latents import Latents, LatentSizes


class Visit(NamedTuple):
    """Windows of L frames of B clips.

    rows: [B] int32, of the clips in the store. starts: [B] int32, the first frame of each window.
    """

    rows: np.ndarray
    starts: np.ndarray


class Chains:
    """The latents of clips, one row a clip; all arrays are NumPy's.

    A long clip is visited in windows of frames. `carried_state` is the state in front of the next
    window, as the last visit left it: the state is carried over, the gradient is not.

    Args:
      clip_ids: names the rows.
      num_frames: T of each clip.
      sizes: of the latents.

    Attributes:
      noise: [sum of all T, N], the clips one behind the other; see `frames_of`.
      initial_state, carried_state: [clips, S]. appearance: [clips, A].
    """

    # What is kept of them in a checkpoint: `noise`, and arrays of a row a clip.
    ARRAYS = ("noise", "initial_state", "carried_state", "appearance")

    def __init__(self, clip_ids: Sequence[str], num_frames: Sequence[int], sizes: LatentSizes):
        self.rows = {clip_id: row for row, clip_id in enumerate(clip_ids)}
        self.num_frames = np.asarray(num_frames, np.int64)
        self.sizes = sizes
        self._offsets = np.concatenate([[0], np.cumsum(self.num_frames)])
        dtype, num_clips = keras.config.floatx(), len(self.rows)
        self.noise = np.zeros([self._offsets[-1], sizes.noise], dtype)
        self.initial_state = np.zeros([num_clips, sizes.state], dtype)
        self.carried_state = np.zeros([num_clips, sizes.state], dtype)
        self.appearance = np.zeros([num_clips, sizes.appearance], dtype)

    def frames_of(self, row: int) -> slice:
        """Returns where the noise of the clip at `row` stands."""
        return slice(int(self._offsets[row]), int(self._offsets[row + 1]))

    def start_at(
        self,
        clip_id: str,
        noise: np.ndarray,
        initial_state: np.ndarray,
        appearance: np.ndarray | None = None,
    ) -> None:
        """Puts a clip's chain at noise [T, N], state [S] and appearance [A], if it is given."""
        row = self.rows[clip_id]
        self.noise[self.frames_of(row)] = noise
        self.initial_state[row] = self.carried_state[row] = initial_state
        if appearance is not None:
            self.appearance[row] = appearance

    def start_from_prior(self, seed: int, clip_ids: Sequence[str] | None = None) -> None:
        """Puts chains, all if None are named, at draws of the prior N(0, I).

        A clip's draw is a function of the seed and its id: the same wherever its chain lives.
        """
        for clip_id in self.rows if clip_ids is None else clip_ids:
            draw = np.random.default_rng([seed, clip_key(clip_id)]).standard_normal
            row = self.rows[clip_id]
            self.start_at(
                clip_id,
                draw((self.num_frames[row], self.sizes.noise)),
                draw(self.sizes.state),
                draw(self.sizes.appearance),
            )

    def gather(self, visit: Visit, num_frames: int) -> Latents:
        """Returns the latents of windows of `num_frames` frames, L.

        Returns: Latents with NumPy leaves [B, L, N], [B, S], [B, A]; noise behind a clip's end is
        zero. The state is the one in front of the window: the latent s_0 at the start of a clip,
        carried over from the last window elsewhere.
        """
        rows, starts = np.asarray(visit.rows), np.asarray(visit.starts)
        places, present = self._places(rows, starts, num_frames)
        noise = self.noise[np.where(present, places, 0)]
        noise[~present] = 0.0
        state = np.where(starts[:, None] == 0, self.initial_state[rows], self.carried_state[rows])
        return Latents(noise, state, self.appearance[rows])  # type: ignore[arg-type]

    def scatter(self, visit: Visit, latents: Latents, next_state) -> None:
        """Stores what a visit inferred; leaves as in `gather`, next_state [B, S]."""
        rows, starts = np.asarray(visit.rows), np.asarray(visit.starts)
        noise = np.asarray(latents.noise)
        places, present = self._places(rows, starts, noise.shape[1])
        self.noise[places[present]] = noise[present]
        self.appearance[rows] = latents.appearance
        self.carried_state[rows] = next_state
        first = starts == 0
        self.initial_state[rows[first]] = np.asarray(latents.initial_state)[first]

    def of_clip(self, clip_id: str) -> Latents:
        """Returns the latents of one whole clip, leaves [1, ...]."""
        row = self.rows[clip_id]
        noise = self.noise[self.frames_of(row)]
        leaves = (noise, self.initial_state[row], self.appearance[row])
        return Latents(*(tf.constant(leaf[None]) for leaf in leaves))

    def _places(self, rows: np.ndarray, starts: np.ndarray, num_frames: int):
        """Returns where the noise of windows stands, [B, L], and whether it is of the clip."""
        frames = starts[:, None] + np.arange(num_frames)
        return self._offsets[rows][:, None] + frames, frames < self.num_frames[rows][:, None]


class PlayedChains(Chains):
    """Chains of latents that are not those by which clips are played.

    The attention model explains a frame by others than itself, and plays it from its memory: what
    is inferred belongs to the explanation. A clip is played by noise of zero from a state of its
    own.

    Attributes:
      played_state: [clips, S].
    """

    ARRAYS = (*Chains.ARRAYS, "played_state")

    def __init__(self, clip_ids: Sequence[str], num_frames: Sequence[int], sizes: LatentSizes):
        super().__init__(clip_ids, num_frames, sizes)
        self.played_state = np.zeros_like(self.initial_state)

    def start_at(
        self,
        clip_id: str,
        noise: np.ndarray,
        initial_state: np.ndarray,
        appearance: np.ndarray | None = None,
    ) -> None:
        """Puts a clip's chain there, and plays it from that state; see `Chains`."""
        super().start_at(clip_id, noise, initial_state, appearance)
        self.played_state[self.rows[clip_id]] = initial_state

    def of_clip(self, clip_id: str) -> Latents:
        """Returns latents that play one whole clip, leaves [1, ...]."""
        inferred = super().of_clip(clip_id)
        state = tf.constant(self.played_state[self.rows[clip_id]][None])
        return inferred._replace(noise=tf.zeros_like(inferred.noise), initial_state=state)
