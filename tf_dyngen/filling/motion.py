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
from scipy import ndimage

from tf_dyngen.filling.baselines import linear_in_time
from tf_dyngen.filling.donors import shifts_to_donors
from tf_dyngen.filling.gaps import NEVER, Gaps
from tf_dyngen.filling.windows import MIDDLE, SIZE, Windows
from tf_dyngen.messages import progress_bar
from tf_dyngen.video.clips import Clip, blacken

Pixels = tuple[np.ndarray, ...]

# Gaps in frames that have weights of their own; others take those of the next smaller one.
GAPS = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64])
# Pixels a side of the parts of the picture that have weights of their own.
PART = 12
MOST_EXAMPLES = 1500
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
    errors: [T, H, W, C] float32, a draw of them: what such a prediction misses at another time.
      Added to the prediction it gives a likely clip, where the prediction alone is the mean of all
      that are likely. 0 where a pixel is visible, or no other time tells of it.
    shifts: [T, H, W] int32, how far in time the errors come from, see `shifts_to_donors`.
    """

    frames: np.ndarray
    error_std: np.ndarray
    errors: np.ndarray
    shifts: np.ndarray


class _Cell(NamedTuple):
    """Pixels of one part of the picture with one pair of gaps."""

    before: int
    behind: int
    pixels: Pixels
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
    predictor = _Predictor(frames, visible, seed)
    predicted, errors = predictor.seen.copy(), np.zeros_like(predictor.seen)
    error_std = np.where(visible, 0.0, np.nan).astype(np.float32)
    shifts = shifts_to_donors(visible)
    for cell, weights, error in predictor.learned_cells():
        predicted[cell.pixels] = predictor.predict(cell.pixels, cell.pixels, weights)
        error_std[cell.pixels] = error
        here = tuple(axis[shifts[cell.pixels] != 0] for axis in cell.pixels)
        errors[here] = predictor.draw_errors(here, shifts[here], weights, error)
    return MotionFill(predicted, _without_steps(error_std, visible), errors, shifts)


class _Predictor:
    """Predicts pixels of a clip from windows in the frames before and behind them.

    `seen` is the clip, [T, H, W, C] float32, with hidden pixels interpolated in time.
    """

    def __init__(self, frames: np.ndarray, visible: np.ndarray, seed: int):
        self.seen = linear_in_time(frames, visible)
        self._visible = visible
        self._mean = self.seen.mean(axis=0)
        self._windows = Windows(self.seen - self._mean)
        self._gaps = Gaps(visible)
        self._rng = np.random.default_rng(seed)

    def learned_cells(self) -> Iterator[tuple[_Cell, np.ndarray, float]]:
        """Yields hidden pixels with the weights that predict them and those weights' error."""
        cells = list(_cells(self._gaps, self._visible))
        for cell in progress_bar(cells, "predicting hidden pixels", unit="cell"):
            examples = _examples(cell, self._visible, self._rng)
            if len(examples[0]) < FEWEST_EXAMPLES:
                continue
            given = self._windows.beside(examples, cell.before, cell.behind)
            target = (self.seen[examples] - self._mean[examples[1:]]).ravel()
            weights = _ridge(given, target, _prior(cell))
            yield cell, weights, float(np.sqrt(np.square(given @ weights - target).mean()))

    def predict(self, pixels: Pixels, like: Pixels, weights: np.ndarray) -> np.ndarray:
        """Returns [n, C], 0 to 255, from the frames as far before and behind as those of `like`."""
        given = self._windows.beside(pixels, self._gaps.before[like], self._gaps.behind[like])
        values = (given @ weights).reshape(len(given) // self.seen.shape[-1], -1)
        return np.clip(values + self._mean[pixels[1:]], 0.0, 255.0)

    def draw_errors(self, pixels: Pixels, shifts, weights: np.ndarray, error: float) -> np.ndarray:
        """Returns [n, C], what the prediction of donors misses.

        Of a donor too near an end of the clip to be predicted, its deviation from the mean over
        time, brought to the root mean square `error` of predictions.
        """
        donors = (pixels[0] + shifts, *pixels[1:])
        missed = self.seen[donors] - self._mean[pixels[1:]]
        size = np.sqrt(np.square(missed).mean()) if missed.size else 0.0
        missed *= min(1.0, error / max(size, 1e-6))
        told = donors[0] >= self._gaps.before[pixels]
        told &= donors[0] + self._gaps.behind[pixels] < len(self.seen)
        if told.any():
            donors, like = (tuple(axis[told] for axis in axes) for axes in (donors, pixels))
            missed[told] = self.seen[donors] - self.predict(donors, like, weights)
        return missed


def predict_hidden(clip: Clip) -> Clip:
    """Replaces what is hidden of a clip by its prediction; the true pixels leave no trace."""
    clip = blacken(clip)
    if clip.visible is None:
        return clip
    filled = fill_along_motion(clip.frames, clip.visible[..., 0]).frames
    return clip._replace(frames=np.rint(filled).astype(np.uint8))


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


def _without_steps(error_std: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """Smooths the steps between parts, within what is hidden and known of each frame."""
    known = ~visible & np.isfinite(error_std)
    blur = (0, PART / 2, PART / 2)
    variance = ndimage.gaussian_filter(np.where(known, error_std**2, 0.0), blur)
    weight = ndimage.gaussian_filter(known.astype(np.float32), blur)
    smooth = np.sqrt(variance / np.maximum(weight, 1e-6))
    return np.where(known, smooth, error_std).astype(np.float32)


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


def _prior(cell: _Cell) -> np.ndarray:
    """Returns the weights of linear interpolation in time, a little drawn to the mean."""
    sides = [(cell.before, cell.behind), (cell.behind, cell.before)]
    weights = []
    for gap, other in sides:
        if gap != NEVER:
            side = np.zeros(SIZE, np.float32)
            side[MIDDLE] = KEPT * other / (gap + other) if other != NEVER else KEPT_FROM_ONE_SIDE
            weights.append(side)
    return np.concatenate(weights)


def _ridge(given: np.ndarray, target: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Returns weights that explain targets [n] by rows [n, K], drawn to the prior [K]."""
    gram = given.T @ given
    strength = RIDGE * np.trace(gram) / len(gram) + 1e-3
    return np.linalg.solve(
        gram + strength * np.eye(len(gram), dtype=gram.dtype), given.T @ target + strength * prior
    )
