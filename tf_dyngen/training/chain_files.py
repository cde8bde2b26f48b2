"""Chains on disk: beside each checkpoint a file a worker, read back by clip id.

A file is NumPy's .npz without compression or pickles, with a CRC on every array: `clip_ids`,
`num_frames` [clips], and the arrays of `Chains`. Whoever reads takes the clips it has from all
files, so that a run goes on with any number of workers, and with clips that came or went.
"""

import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from tf_dyngen.inference.chains import Chains
from tf_dyngen.training.window_order import Shard

_NAME = re.compile(r"chains-(\d+)\.(\d+)-of-(\d+)\.npz(\.unfinished)?")
# What NumPy raises for files that are cut short or damaged.
BROKEN = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile)


class BrokenChainsError(Exception):
    """The chains of a checkpoint are not all there."""


def write_chains(folder: Path, step: int, shard: Shard, chains: Chains) -> None:
    """Writes a worker's chains of a step; whole, or not at all."""
    path = folder / f"chains-{step}.{shard.worker}-of-{shard.num_workers}.npz"
    unfinished = path.with_name(path.name + ".unfinished")
    folder.mkdir(parents=True, exist_ok=True)
    for other in folder.glob(f"chains-{step}.*"):
        if f"-of-{shard.num_workers}." not in other.name:
            other.unlink(missing_ok=True)
    with unfinished.open("wb") as file:
        np.savez(
            file,
            clip_ids=np.array(list(chains.rows), np.str_),
            num_frames=chains.num_frames,
            **{name: getattr(chains, name) for name in chains.ARRAYS},
        )
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def read_chains(folder: Path, step: int, chains: Chains, shard: Shard) -> list[str]:
    """Takes the clips of `chains` from the files of a step.

    Args:
      folder: of the checkpoints.
      step: of the checkpoint.
      chains: changed where a clip of that id and length is found.
      shard: the worker; the files likeliest to hold its clips are read first, one at a time.
    Returns: ids of clips that are in no file, or with another number of frames.
    Raises: BrokenChainsError if a file is missing or damaged, or of latents of other sizes.
    """
    missing = dict.fromkeys(chains.rows)
    for path in _files(folder, step, shard.worker):
        try:
            with np.load(path, allow_pickle=False) as stored:
                for clip_id in _take(stored, chains, missing):
                    del missing[clip_id]
        except BROKEN as error:
            raise BrokenChainsError(f"{path.name}: {error}") from error
        if not missing:
            break
    return list(missing)


def remove_chains(folder: Path, kept_steps: Sequence[int]) -> None:
    """Removes files of steps that are not kept, and what killed writers left of older ones."""
    for path in folder.glob("chains-*"):
        match = _NAME.fullmatch(path.name)
        if not match:
            continue
        step = int(match[1])
        if step not in kept_steps or (match[4] and step < max(kept_steps)):
            path.unlink(missing_ok=True)


def _files(folder: Path, step: int, first: int) -> Iterator[Path]:
    """Yields the files of all workers that wrote a step, `first`'s first."""
    found = {
        int(match[2]): (int(match[3]), path)
        for path in folder.glob(f"chains-{step}.*-of-*.npz")
        if (match := _NAME.fullmatch(path.name))
    }
    numbers = {number for number, _ in found.values()}
    if len(numbers) != 1 or set(found) != set(range(*numbers)):
        raise BrokenChainsError(f"chains-{step}: {len(found)} files of {sorted(numbers)} workers")
    for worker in sorted(found, key=lambda worker: (worker != first, worker)):
        yield found[worker][1]


def _take(stored, chains: Chains, wanted) -> list[str]:
    """Copies the chains of clips that are wanted and stored with their length; returns ids."""
    clip_ids, lengths = stored["clip_ids"].tolist(), stored["num_frames"]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    arrays = {name: stored[name] for name in chains.ARRAYS}
    if arrays["noise"].shape != (offsets[-1], chains.sizes.noise):
        raise ValueError(f"noise of shape {arrays['noise'].shape}")
    taken = []
    for place, clip_id in enumerate(clip_ids):
        row = chains.rows.get(clip_id)
        if clip_id not in wanted or row is None or lengths[place] != chains.num_frames[row]:
            continue
        for name, array in arrays.items():
            kept = getattr(chains, name)
            if name == "noise":
                kept[chains.frames_of(row)] = array[offsets[place] : offsets[place + 1]]
            else:
                kept[row] = array[place]
        taken.append(clip_id)
    return taken
