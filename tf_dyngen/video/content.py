"""What frames show that a model should not learn: flashes, cuts, repeats, stills."""

from typing import NamedTuple

import numpy as np

from tf_dyngen.video.clips import Clip

# Levels of 255 by which two frames differ on average, at least, where anything moves.
_STILL = 0.25
# Of the usual change, a repeated frame differs by less, an outlier by more.
_REPEAT, _OUTLIER = 0.1, 4.0
# What encoders make of a repeated frame differs by less.
_MOST_NOISE = 1.0
# Repeats and motion lie apart by so much, at least.
_APART = 3.0
# No change below is a flash or a cut, whatever the others are.
_LEAST_JUMP = 8.0
_MOST_NAMED = 3
# A lead-in is named if it is as long, in frames, and as large a share of the clip.
_LEAST_LEAD_IN = 5
_PERIODS = (2, 3, 4, 5)
_WORDS = {2: "second", 3: "third", 4: "fourth", 5: "fifth"}
_BLOCK = 64


class _Numbers(NamedTuple):
    """How the frames of a clip are numbered where it comes from."""

    first: int
    every: int

    def __call__(self, frame: int) -> int:
        return self.first + self.every * frame


def describe_content(clip: Clip, every: int = 1) -> list[str]:
    """Return lines, one a finding, on what a clip shows that training is better without.

    Args:
      clip: as it is learned; what is hidden of it is not looked at.
      every: it has one of so many frames of its source.
    """
    if len(clip.frames) < 3:
        return []
    changes = _changes(clip, 1)
    name = clip.name
    if changes.max() < _STILL:
        return [f"{name}: all {len(clip.frames)} frames are alike, there is no motion to learn"]
    numbers = _Numbers(clip.first_frame, every)
    lines = _still_ends(name, changes, numbers)
    moving = np.flatnonzero(changes >= _STILL)
    # What stands still at either end says nothing of the rest.
    first, stop = int(moving[0]), int(moving[-1]) + 1
    repeats = _repeats(name, changes[first:stop], every)
    lines += repeats
    if not repeats:
        if len(lines):
            # Where they end is no cut that needs another line.
            changes[[first, stop - 1]] = 0
        lines += _jumps(name, clip, changes, numbers)
    return lines


def _changes(clip: Clip, distance: int) -> np.ndarray:
    """Returns [T - distance]: by how many levels frames differ from those before, on average."""
    frames, visible = clip.frames, clip.visible
    parts = []
    for start in range(0, len(frames) - distance, _BLOCK):
        stop = min(start + _BLOCK, len(frames) - distance)
        later = frames[start + distance : stop + distance].astype(np.int16)
        differences = np.abs(later - frames[start:stop]).mean(axis=-1, keepdims=True)
        if visible is None:
            parts.append(differences.mean(axis=(1, 2, 3)))
            continue
        seen = visible[start:stop] & visible[start + distance : stop + distance]
        num_seen = np.maximum(seen.sum(axis=(1, 2, 3)), 1)
        parts.append((differences * seen).sum(axis=(1, 2, 3)) / num_seen)
    return np.concatenate(parts)


def _still_ends(name: str, changes: np.ndarray, numbers: _Numbers) -> list[str]:
    moving = np.flatnonzero(changes >= _STILL)
    num_before, num_after = int(moving[0]), len(changes) - 1 - int(moving[-1])
    least = max(_LEAST_LEAD_IN, len(changes) // 10)
    lines = []
    if num_before >= least:
        start = num_before + 1
        lines.append(
            f"{name}: the first {start} frames are alike; --start={numbers(start)} leaves them out"
        )
    if num_after >= least:
        first = len(changes) - num_after
        lines.append(
            f"{name}: the frames from {numbers(first)} on are alike; --num_frames={first} leaves"
            " them out"
        )
    return lines


def _repeats(name: str, changes: np.ndarray, every: int) -> list[str]:
    """Says how often frames repeat those before, of `changes` without still ends."""
    usual = float(np.quantile(changes, 0.9))
    moved = changes >= np.clip(_REPEAT * usual, _STILL, _MOST_NOISE)
    num_repeats = int((~moved).sum())
    if len(changes) < 6 or num_repeats < max(2, 0.1 * len(changes)):
        return []
    # Motion that comes and goes passes through all that lies between.
    if changes[moved].min() < _APART * changes[~moved].max():
        return []
    for period in _PERIODS:
        for phase in range(period):
            places = np.arange(len(changes)) % period == phase
            if np.mean(moved == places) > 0.95:
                each = (
                    "every second frame repeats the one before"
                    if period == 2
                    else f"each frame is there {period} times"
                )
                return [f"{name}: {each}; --every={every * period} reads each once"]
            if period > 2 and np.mean(moved != places) > 0.95:
                each = f"every {_WORDS[period]} frame repeats the one before"
                return [f"{name}: {each}, which is learned as a stutter"]
    return [
        f"{name}: {num_repeats} of {len(changes) + 1} frames repeat the one before, which is"
        " learned as a stutter"
    ]


def _jumps(name: str, clip: Clip, changes: np.ndarray, numbers: _Numbers) -> list[str]:
    """Names frames that are unlike those around them, and places where all changes for good."""
    usual = float(np.median(changes))
    large = changes > np.maximum(_OUTLIER * usual, _LEAST_JUMP)
    flashes, cuts = [], []
    over_two = _changes(clip, 2)
    time = 0
    while time < len(changes):
        if not large[time]:
            time += 1
            continue
        # Frame time + 1 is unlike frame time; if the next but one is like it again, it flashed.
        if time + 1 < len(changes) and large[time + 1] and over_two[time] < changes[time] / 2:
            flashes.append(time + 1)
            time += 2
            continue
        cuts.append(time)
        time += 1
    # Where much jumps, jumps are what the clip is of.
    if len(flashes) + len(cuts) > max(_MOST_NAMED, len(changes) // 20):
        return []
    lines = []
    if flashes:
        frames = ", ".join(str(numbers(flash)) for flash in flashes)
        lines.append(
            f"{name}: frame {frames} is unlike those around it (a flash?); new video will flash too"
        )
    for cut in cuts[:_MOST_NAMED]:
        lines.append(
            f"{name}: a cut after frame {numbers(cut)}; --num_frames={cut + 1} or"
            f" --start={numbers(cut + 1)} reads one side of it"
        )
    return lines
