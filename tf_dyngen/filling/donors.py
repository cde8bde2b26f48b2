"""Times from which the detail of hidden pixels can be taken: the clip, shifted, shows them.

A texture looks at another time as it does now, though nothing in it is where it was. What a
prediction misses at a donor's time is therefore a fair draw of what it misses at a hidden pixel
(conditional simulation: Journel and Huijbregts, "Mining Geostatistics", 1978).
"""

import numpy as np

from tf_dyngen.filling.gaps import Gaps

MOST_SHIFTS = 8
# Of the hidden pixels, the least that a further shift must serve.
LEAST_SERVED = 0.002


def shifts_to_donors(visible: np.ndarray) -> np.ndarray:
    """Chooses for each hidden pixel how far in time its donor is, the shift of most of them first.

    Few shifts serve many pixels each, so that the detail moves as the clip moves. A donor is seen,
    and so far from both ends of the clip that it can be predicted as the hidden pixel is; where
    there is none, it is seen.

    Args:
      visible: [T, H, W] bool.
    Returns: [T, H, W] int32; 0 at visible pixels and those that no donor is found for.
    """
    shifts = np.zeros(visible.shape, np.int32)
    for gaps in (Gaps(visible), None):
        _serve(shifts, visible, gaps)
    return shifts


def _serve(shifts: np.ndarray, visible: np.ndarray, gaps: Gaps | None) -> None:
    """Sets shifts where they are 0 and a pixel is hidden."""
    candidates = [shift for shift in range(1 - len(visible), len(visible)) if shift]
    least = max(1, LEAST_SERVED * np.count_nonzero(~visible))
    for _ in range(MOST_SHIFTS):
        open_pixels = ~visible & (shifts == 0)
        counts = [np.count_nonzero(_served(open_pixels, visible, gaps, s)) for s in candidates]
        # Of shifts that serve as many, the shortest: light drifts.
        best = max(range(len(counts)), key=lambda i: (counts[i], -abs(candidates[i])))
        if counts[best] < least:
            return
        now, _ = _overlap(len(visible), candidates[best])
        shifts[now][_served(open_pixels, visible, gaps, candidates[best])] = candidates[best]


def _overlap(num_frames: int, shift: int) -> tuple[slice, slice]:
    """Returns the frames t for which t + shift is a frame, and those frames."""
    first, last = max(0, -shift), num_frames - max(0, shift)
    return slice(first, last), slice(first + shift, last + shift)


def _served(open_pixels, visible, gaps: Gaps | None, shift: int) -> np.ndarray:
    """Returns which open pixels a shift serves, of the frames t for which t + shift is a frame."""
    now, then = _overlap(len(visible), shift)
    if gaps is None:
        return open_pixels[now] & visible[then]
    time = np.arange(then.start, then.stop)[:, None, None]
    predictable = (time >= gaps.before[now]) & (time + gaps.behind[now] < len(visible))
    return open_pixels[now] & visible[then] & predictable
