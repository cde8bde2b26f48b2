"""Hidden pixels predicted from the frames before and behind them, along the local motion.

A pixel is a weighted sum of windows around it in the nearest frames that show it, one before and
one behind. The weights are learned where the truth is seen: for each pair of gaps to these frames,
in each part of the picture, by ridge regression. Weights that favour one side of a window are a
motion, so that the prediction moves where the clip moves; they shrink where it is turbulent.
"""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import tqdm
from scipy import ndimage

from tf_dyngen.filling.baselines import linear_in_time
from tf_dyngen.video.clips import Clip, blacken

# Gaps in frames that have weights of their own; others take those of the next smaller one.
GAPS = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64])
# No frame on that side shows the pixel.
NEVER = 0
# Pixels a side of the parts of the picture that have weights of their own.
PART = 12
# Windows of three scales: blur in pixels, distance between samples, samples to each side.
SCALES = ((0.0, 1, 1), (1.0, 2, 2), (2.0, 4, 2))
MOST_EXAMPLES = 3000
FEWEST_EXAMPLES = 100
RIDGE = 0.02
# Share of a deviation from the mean that the weights' prior hands on: from both sides, from one.
KEPT = 0.9
KEPT_FROM_ONE_SIDE = 0.6


class MotionFill(NamedTuple):
    """What is predicted of a clip.

    frames: [T, H, W, C] float32, 0 to 255; visible pixels as they were.
    error_std: [T, H, W] float32, root mean square error of such predictions where the truth is
      seen; 0 at visible pixels, not a number where nothing was predicted.
    """

    frames: np.ndarray
    error_std: np.ndarray


class _Cell(NamedTuple):
    """Pixels of one part of the picture with one pair of gaps."""

    before: int
    behind: int
    pixels: tuple[np.ndarray, np.ndarray, np.ndarray]
    rows: slice
    columns: slice


def fill_along_motion(frames: np.ndarray, visible: np.ndarray, seed: int = 0) -> MotionFill:
    """Predicts hidden pixels from the frames around.

    Linear interpolation in time stands where a window meets hidden pixels, and stays where there is
    nothing to learn from.

    Args:
      frames: [T, H, W, C] uint8; hidden pixels have no influence.
      visible: [T, H, W] bool.
      seed: of the choice of examples.
    """
    seen = linear_in_time(frames, visible)
    mean = seen.mean(axis=0)
    windows = _Windows(seen - mean)
    gaps = Gaps(visible)
    rng = np.random.default_rng(seed)
    predicted, error_std = seen.copy(), np.where(visible, 0.0, np.nan).astype(np.float32)
    cells = tqdm.tqdm(list(_cells(gaps, visible)), "predicting hidden pixels", disable=None)
    for cell in cells:
        examples = _examples(cell, visible, rng)
        if len(examples[0]) < FEWEST_EXAMPLES:
            continue
        target = (seen[examples] - mean[examples[1:]]).ravel()
        given = windows.beside(examples, cell.before, cell.behind)
        weights = _ridge(given, target, _prior(cell, windows.size))
        time, row, column = cell.pixels
        before, behind = gaps.before[cell.pixels], gaps.behind[cell.pixels]
        values = windows.beside(cell.pixels, before, behind) @ weights
        predicted[cell.pixels] = np.clip(
            values.reshape(len(time), -1) + mean[row, column], 0.0, 255.0
        )
        error_std[cell.pixels] = np.sqrt(np.square(given @ weights - target).mean())
    return MotionFill(predicted, error_std)


def predict_hidden(clip: Clip) -> Clip:
    """Replaces what is hidden of a clip by its prediction; the true pixels leave no trace."""
    clip = blacken(clip)
    if clip.visible is None:
        return clip
    filled = fill_along_motion(clip.frames, clip.visible[..., 0]).frames
    return clip._replace(frames=np.rint(filled).astype(np.uint8))


class Gaps:
    """How many frames before and behind each hidden pixel it is seen, [T, H, W]; or NEVER."""

    def __init__(self, visible: np.ndarray):
        now = np.arange(len(visible), dtype=np.int32)[:, None, None]
        never = np.iinfo(np.int32).max // 2
        last = np.maximum.accumulate(np.where(visible, now, -never), axis=0)
        following = np.minimum.accumulate(np.where(visible, now, never)[::-1], axis=0)[::-1]
        self.before = np.where(last < 0, NEVER, now - last)
        self.behind = np.where(following >= len(visible), NEVER, following - now)


