"""Persistent Langevin chains: the latents of every clip, kept in host memory between visits."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from tf_dyngen.model.latents import Latents, LatentSizes


class Chains(tf.Module):
    """The latents of all clips, one row a clip.

    A long clip is visited in windows of frames. `carried_state` is the state in front of the next
    window, as the last visit left it: the state is carried over, the gradient is not.

    Args:
      clip_ids: names the rows.
      num_frames: T, of the longest clip.
      sizes: of the latents.
    """

    def __init__(self, clip_ids: Sequence[str], num_frames: int, sizes: LatentSizes):
        super().__init__(name="chains")
        self.rows = {clip_id: row for row, clip_id in enumerate(clip_ids)}
        num_clips = len(self.rows)
        with tf.device("CPU:0"):
            self.noise = _zeros("noise", num_clips, num_frames, sizes.noise)
            self.initial_state = _zeros("initial_state", num_clips, sizes.state)
            self.carried_state = _zeros("carried_state", num_clips, sizes.state)
            self.appearance = _zeros("appearance", num_clips, sizes.appearance)

    def start_at(
        self,
        clip_id: str,
        noise: np.ndarray,
        initial_state: np.ndarray,
        appearance: np.ndarray | None = None,
    ) -> None:
        """Puts a clip's chain at noise [T, N] (T up to the longest clip's), state [S].

        The appearance [A] stays where it is if there is none.
        """
        row = self.rows[clip_id]
        self.noise[row, : len(noise)].assign(noise)
        self.initial_state[row].assign(initial_state)
        self.carried_state[row].assign(initial_state)
        if appearance is not None:
            self.appearance[row].assign(appearance)

    def start_from_prior(self, seed: int) -> None:
        """Puts every chain at a draw of the prior N(0, I)."""
        generator = np.random.default_rng(seed)
        for variable in (self.noise, self.initial_state, self.appearance):
            variable.assign(generator.standard_normal(variable.numpy().shape))
        self.carried_state.assign(self.initial_state)

    def gather(self, rows, start, num_frames: int) -> Latents:
        """Returns the latents of windows of clips.

        Args:
          rows: [B] int32.
          start: int32 scalar, the first frame of the window.
          num_frames: L.
        Returns: Latents with leaves [B, L, N], [B, S], [B, A]; the state is the one in front of the
        window: the latent s_0 at the start of a clip, carried over from the last window elsewhere.
        """
        frames = start + tf.range(num_frames)
        rows_and_frames = tf.stack(tf.meshgrid(rows, frames, indexing="ij"), axis=-1)
        first = tf.gather(self.initial_state, rows)
        carried = tf.gather(self.carried_state, rows)
        return Latents(
            tf.gather_nd(self.noise, rows_and_frames),
            tf.where(tf.equal(start, 0), first, carried),
            tf.gather(self.appearance, rows),
        )

    def scatter(self, rows, start, latents: Latents, next_state) -> None:
        """Stores what a visit inferred; arguments as in `gather`, next_state [B, S]."""
        num_frames = latents.noise.shape[1]
        frames = start + tf.range(num_frames)
        rows_and_frames = tf.stack(tf.meshgrid(rows, frames, indexing="ij"), axis=-1)
        self.noise.scatter_nd_update(rows_and_frames, latents.noise)
        self.appearance.scatter_update(tf.IndexedSlices(latents.appearance, rows))
        self.carried_state.scatter_update(tf.IndexedSlices(next_state, rows))
        stored = tf.gather(self.initial_state, rows)
        first = tf.where(tf.equal(start, 0), latents.initial_state, stored)
        self.initial_state.scatter_update(tf.IndexedSlices(first, rows))

    def of_clip(self, clip_id: str) -> Latents:
        """Returns the latents of one whole clip, leaves [1, ...]."""
        row = self.rows[clip_id]
        return Latents(
            self.noise[row][None], self.initial_state[row][None], self.appearance[row][None]
        )


def _zeros(name: str, *shape: int) -> tf.Variable:
    return tf.Variable(tf.zeros(shape), trainable=False, name=name)
