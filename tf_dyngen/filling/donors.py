"""Times from which the detail of hidden pixels can be taken: the clip, shifted, shows them.

A texture looks at another time as it does now, though nothing in it is where it was. What a
prediction misses at a donor's time is therefore a fair draw of what it misses at a hidden pixel
(conditional simulation: Journel and Huijbregts, "Mining Geostatistics", 1978).
"""

from typing import NamedTuple

import numpy as np

from tf_dyngen.filling.gaps import Gaps

MOST_SHIFTS = 8
# Of the hidden pixels, the least that a further shift must serve.
LEAST_SERVED = 0.002
# Entries that are looked at at once: hidden pixels times frames.
MOST_AT_ONCE = 2**24


class _Hidden(NamedTuple):
    """Hidden pixels, in the order of time: all [n].

    time: of each. place: row * W + column. first, last: donors are of frames [first, last).
    """

    time: np.ndarray
    place: np.ndarray
    first: np.ndarray
    last: np.ndarray

    def taken(self, chosen: np.ndarray) -> "_Hidden":
        """Returns some of them."""
        return _Hidden(*(values[chosen] for values in self))


def shifts_to_donors(visible: np.ndarray) -> np.ndarray:
    """Chooses for each hidden pixel how far in time its donor is, the shift of most of them first.

    Few shifts serve many pixels each, so that the detail moves as the clip moves. A donor is seen,
    and so far from both ends of the clip that it can be predicted as the hidden pixel is; where
    there is none, it is seen.

    Args:
      visible: [T, H, W] bool.
    Returns: [T, H, W] int32; 0 at visible pixels and those that no donor is found for.
    """
    num_frames = len(visible)
    shifts = np.zeros(visible.shape, np.int32)
    # Of each place, when it is seen: rows that lie together in memory.
    seen = np.ascontiguousarray(visible.reshape(num_frames, -1).T)
    for gaps in (Gaps(visible), None):
        is_open = ~visible & (shifts == 0)
        time, *rest = np.nonzero(is_open)
        place = np.ravel_multi_index(tuple(rest), visible.shape[1:])
        first, last = np.zeros_like(time), np.full_like(time, num_frames)
        if gaps is not None:
            first, last = gaps.before[is_open], num_frames - gaps.behind[is_open]
        found = _serve(_Hidden(time, place, first, last), seen, int(np.count_nonzero(~visible)))
        shifts[is_open] = found
    return shifts


def _serve(hidden: _Hidden, seen: np.ndarray, num_hidden: int) -> np.ndarray:
    """Returns the shift of each hidden pixel, [n], 0 where none of the few serves it."""
    num_frames = seen.shape[1]
    chosen = np.zeros(len(hidden.time), np.int32)
    still_open = np.arange(len(hidden.time))
    shifts = np.arange(1 - num_frames, num_frames)
    counts = _count(hidden, seen)
    least = max(1, LEAST_SERVED * num_hidden)
    for _ in range(MOST_SHIFTS):
        # Of shifts that serve as many, the shortest: light drifts.
        shift = shifts[max(range(len(shifts)), key=lambda i: (counts[i], -abs(shifts[i])))]
        if counts[shift + num_frames - 1] < least:
            break
        left = hidden.taken(still_open)
        donor = left.time + shift
        served = (left.first <= donor) & (donor < left.last) & (donor >= 0) & (donor < num_frames)
        served[served] = seen[left.place[served], donor[served]]
        chosen[still_open[served]] = shift
        counts -= _count(left.taken(served), seen)
        still_open = still_open[~served]
    return chosen


def _count(hidden: _Hidden, seen: np.ndarray) -> np.ndarray:
    """Returns how many hidden pixels each shift serves, [2 T - 1], shift 1 - T first."""
    num_frames = seen.shape[1]
    counts = np.zeros(2 * num_frames - 1, np.int64)
    donors = np.arange(num_frames)
    bounds = np.searchsorted(hidden.time, np.arange(num_frames + 1))
    step = max(1, MOST_AT_ONCE // num_frames)
    for time in range(num_frames):
        for begin in range(bounds[time], bounds[time + 1], step):
            part = slice(begin, min(begin + step, bounds[time + 1]))
            served = seen[hidden.place[part]]
            served &= donors >= hidden.first[part, None]
            served &= donors < hidden.last[part, None]
            first = num_frames - 1 - time
            counts[first : first + num_frames] += np.count_nonzero(served, axis=0)
    return counts
