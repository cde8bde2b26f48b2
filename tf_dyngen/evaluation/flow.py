"""How fast and where to things move: histograms of optical flow."""

from typing import NamedTuple

import numpy as np
from skimage.color import rgb2gray
from skimage.registration import optical_flow_ilk

NUM_QUANTILES = 200
NUM_DIRECTIONS = 16
# Of the picture to each side, within which directions are counted.
NUM_CELLS = 2
# Windows wide enough for blurred frames; more warps change the histograms of textures little.
RADIUS, NUM_WARPS = 5, 3


class FlowStatistics(NamedTuple):
    """Optical flow of a video, over all pixels.

    speeds: quantiles of the speed in pixels a frame, [NUM_QUANTILES], ascending.
    directions: share of the motion, weighted by speed, into each of NUM_DIRECTIONS sectors; the
      first is centred on motion to the right, the next ones follow clockwise, as rows go down.
    places: the same by place, shares of all motion, [NUM_CELLS, NUM_CELLS, NUM_DIRECTIONS].
    """

    speeds: np.ndarray
    directions: np.ndarray
    places: np.ndarray

    @property
    def mean_speed(self) -> float:
        """Pixels a frame."""
        return float(self.speeds.mean())


def measure_flow(frames: np.ndarray, num_pairs: int = 60) -> FlowStatistics:
    """Measures the flow between consecutive frames, of pairs evenly spread over the video.

    The flow is that of Le Besnerais and Champagnat, "Dense optical flow by iterative local window
    registration", ICIP 2005, as in scikit-image, of the luminance.

    Args:
      frames: [T, H, W, C] in [0, 1], T at least 2.
      num_pairs: the most pairs to look at.
    """
    grey = rgb2gray(frames) if frames.shape[-1] == 3 else frames[..., 0]
    times = np.unique(np.linspace(0, len(frames) - 2, num_pairs).astype(int))
    flows = np.stack(
        [
            optical_flow_ilk(grey[time], grey[time + 1], radius=RADIUS, num_warp=NUM_WARPS)
            for time in times
        ]
    )
    down, right = flows[:, 0], flows[:, 1]
    speeds = np.hypot(down, right)
    sector = 2 * np.pi / NUM_DIRECTIONS
    sectors = np.rint(np.arctan2(down, right) / sector).astype(int) % NUM_DIRECTIONS
    places = np.array(
        [
            [np.bincount(s.ravel(), w.ravel(), NUM_DIRECTIONS) for s, w in zip(*rows, strict=True)]
            for rows in zip(_cells(sectors), _cells(speeds), strict=True)
        ]
    )
    total = places.sum()
    places = places / total if total else np.full(places.shape, 1.0 / places.size)
    shares = np.linspace(0.0, 1.0, NUM_QUANTILES)
    return FlowStatistics(np.quantile(speeds, shares), places.sum(axis=(0, 1)), places)


def _cells(values: np.ndarray) -> list[list[np.ndarray]]:
    """Cuts [T, H, W] into NUM_CELLS x NUM_CELLS places."""
    rows = np.array_split(values, NUM_CELLS, axis=1)
    return [np.array_split(row, NUM_CELLS, axis=2) for row in rows]


def speed_distance(flow: FlowStatistics, reference: FlowStatistics) -> float:
    """Returns the Wasserstein distance of the distributions of speed, in pixels a frame."""
    return float(np.mean(np.abs(flow.speeds - reference.speeds)))


def direction_distance(flow: FlowStatistics, reference: FlowStatistics) -> float:
    """Returns the share of the motion that goes elsewhere, place by place, 0 to 1.

    The total variation distance of how motion is shared among places and directions.
    """
    return float(0.5 * np.sum(np.abs(flow.places - reference.places)))


def mean_flow(flows: list[FlowStatistics]) -> FlowStatistics:
    """Returns the mean quantiles and shares of several videos."""
    return FlowStatistics(*(np.mean(leaf, axis=0) for leaf in zip(*flows, strict=True)))
