"""Inpainting of the procedural scenes by simple means: the errors to beat.

`python -m benchmarks.scene_baselines` prints the tables of the data set's README, of the errors and
of the shares that objects hide; `--size=128` for the larger clips.
"""

import time

import numpy as np
from absl import app, flags
from scipy import sparse
from scipy.sparse import linalg

from benchmarks import measuring
from tf_dyngen.filling.baselines import linear_in_time, nearest_frame
from tf_dyngen.simulation.scenes import catalogue

_SIZE = flags.DEFINE_integer("size", 64, "height and width in pixels")
RANK = 10
ROUNDS = 30


def mean_absolute_error(filled, background, hidden):
    """The data set's score: the error over the hidden entries, 0 to 255, nothing rounded first.

    Args:
      filled: [T, H, W, 3] frames with the object removed.
      background: [T, H, W, 3] uint8, the truth.
      hidden: [T, H, W] bool.
    """
    return float(np.abs(filled[hidden].astype(np.float64) - background[hidden]).mean())


def mean_over_time(frames, visible):
    """Puts the mean of the frames that show a pixel wherever it is hidden."""
    seen = visible[..., None]
    mean = (frames * seen).sum(axis=0) / seen.sum(axis=0)
    return np.where(seen, frames, mean)


def smooth_in_space(frames, visible):
    """Fills each frame by itself with the smoothest surface that joins what it shows (Laplace)."""
    filled = frames.astype(np.float64)
    laplace = _grid_laplacian(frames.shape[1:3])
    for frame, part in zip(filled.reshape(len(frames), -1, 3), ~visible, strict=True):
        inside = part.ravel()
        if inside.any():
            rows = laplace[inside]
            known = rows[:, ~inside] @ frame[~inside]
            frame[inside] = linalg.spsolve(rows[:, inside].tocsc(), -known)
    return filled


def low_rank(frames, visible):
    """Fills in what RANK principal components of the clip say, starting from `linear_in_time`."""
    courses = linear_in_time(frames, visible).astype(np.float64).reshape(len(frames), -1)
    unknown = np.repeat(~visible.reshape(len(frames), -1), 3, axis=1)
    for _ in range(ROUNDS):
        mean = courses.mean(axis=0)
        centred = courses - mean
        components = np.linalg.eigh(centred @ centred.T)[1][:, -RANK:]
        courses[unknown] = (components @ (components.T @ centred) + mean)[unknown]
    return np.clip(courses, 0.0, 255.0).reshape(frames.shape)


BASELINES = {
    "object left in": lambda frames, visible: frames,
    "mean over time": mean_over_time,
    "smooth in space": smooth_in_space,
    "nearest frame": nearest_frame,
    "linear in time": linear_in_time,
    f"{RANK} components": low_rank,
}


def _grid_laplacian(shape):
    """Sum of the differences to the neighbours of each pixel of a grid, sparse [H W, H W]."""
    rows, columns = (sparse.eye_array(n, k=1) + sparse.eye_array(n, k=-1) for n in shape)
    neighbours = sparse.kron(rows, sparse.eye_array(shape[1]))
    neighbours += sparse.kron(sparse.eye_array(shape[0]), columns)
    return (neighbours - sparse.diags_array(neighbours.sum(axis=0))).tocsr()


def _score(recipe, size):
    """Errors of all baselines, then hidden, largest and never seen share, then seconds."""
    started = time.perf_counter()
    scene = catalogue.simulate(recipe, size, catalogue.NUM_FRAMES)
    seconds = time.perf_counter() - started
    hidden = scene.mask[..., 0] > 0
    errors = [
        mean_absolute_error(fill(scene.frames, ~hidden), scene.background, hidden)
        for fill in BASELINES.values()
    ]
    area = hidden.mean(axis=(1, 2))
    return [*errors, area.mean(), area.max(), hidden.all(axis=0).mean(), seconds]


def main(_):
    """Prints both tables."""
    rows = {}
    for recipe in catalogue.recipes():
        rows.setdefault((recipe.kind, recipe.texture), []).append(_score(recipe, _SIZE.value))
    means = {" on ".join(scene): np.mean(scores, axis=0) for scene, scores in rows.items()}
    means["all clips"] = np.mean([score for scores in rows.values() for score in scores], axis=0)
    count = len(BASELINES)
    measuring.print_table(
        ["scene", *BASELINES],
        [[name, *(f"{error:.1f}" for error in mean[:count])] for name, mean in means.items()],
    )
    print()
    measuring.print_table(
        ["scene", "hidden", "most in a frame", "never seen", "seconds a clip"],
        [
            [name, *(f"{share:.1%}" for share in mean[count:-1]), f"{mean[-1]:.2f}"]
            for name, mean in means.items()
        ],
    )


if __name__ == "__main__":
    app.run(main)