class _Windows:
    """Windows of several scales around pixels of deviations [T, H, W, C]."""

    def __init__(self, deviations: np.ndarray):
        self._reach = max(step * count for _, step, count in SCALES)
        pad = ((0, 0), (self._reach,) * 2, (self._reach,) * 2, (0, 0))
        self._levels = [
            np.pad(ndimage.gaussian_filter(deviations, (0, blur, blur, 0)), pad, mode="edge")
            for blur, _, _ in SCALES
        ]
        self._offsets = [
            (level, self._reach + step * down, self._reach + step * right)
            for level, (_, step, count) in enumerate(SCALES)
            for down in range(-count, count + 1)
            for right in range(-count, count + 1)
            if level == 0 or (down, right) != (0, 0)
        ]
        self.size = len(self._offsets)

    def beside(self, pixels, before, behind) -> np.ndarray:
        """Returns [n * C, K], the windows in the frames `before` and `behind` n pixels."""
        time, row, column = pixels
        sides = []
        if np.all(before != NEVER):
            sides.append(self._around(time - before, row, column))
        if np.all(behind != NEVER):
            sides.append(self._around(time + behind, row, column))
        return np.concatenate(sides, axis=-1)

    def _around(self, time, row, column) -> np.ndarray:
        values = [
            self._levels[level][time, row + down, column + right]
            for level, down, right in self._offsets
        ]
        return np.stack(values, axis=-1).reshape(-1, self.size)


def _cells(gaps: Gaps, visible: np.ndarray) -> Iterator[_Cell]:
    """Yields the hidden pixels that are ever seen, by part of the picture and pair of gaps."""
    height, width = visible.shape[1:]
    for rows in _cut(height):
        for columns in _cut(width):
            before, behind = (_known(gap[:, rows, columns]) for gap in (gaps.before, gaps.behind))
            codes = before * 1000 + behind
            codes[visible[:, rows, columns]] = 0
            for code in np.unique(codes[codes > 0]):
                time, row, column = np.nonzero(codes == code)
                pixels = (time, row + rows.start, column + columns.start)
                yield _Cell(code // 1000, code % 1000, pixels, rows, columns)


def _cut(side: int) -> list[slice]:
    edges = np.linspace(0, side, max(1, round(side / PART)) + 1).round().astype(int)
    return [slice(*pair) for pair in itertools.pairwise(edges)]


def _known(gap: np.ndarray) -> np.ndarray:
    """Returns the largest of GAPS that is no larger than a gap; NEVER stays."""
    return np.where(gap == NEVER, NEVER, GAPS[np.searchsorted(GAPS, gap, side="right") - 1])


def _examples(cell: _Cell, visible: np.ndarray, rng: np.random.Generator):
    """Returns pixels (time, row, column) around a part that are seen, and across both gaps too."""
    rows = _widened(cell.rows, visible.shape[1])
    columns = _widened(cell.columns, visible.shape[2])
    part = visible[:, rows, columns]
    usable = np.zeros_like(part)
    first, last = cell.before, len(part) - cell.behind
    if first >= last:
        return (np.zeros(0, int),) * 3
    usable[first:last] = (
        part[first:last] & part[: last - first] & part[first + cell.behind :][: last - first]
    )
    time, row, column = np.nonzero(usable)
    if len(time) > MOST_EXAMPLES:
        chosen = rng.choice(len(time), MOST_EXAMPLES, replace=False)
        time, row, column = time[chosen], row[chosen], column[chosen]
    return time, row + rows.start, column + columns.start


def _widened(part: slice, side: int) -> slice:
    return slice(max(0, part.start - PART // 2), min(side, part.stop + PART // 2))


def _prior(cell: _Cell, size: int) -> np.ndarray:
    """Returns the weights of linear interpolation in time, a little drawn to the mean."""
    middle = (2 * SCALES[0][2] + 1) ** 2 // 2
    sides = [(cell.before, cell.behind), (cell.behind, cell.before)]
    weights = []
    for gap, other in sides:
        if gap != NEVER:
            side = np.zeros(size, np.float32)
            side[middle] = KEPT * other / (gap + other) if other != NEVER else KEPT_FROM_ONE_SIDE
            weights.append(side)
    return np.concatenate(weights)


def _ridge(given: np.ndarray, target: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Returns weights that explain targets [n] by rows [n, K], drawn to the prior [K]."""
    gram = given.T @ given
    strength = RIDGE * np.trace(gram) / len(gram) + 1e-3
    return np.linalg.solve(
        gram + strength * np.eye(len(gram), dtype=gram.dtype), given.T @ target + strength * prior
    )
