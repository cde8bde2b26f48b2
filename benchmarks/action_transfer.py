"""Motion carried from animal to animal: procedural actions, where every combination has a truth.

`python -m benchmarks.action_transfer --minutes=15 [--preset=action] [--picture=FILE]` learns the
clips of the split `train`, gives the appearance of one clip the motion of another (of another body,
in another motion), and asks which of all true clips, every appearance in every motion, is nearest.
`hit` is how often both are right, `look` and `motion` each alone; `withheld` is `hit` where the
appearance was never seen in that gait. `--num_looks` leaves appearances out.
"""

import tempfile
from pathlib import Path

import numpy as np
from absl import app, flags

from benchmarks import measuring
from datasets.procedural_actions.splits import NUM_BODIES, NUM_GAITS, list_splits
from tf_dyngen.simulation.walkers import catalogue
from tf_dyngen.video.sources import Source
from tf_dyngen.video.writers import write_picture

_MINUTES = flags.DEFINE_float("minutes", 15.0, "of training")
_PRESET = flags.DEFINE_string("preset", "action", "settings")
_SET = flags.DEFINE_multi_string("set", [], "KEY=VALUE, as in launch.train")
_NUM_LOOKS = flags.DEFINE_integer("num_looks", 72, "appearances, evenly spread")
_NUM_PAIRS = flags.DEFINE_integer("num_pairs", 200, "transfers that are judged")
_PAIR_SEED = flags.DEFINE_integer("pair_seed", 0, "names the transfers that are judged")
_PICTURE = flags.DEFINE_string("picture", None, "file for transfers beside their truth")
_WORKDIR = flags.DEFINE_string("workdir", None, "keeps the run; a temporary folder if not given")
SIZE, NUM_FRAMES = 64, 30


def draw_truth(pairs):
    """Returns {(appearance, motion): frames} of all appearances in all motions of `pairs`."""
    looks, motions = (sorted(set(numbers)) for numbers in zip(*pairs, strict=True))
    return {
        (look, motion): catalogue.render(look, motion, SIZE, NUM_FRAMES)[0]
        for look in looks
        for motion in motions
    }


def name_of(pair):
    """Returns the name of the clip of an appearance in a motion."""
    return f"{pair[0]:03d}-{pair[1]:02d}"


def draw_transfers(pairs, num_pairs):
    """Returns pairs of (look, motion) numbers: whose look, whose motion."""
    random = np.random.default_rng(_PAIR_SEED.value)
    chosen = []
    while len(chosen) < num_pairs:
        look, motion = (pairs[row] for row in random.integers(len(pairs), size=2))
        if look[0] % NUM_BODIES != motion[0] % NUM_BODIES and look[1] != motion[1]:
            chosen.append((look, motion))
    return chosen


def transfer(run, look_of, motion_of):
    """Returns frames [T, H, W, C] uint8: the appearance of one clip, the motion of another."""
    ids = {clip.name: clip.clip_id for clip in run.record.clips}
    looks, motions = (run.chains.of_clip(ids[name_of(pair)]) for pair in (look_of, motion_of))
    return measuring.render(run.generator, motions._replace(appearance=looks.appearance))


def judge(run, pairs, truth):
    """Returns hit, look, motion and withheld, the shares of transfers of which that is true."""
    names = list(truth)
    library = np.stack([truth[name].ravel() for name in names]).astype(np.float32)
    energy = np.square(library).sum(axis=1)
    seen = {(look, motion % NUM_GAITS) for look, motion in pairs}
    wanted = draw_transfers(pairs, _NUM_PAIRS.value)
    made = np.stack([transfer(run, *clips).ravel() for clips in wanted]).astype(np.float32)
    nearest = np.argmin(energy - 2.0 * made @ library.T, axis=1)
    outcomes, withheld = [], []
    for (look_of, motion_of), row in zip(wanted, nearest, strict=True):
        right = names[row][0] == look_of[0], names[row][1] == motion_of[1]
        outcomes.append((all(right), *right))
        if (look_of[0], motion_of[1] % NUM_GAITS) not in seen:
            withheld.append(all(right))
    return [*np.mean(outcomes, axis=0), np.mean(withheld)]


def picture(run, pairs, truth):
    """Returns rows of transfers above rows of their truth, five frames of each."""
    cells = []
    for look_of, motion_of in draw_transfers(pairs, 16):
        made = transfer(run, look_of, motion_of)
        rows = (truth[look_of], truth[motion_of], made, truth[look_of[0], motion_of[1]])
        cells.append(np.hstack([np.vstack(list(clip[::6])) for clip in rows]))
    return np.vstack([np.hstack(cells[start : start + 4]) for start in range(0, 16, 4)])


def main(_):
    """Prints the table."""
    pairs = list_splits()["train"]
    looks = sorted({look for look, _ in pairs})
    kept = {looks[row] for row in np.linspace(0, len(looks) - 1, _NUM_LOOKS.value).astype(int)}
    pairs = [pair for pair in pairs if pair[0] in kept]
    truth = draw_truth(pairs)
    with tempfile.TemporaryDirectory() as folder:
        for pair in pairs:
            np.save(Path(folder) / f"{name_of(pair)}.npy", truth[pair])
        workdir = Path(_WORKDIR.value or folder + "/run")
        source = Source(tuple(f"{folder}/{name_of(pair)}.npy" for pair in pairs))
        run, last = measuring.train_run(
            workdir,
            source,
            preset=_PRESET.value,
            settings=_SET.value,
            minutes=_MINUTES.value,
        )
        if _PICTURE.value:
            write_picture(Path(_PICTURE.value), picture(run, pairs, truth))
    row = [_PRESET.value, len(pairs), f"{last['seconds']:.0f}", f"{last['psnr']:.1f}"]
    shares = [f"{100 * share:.0f}%" for share in judge(run, pairs, truth)]
    header = ["preset", "clips", "seconds", "PSNR dB", "hit", "look", "motion", "withheld"]
    measuring.print_table(header, [[*row, *shares]])


if __name__ == "__main__":
    app.run(main)
