"""The clip as the model remembers it: frames at several sizes, and descriptors to search by."""

import keras
import numpy as np
import tensorflow as tf

from tf_dyngen.averaging import average_down
from tf_dyngen.model.attention.layout import Grid, Layout

# Of a patch's three frames at the low size: principal components that it is searched by.
DESCRIPTOR_SIZE = 48
# Patches whose components are found.
MOST_FITTED, SEED = 5000, 0
# Moments by which it is measured how far descriptors usually are from each other.
MOST_COMPARED, SMALLEST_DISTANCE = 60, 1e-6


class Memory(keras.layers.Layer):
    """Frames of the learned clips, in one row, as weights that are not trained.

    Args:
      layout: all sizes.
      num_frames: M, of all clips together.

    Attributes:
      low: [M, h * w, C] float32 in [0, 1].
      before, after: [M] int32, each frame's neighbours in its clip; itself at the ends.
      projection: [D, d]; descriptors: [P, d, M]; their squares, as the metric weighs them: [P, M];
        of the coarsest grid.
      log_metric: [d], logarithms of what each dimension of descriptors counts in comparisons; not
        trained unless it is told to be, since new video is no better for it.
      log_softness: scalar, logarithm of how unlike a patch may be to have a share where all have.
    """

    def __init__(self, layout: Layout, num_frames: int):
        super().__init__(name="memory")
        self.layout = layout
        self.num_frames = num_frames
        height, width = layout.low
        low_patch = layout.grids[0].patch * layout.grids[0].factor // layout.factor
        size = 3 * low_patch**2 * layout.channels
        depth = min(DESCRIPTOR_SIZE, size)
        places = layout.grids[0].num_places
        # Checkpoints see what is an attribute, and not what is in a list.
        for grid in layout.grids:
            shape = (num_frames * grid.height * grid.width, layout.channels)
            setattr(self, _bank_name(grid), self._fixed(_bank_name(grid), shape, "uint8"))
        self.low = self._fixed("low", (num_frames, height * width, layout.channels))
        self.before = self._fixed("before", (num_frames,), "int32")
        self.after = self._fixed("after", (num_frames,), "int32")
        self.projection = self._fixed("projection", (size, depth))
        self.descriptors = self._fixed("descriptors", (places, depth, num_frames))
        self.squares = self._fixed("squares", (places, num_frames))
        self.log_metric = self._fixed("log_metric", (depth,))
        self.log_softness = self.add_weight(shape=(), initializer="zeros", name="log_softness")
        self.low_grid = _low_grid(layout, low_patch)
        self.built = True

    def _fixed(self, name: str, shape: tuple[int, ...], dtype: str = "float32"):
        return self.add_weight(
            shape=shape, dtype=dtype, initializer="zeros", trainable=False, name=name
        )

    def bank(self, grid: Grid):
        """Returns the frames at a grid's size, flattened: [M * H * W, C] uint8."""
        return getattr(self, _bank_name(grid))

    def remember(self, clips: list[np.ndarray]) -> None:
        """Takes clips [T, H, W, C] uint8 in; num_frames frames in all."""
        layout = self.layout
        frames = _pad(np.concatenate(clips), layout)
        for grid in layout.grids:
            bank = self.bank(grid)
            bank.assign(_to_bytes(average_down(frames, grid.factor)).reshape(bank.shape))
        low = _low_of_padded(frames, layout)
        self.low.assign(low.reshape(self.low.shape))
        ends = np.cumsum([len(clip) for clip in clips])
        times = np.arange(self.num_frames)
        before, after = times - 1, times + 1
        before[np.concatenate([[0], ends[:-1]])] += 1
        after[ends - 1] -= 1
        self.before.assign(before)
        self.after.assign(after)
        self._describe(low, before, after)

    def _describe(self, low: np.ndarray, before: np.ndarray, after: np.ndarray) -> None:
        """Fits the descriptors: principal components of three frames of a patch."""
        flat = low.reshape(len(low), -1, low.shape[-1])
        patches = flat[:, self.low_grid.pixels()].reshape(len(low), self.low_grid.num_places, -1)
        moving = np.concatenate([patches[before], patches, patches[after]], axis=-1)
        every = moving.reshape(-1, moving.shape[-1])
        chosen = np.random.default_rng(SEED).permutation(len(every))[:MOST_FITTED]
        _, vectors = np.linalg.eigh(
            np.atleast_2d(np.cov(every[chosen].astype(np.float64).T, bias=True))
        )
        projection = vectors[:, ::-1][:, : self.projection.shape[1]].astype(np.float32)
        descriptors = (moving @ projection).transpose(1, 2, 0)
        self.projection.assign(projection)
        self.descriptors.assign(descriptors)
        self.log_softness.assign(np.log(_usual_distance(descriptors)))
        self.weigh()

    def weigh(self) -> None:
        """Finds the squares of descriptors by the metric as it is now."""
        self.squares.assign(self.squares_of(self.descriptors.value))

    def nearest(self, low_frames, shown=None) -> tf.Tensor:
        """Returns the moment [B, P] whose patch at each coarse place is nearest.

        Args:
          low_frames: three consecutive ones, [B, 3, h * w, C]; patches are compared with those of
            all moments at the same place.
          shown: moments [B, P] that are passed over where there is another; None is none.
        """
        taken = tf.gather(low_frames, self.low_grid.pixels(), axis=2)
        rows = tf.reshape(tf.transpose(taken, [0, 2, 1, 3, 4]), [-1, self.projection.shape[0]])
        asked = tf.matmul(rows, self.projection)
        places, depth = self.low_grid.num_places, self.projection.shape[1]
        asked = tf.transpose(tf.reshape(asked, [-1, places, depth]), [1, 0, 2])
        scores = self.distances(asked, self.descriptors.value, self.squares.value)
        if shown is not None:
            is_shown = tf.equal(tf.transpose(shown)[:, :, None], tf.range(self.num_frames))
            scores = tf.where(is_shown, scores.dtype.max, scores)
        return tf.transpose(tf.argmin(scores, axis=2, output_type=tf.int32))

    def squares_of(self, descriptors) -> tf.Tensor:
        """Returns the squares [P, M] of descriptors [P, d, M], by the metric."""
        return tf.einsum("pdm,d->pm", tf.square(descriptors), tf.exp(self.log_metric))

    def distances(self, asked, descriptors, squares) -> tf.Tensor:
        """Returns squared distances [P, N, M], by the metric, up to what a row has in common.

        Args:
          asked: descriptors [P, N, d].
          descriptors: [P, d, M]; squares: of these, [P, M].
        """
        weighed = asked * tf.exp(self.log_metric)
        return squares[:, None] - 2.0 * tf.matmul(weighed, descriptors)

    def time_before(self, times: tf.Tensor) -> tf.Tensor:
        """Returns the times of `Sources` that are one frame before those of frames."""
        before = tf.gather(self.before, times)
        return tf.where(tf.equal(before, times), -1 - times, before)

    def goes_on(self) -> tf.Tensor:
        """Returns [M] bool, whether a frame has a next one."""
        return tf.not_equal(self.after, tf.range(self.num_frames))


