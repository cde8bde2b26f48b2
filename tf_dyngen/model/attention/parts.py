"""How the picture is shared out into parts that follow moments of their own.

Either into a grid, or into regions that move apart: two lamps, a sign and a heart. Regions are
found by normalized cuts (Shi and Malik, "Normalized cuts and image segmentation", 2000) of the low
frames' pixels. Where two neighbouring pixels follow unrelated moments instead of one, the expected
square of their difference grows by twice their covariance over time: so an edge of the graph weighs
as much as its pixels' covariance, also with a few frames between them, since things pass. A cut is
cheap where what it parts has little to do with each other, or nothing moves. Lamps far from each
other may still flash together, so which moments are alike must not be the same on both sides
(Mantel, 1967).
"""

import numpy as np
from scipy import ndimage, sparse
from scipy.sparse import linalg

from tf_dyngen.config import AttentionConfig

# What a cut may cost, the sum of its edges over those of either side. The cheapest cuts of lights
# cost 0.0002 to 0.018, those between plumes of smoke 0.017, of rain, fires and flags 0.023 to 0.06;
# those of water, 0.014 to 0.024, part what moves together.
MOST_COST = 0.02
MOST_REGIONS = 8
# The correlation, over pairs of moments, of how far they are apart on both sides of a cut: lights
# that flash apart have 0 to 0.22, halves of flags and of water 0.2 to 0.5, what flashes together 1.
MOST_CORRELATION = 0.3
# Moments nearer than this in time are alike on both sides, whatever moves.
NEAR_IN_TIME = 4
# The least share of all pixels that a region has.
LEAST_SHARE = 0.05
# What each edge weighs besides, of the mean of all: where nothing moves, a cut takes a short way,
# and what stands still is no region of its own.
LEAST_EDGE = 1e-3
SEED = 0
# The most frames between pixels whose covariance counts.
MOST_LAG = 3
# Neighbours of a pixel, each pair once: right, below, below to the right and to the left.
STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


def num_parts_of(config: AttentionConfig) -> int:
    """Returns K, of settings as they are; at least one."""
    return config.regions if config.regions > 1 else max(config.parts, 1) ** 2


def windows_for(config: AttentionConfig, low: np.ndarray) -> np.ndarray:
    """Returns the windows [K, h * w] of a model's parts, regions if it has several.

    Args:
      config: settings of the model.
      low: [M, h, w, C], the low frames of its memory.
    """
    if config.regions > 1:
        return windows_of(cut_apart(low, config.regions), config.regions)
    return share_out(low.shape[1:3], config.parts)


def share_out(size: tuple[int, int], parts: int) -> np.ndarray:
    """Returns parts x parts windows of a low frame, [K, h * w], what each part shows of it.

    They add up to 1.

    Args:
      size: (h, w) of low frames.
      parts: along each side.
    """

    def along(length: int) -> np.ndarray:
        edges = np.arange(1, parts) * length / parts
        places = np.arange(length) + 0.5
        ramps = np.clip((places - edges[:, None]) + 0.5, 0.0, 1.0)
        rising = np.concatenate([np.ones((1, length)), ramps])
        return rising - np.concatenate([ramps, np.zeros((1, length))])

    windows = np.einsum("ih,jw->ijhw", along(size[0]), along(size[1])).reshape(parts**2, -1)
    return windows.astype(np.float32)


def find_regions(low: np.ndarray, cost: float = MOST_COST) -> np.ndarray:
    """Returns the region of each pixel of the low frames, [h, w] int, numbered from 0.

    Cuts are made as long as one costs no more than it may, and parts what moves apart.

    Args:
      low: [M, h, w, C], the low frames of the memory.
      cost: what a cut may cost.
    """
    return cut_apart(low, MOST_REGIONS, cost)


def cut_apart(low: np.ndarray, most: int, cost: float = np.inf) -> np.ndarray:
    """Returns the regions [h, w] of cuts that part what moves apart, the cheapest first.

    Args:
      low: [M, h, w, C].
      most: how many regions there may be.
      cost: what a cut may cost.
    """
    height, width = low.shape[1:3]
    edges = _edges(low)
    labels = np.zeros(height * width, int)
    least = max(int(LEAST_SHARE * height * width), 1)
    cuts = [_cut(edges, np.arange(height * width), least)]
    while len(cuts) < most:
        cheapest = int(np.argmin([each[0] for each in cuts]))
        price, away = cuts[cheapest]
        if not np.isfinite(price) or price > cost:
            break
        labels[away] = len(cuts)
        rest = np.flatnonzero(labels == cheapest)
        if _correlation(low, rest, away) > MOST_CORRELATION:
            labels[away] = cheapest
            cuts[cheapest] = np.inf, away
            continue
        cuts[cheapest] = _cut(edges, rest, least)
        cuts.append(_cut(edges, away, least))
    return labels.reshape(height, width)


