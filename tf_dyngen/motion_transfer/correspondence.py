"""Which place of a clip each place of a picture is like."""

import numpy as np
from scipy import ndimage
from skimage.exposure import match_histograms

# Pixels of a square that is compared, one begins every half of it; and squares in it, along a side,
# whose means are compared.
SIDE, PARTS = 8, 4
# Frames of the clip that are looked at, evenly spread.
MOST_FRAMES = 30
# One frame of so many is to be like the picture: a place is dark at times where flames are.
ALIKE = 3
# What a whole picture's side apart costs, beside squared differences of values from 0 to 1.
FARNESS = 0.02


class Correspondence:
    """Brings what is known of a clip's places to the places of a picture.

    A place of the picture is like that of the clip whose square, at any time, is nearest to its
    own, once the picture has the clip's colours: the same histogram of each channel.

    Args:
      picture: [h, w, C] float32, 0 to 1.
      clip: frames [T, h', w', C] float32, 0 to 1.
    """

    def __init__(self, picture: np.ndarray, clip: np.ndarray):
        clip = clip[np.linspace(0, len(clip) - 1, min(len(clip), MOST_FRAMES)).astype(int)]
        as_one = clip.reshape(-1, *clip.shape[2:])
        toned = match_histograms(picture, as_one, channel_axis=-1).astype(np.float32)
        shortest = min(*picture.shape[:2], *clip.shape[1:3])
        self._side = side = min(SIDE, shortest // PARTS * PARTS)
        wanted, self._grid = _squares(toned[None], side)
        known, grid = _squares(clip, side)
        farness = sum(
            np.square(np.subtract.outer(mine, theirs))
            for mine, theirs in zip(_shares(self._grid), _shares(grid), strict=True)
        )
        distances = np.sort([_distances(wanted[0], frame) for frame in known], axis=0)
        nearest = distances[: -(-len(distances) // ALIKE)].mean(axis=0)
        places = np.argmin(nearest + FARNESS * farness, axis=1)
        # The middle of each place's square in the clip.
        step = side // 2
        self._rows = places // grid[1] * step + step
        self._columns = places % grid[1] * step + step
        self._size = picture.shape[:2]

    def carry(self, values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """Returns values [..., h', w'] of the clip's places at those of the picture, [..., H, W].

        Args:
          values: averages around places.
          size: (H, W), of the picture's size or larger; between places, values are interpolated.
        """
        lead = values.shape[:-2]
        smooth = ndimage.uniform_filter(values, self._side, axes=(-2, -1))
        found = smooth[..., self._rows, self._columns].reshape(*lead, *self._grid)
        step = self._side // 2
        along = [
            np.clip(((np.arange(now) + 0.5) * own / now - step) / step, 0, number - 1)
            for now, own, number in zip(size, self._size, self._grid, strict=True)
        ]
        places = np.meshgrid(*along, indexing="ij")
        flat = found.reshape(-1, *self._grid)
        made = [ndimage.map_coordinates(each, places, order=1, mode="nearest") for each in flat]
        return np.reshape(made, (*lead, *size))


def _squares(frames: np.ndarray, side: int) -> tuple[np.ndarray, tuple[int, int]]:
    """Returns descriptors [T, P, D] of the squares of frames [T, h, w, C], and their grid."""
    windows = np.lib.stride_tricks.sliding_window_view(frames, (side, side), axis=(1, 2))
    windows = windows[:, :: side // 2, :: side // 2]
    length, rows, columns, channels = windows.shape[:4]
    parts = windows.reshape(
        length, rows, columns, channels, PARTS, side // PARTS, PARTS, side // PARTS
    )
    means = parts.mean(axis=(5, 7), dtype=np.float32)
    return means.reshape(length, rows * columns, -1), (rows, columns)


def _shares(grid: tuple[int, int]) -> list[np.ndarray]:
    """Returns how far down and how far right each place is, 0 to 1, [P] each."""
    rows, columns = np.divmod(np.arange(grid[0] * grid[1]), grid[1])
    return [rows / max(grid[0] - 1, 1), columns / max(grid[1] - 1, 1)]


def _distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Returns the mean squared differences [N, M] of rows."""
    squares = np.square(first).sum(axis=1)[:, None] + np.square(second).sum(axis=1)
    return np.maximum(squares - 2.0 * first @ second.T, 0.0) / first.shape[1]