def _usual_distance(descriptors: np.ndarray) -> float:
    """Returns how far, squared, the nearest others are from descriptors [P, d, M]; the median."""
    number = descriptors.shape[2]
    rows = np.unique(np.linspace(0, number - 1, min(number, MOST_COMPARED)).astype(int))
    squares = np.square(descriptors).sum(axis=1)
    products = descriptors[:, :, rows].transpose(0, 2, 1) @ descriptors
    distances = squares[:, rows, None] + squares[:, None] - 2.0 * products
    distances[:, np.arange(len(rows)), rows] = np.inf
    nearest = distances.min(axis=2)
    finite = nearest[np.isfinite(nearest)]
    return max(float(np.median(finite)), SMALLEST_DISTANCE) if finite.size else 1.0


def low_frames_of(clip: np.ndarray, layout: Layout) -> np.ndarray:
    """Returns the low frames [T, h, w, C], 0 to 1, of a clip [T, H, W, C] in levels."""
    return _low_of_padded(_pad(clip, layout), layout)


def shrink_clip(clip: np.ndarray, factor: int) -> np.ndarray:
    """Returns a clip [T, H, W, C] uint8 averaged over factor x factor pixels, [T, h, w, C] uint8.

    Rows and columns that are left over are left out.
    """
    height, width = (side // factor * factor for side in clip.shape[1:3])
    return _to_bytes(average_down(clip[:, :height, :width], factor))


def _low_of_padded(frames: np.ndarray, layout: Layout) -> np.ndarray:
    return average_down(frames, layout.factor) / np.float32(255.0)


def _bank_name(grid: Grid) -> str:
    return f"frames_{grid.factor}"


def _low_grid(layout: Layout, patch: int) -> Grid:
    """Returns the coarsest grid's places in low frames."""
    coarse = layout.grids[0]
    height, width = layout.low
    stride = coarse.stride * coarse.factor // layout.factor
    return Grid(height, width, patch, max(stride, 1), layout.factor)


def _pad(frames: np.ndarray, layout: Layout) -> np.ndarray:
    """Repeats the last row and column until frames [M, H, W, C] have the padded size."""
    missing = [padded - side for padded, side in zip(layout.padded, frames.shape[1:3], strict=True)]
    return np.pad(frames, [(0, 0), (0, missing[0]), (0, missing[1]), (0, 0)], mode="edge")


def _to_bytes(frames: np.ndarray) -> np.ndarray:
    return np.rint(frames).astype(np.uint8)
