"""Chains on disk: a file a worker, read back by clip id by any number of workers."""

import numpy as np
import pytest

from tf_dyngen.inference.chains import Chains
from tf_dyngen.model.latents import LatentSizes
from tf_dyngen.training.chain_files import (
    BrokenChainsError,
    read_chains,
    remove_chains,
    write_chains,
)
from tf_dyngen.training.window_order import ONLY_WORKER, Shard

SIZES = LatentSizes(noise=3, state=2, appearance=4)
LENGTHS = {"a": 6, "b": 4, "c": 9, "d": 5, "e": 7}


def make(ids, seed=None, lengths=LENGTHS, sizes=SIZES):
    chains = Chains(list(ids), [lengths[name] for name in ids], sizes)
    if seed is not None:
        chains.start_from_prior(seed)
        chains.carried_state += 1.0
    return chains


def write(folder, parts, step=5, seed=1):
    for worker, ids in enumerate(parts):
        write_chains(folder, step, Shard(worker, len(parts)), make(ids, seed))


def check(chains, ids, seed=1):
    expected = make(chains.rows, seed)
    for clip_id in ids:
        row = chains.rows[clip_id]
        np.testing.assert_array_equal(
            chains.noise[chains.frames_of(row)], expected.noise[expected.frames_of(row)]
        )
        for name in Chains.ARRAYS[1:]:
            np.testing.assert_array_equal(getattr(chains, name)[row], getattr(expected, name)[row])


@pytest.mark.parametrize("written", [["abcde"], ["ace", "bd"], ["a", "b", "cde"]])
@pytest.mark.parametrize("read", [["abcde"], ["ace", "bd"], ["db", "ae", "c"]])
def test_any_number_of_workers_reads_what_any_number_wrote(tmp_path, written, read):
    write(tmp_path, written)
    for worker, ids in enumerate(read):
        chains = make(ids)
        assert read_chains(tmp_path, 5, chains, Shard(worker, len(read))) == []
        check(chains, ids)


def test_clips_that_came_are_named_and_those_that_went_ignored(tmp_path):
    write(tmp_path, ["abc"])
    chains = make("bcde")
    assert read_chains(tmp_path, 5, chains, ONLY_WORKER) == ["d", "e"]
    check(chains, "bc")
    # A clip of another length has no chain that fits.
    longer = make("abc", lengths={**LENGTHS, "b": 5})
    assert read_chains(tmp_path, 5, longer, ONLY_WORKER) == ["b"]


def break_missing(path):
    path.unlink()


def break_cut(path):
    path.write_bytes(path.read_bytes()[:-40])


def break_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("breaking", [break_missing, break_cut, break_bit])
def test_what_is_missing_or_damaged_is_told(tmp_path, breaking):
    write(tmp_path, ["ace", "bd"])
    breaking(tmp_path / "chains-5.1-of-2.npz")
    with pytest.raises(BrokenChainsError, match="chains-5"):
        read_chains(tmp_path, 5, make("abcde"), ONLY_WORKER)


def test_latents_of_other_sizes_are_refused(tmp_path):
    write(tmp_path, ["abcde"])
    other = make("abcde", sizes=LatentSizes(noise=2, state=2, appearance=4))
    with pytest.raises(BrokenChainsError, match="noise of shape"):
        read_chains(tmp_path, 5, other, ONLY_WORKER)


def test_a_step_written_again_by_fewer_workers_replaces_the_files(tmp_path):
    write(tmp_path, ["ace", "bd"], seed=1)
    write(tmp_path, ["abcde"], seed=2)
    assert [path.name for path in tmp_path.iterdir()] == ["chains-5.0-of-1.npz"]
    chains = make("abcde")
    assert read_chains(tmp_path, 5, chains, ONLY_WORKER) == []
    check(chains, "abcde", seed=2)


def test_only_files_of_kept_steps_stay(tmp_path):
    for step in (3, 4, 5):
        write(tmp_path, ["ace", "bd"], step)
    (tmp_path / "chains-4.0-of-1.npz.unfinished").touch()
    (tmp_path / "chains-notes.txt").touch()
    remove_chains(tmp_path, [4, 5])
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {
        "chains-notes.txt",
        *(f"chains-{step}.{worker}-of-2.npz" for step in (4, 5) for worker in (0, 1)),
    }