def windows_of(regions: np.ndarray, num_regions: int) -> np.ndarray:
    """Returns the windows [K, h * w] of regions [h, w]; they add up to 1, over soft borders."""
    masks = (regions == np.arange(num_regions)[:, None, None]).astype(np.float32)
    soft = np.stack([ndimage.uniform_filter(mask, 3, mode="nearest") for mask in masks])
    return (soft / soft.sum(axis=0)).reshape(num_regions, -1).astype(np.float32)


def _edges(low: np.ndarray) -> sparse.csr_matrix:
    """Returns the covariances over time of neighbouring pixels, [h * w, h * w]."""
    height, width = low.shape[1:3]
    moving = low.astype(np.float64) - low.mean(axis=0)
    numbers = np.arange(height * width).reshape(height, width)
    rows, columns, weights = [], [], []
    for down, right in STEPS:
        first = (slice(0, height - down), slice(max(0, -right), width - max(right, 0)))
        second = (slice(down, height), slice(max(right, 0), width + min(right, 0)))
        covariance = _covariance(moving[:, *first], moving[:, *second]).ravel()
        pair = [numbers[first].ravel(), numbers[second].ravel()]
        rows += pair
        columns += pair[::-1]
        weights += [covariance, covariance]
    covariance = np.concatenate(weights)
    covariance += LEAST_EDGE * covariance.mean() + np.finfo(np.float32).tiny
    places = np.concatenate(rows), np.concatenate(columns)
    return sparse.csr_matrix((covariance, places), shape=(numbers.size, numbers.size))


def _covariance(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Returns the largest covariance over time of pixels [M, h, w, C] at any lag, [h, w]; or 0."""
    largest = np.zeros(first.shape[1:3])
    for lag in range(min(MOST_LAG + 1, len(first))):
        end = len(first) - lag
        for early, late in ((first, second), (second, first)):
            largest = np.maximum(largest, (early[:end] * late[lag:]).sum(axis=3).mean(axis=0))
    return largest


def _cut(edges: sparse.csr_matrix, pixels: np.ndarray, least: int) -> tuple[float, np.ndarray]:
    """Returns what the cheapest cut of a region costs, and the pixels that it takes away.

    Args:
      edges: of all pixels.
      pixels: of the region.
      least: how many pixels are left on either side.
    """
    if len(pixels) <= max(2 * least, 2):
        return np.inf, pixels
    own = edges[pixels][:, pixels]
    weight = np.asarray(own.sum(axis=1)).ravel()
    order = np.argsort(_second_vector(own, weight), kind="stable")
    # Of the pixels in order, what the first n have in common with the others, for all n at once.
    ranked = sparse.triu(own[order][:, order], k=1)
    opened = np.asarray(ranked.sum(axis=1)).ravel()
    closed = np.asarray(ranked.sum(axis=0)).ravel()
    parted = np.cumsum(opened - closed)[:-1]
    before = np.cumsum(weight[order])[:-1]
    costs = parted / before + parted / (weight.sum() - before)
    best = least - 1 + int(np.argmin(costs[least - 1 : len(pixels) - least]))
    return float(costs[best]), np.sort(pixels[order[best + 1 :]])


def _correlation(low: np.ndarray, first: np.ndarray, second: np.ndarray) -> float:
    """Returns the correlation of how far moments are apart within two sets of pixels."""
    pairs = np.triu_indices(len(low), NEAR_IN_TIME)
    if not pairs[0].size:
        return 1.0
    pixels = low.reshape(len(low), -1, low.shape[-1])
    apart = np.stack(
        [_distances(pixels[:, own].reshape(len(low), -1))[pairs] for own in (first, second)]
    )
    return float(np.corrcoef(apart)[0, 1]) if np.ptp(apart, axis=1).all() else 0.0


def _distances(rows: np.ndarray) -> np.ndarray:
    squares = np.square(rows).sum(axis=1)
    return squares[:, None] + squares - 2.0 * rows @ rows.T


def _second_vector(own: sparse.csr_matrix, weight: np.ndarray) -> np.ndarray:
    """Returns the vector that parts a graph best: that of the normalized cut's relaxation."""
    root = 1.0 / np.sqrt(weight)
    scaled = sparse.diags(root) @ own @ sparse.diags(root)
    # From a vector of no symmetry: of two lamps that are alike it must tell one from the other.
    start = np.random.default_rng(SEED).random(len(weight))
    _, vectors = linalg.eigsh(scaled, k=2, which="LA", v0=start)
    # In ascending order of their eigenvalues.
    return np.asarray(vectors)[:, 0] * root
