"""Appearances in motions: every chosen appearance played with the motion of every chosen clip."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_dyngen.inference.video_draws import BLOCK, draw_appearance
from tf_dyngen.messages import progress_bar, say
from tf_dyngen.model.latents import Latents
from tf_dyngen.tasks.appearance import (
    Between,
    check_has_appearance,
    load_appearance,
    parse_appearance,
)
from tf_dyngen.tasks.clip_catalogue import CatalogueEntry, ClipCatalogue
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.restore import TrainedRun, load_run
from tf_dyngen.video.display import evenly_spaced
from tf_dyngen.video.grid import LabelledGrid
from tf_dyngen.video.sources import refuse_sources
from tf_dyngen.video.writers import open_video_writer, output_paths, write_picture

# Rows and columns where the user names none.
MOST_SHOWN = 6
PICTURE_SUFFIX = ".png"
# Of every cell of a picture, how many frames stand side by side.
NUM_INSTANTS = 3


# A piece of every cell, row by row: frames [n, H, W, C], or None where nothing is shown.
Piece = list[list[np.ndarray | None]]
# Of the rows and columns.
Names = tuple[list[str], list[str]]


class Appearance(NamedTuple):
    """A row: its name, the vector [A], and the clip whose appearance it is, if it is one's."""

    label: str
    vector: tf.Tensor
    clip: CatalogueEntry | None


def write_grid(
    workdir: Path,
    output: Path,
    *,
    num_frames: int | None = None,
    seed: int = 0,
    appearance: str | None = None,
    motion: str | None = None,
) -> None:
    """Writes a grid: a row an appearance, a column a motion, the clips themselves in front.

    Args:
      workdir: of a trained run.
      output: .png is a picture with a few frames of each; anything else a video.
      num_frames: its length; None is that of the longest motion. Clips start again at their end.
      seed: of the noise behind the end of a shorter motion, and of appearance `random`.
      appearance: several by commas, see `parse_appearance`; None shows clips evenly spread.
      motion: ids or names of clips, several by commas; None shows clips evenly spread.
    Raises: UserError if there is no such clip, or the output cannot be written.
    """
    output_paths(output, 1)  # Refuses, before any work, what cannot be written.
    run = load_run(workdir, say)
    refuse_sources([output], run.record.source)
    check_has_appearance(run)
    catalogue = ClipCatalogue(workdir, run.record)
    rows = [_read_appearance(text, catalogue, run, seed) for text in _split(appearance, catalogue)]
    columns = [catalogue.find(text) for text in _split(motion, catalogue)]
    num_frames = num_frames or max(clip.record.num_frames for clip in columns)
    pieces = _play(catalogue, run, rows, columns, num_frames=num_frames, seed=seed)
    names = [row.label for row in rows], [_label(clip) for clip in columns]
    if output.suffix.lower() == PICTURE_SUFFIX:
        _write_picture(output, names, _instants(pieces, num_frames))
    else:
        _write_video(output, names, pieces, num_frames, columns[0].record.frame_rate)
    say(f"wrote {output}: {len(rows)} appearances in {len(columns)} motions")


def _write_picture(output: Path, names: Names, strips: Piece) -> None:
    write_picture(output, _grid(names, strips).draw(strips)[0])


def _write_video(
    output: Path, names: Names, pieces: Iterator[Piece], num_frames: int, frame_rate: float
) -> None:
    first = next(pieces)
    grid = _grid(names, first)
    with (
        open_video_writer(
            output,
            num_frames=num_frames,
            frame_size=grid.size,
            channels=3,
            frame_rate=frame_rate,
        ) as writer,
        progress_bar(total=num_frames, unit="frame") as bar,
    ):
        for piece in itertools.chain([first], pieces):
            frames = grid.draw(piece)
            writer.append(frames)
            bar.update(len(frames))


def _grid(names: Names, piece: Piece) -> LabelledGrid:
    """Returns a grid for cells as large as those of `piece`, a nameless row and column in front."""
    height, width = next(cell.shape[1:3] for row in piece for cell in row if cell is not None)
    return LabelledGrid(["", *names[0]], ["", *names[1]], (height, width))


def _split(text: str | None, catalogue: ClipCatalogue) -> list[str]:
    """Returns what commas separate; ids of clips, evenly spread, if the user names none."""
    if text is None:
        chosen = evenly_spaced(len(catalogue.trained), MOST_SHOWN)
        return [catalogue.trained[index].unique_name for index in chosen]
    return [text] if catalogue.get(text) else text.split(",")


def _read_appearance(text: str, catalogue: ClipCatalogue, run: TrainedRun, seed: int) -> Appearance:
    choice = parse_appearance(text, catalogue)
    if choice is None:
        return Appearance(text, draw_appearance(seed, run.generator.latent_sizes.appearance), None)
    vector = load_appearance(choice, catalogue, run)
    if isinstance(choice, Between):
        ends = " to ".join(_label(end) for end in (choice.first, choice.second))
        return Appearance(f"{ends}, {choice.place:g}", vector, None)
    return Appearance(_label(choice), vector, choice)


def _label(clip: CatalogueEntry) -> str:
    """Returns a clip's name without its data set's."""
    return clip.record.name.rpartition(":")[2]


def _play(
    catalogue: ClipCatalogue,
    run: TrainedRun,
    rows: list[Appearance],
    columns: list[CatalogueEntry],
    *,
    num_frames: int,
    seed: int,
) -> Iterator[Piece]:
    """Yields all cells, clips themselves in the first row and column, BLOCK frames at a time."""
    synthesizer = Synthesizer(run.generator)
    motions = [catalogue.latents(clip, run) for clip in columns]

    def go_on(latents: Latents) -> Iterator[np.ndarray]:
        return synthesizer.go_on(latents, num_frames=num_frames, seed=seed)

    def itself(clip: CatalogueEntry | None) -> Iterator[np.ndarray | None]:
        if clip is None:
            return itertools.repeat(None)
        frames = catalogue.observed(clip, run)
        return go_on(catalogue.latents(clip, run)) if frames is None else _again(frames, num_frames)

    cells = [[itself(clip) for clip in (None, *columns)]]
    for row in rows:
        played = [go_on(motion._replace(appearance=row.vector[None])) for motion in motions]
        cells.append([itself(row.clip), *played])
    for _ in range(0, num_frames, BLOCK):
        yield [[next(cell) for cell in row] for row in cells]


def _again(frames: np.ndarray, num_frames: int) -> Iterator[np.ndarray]:
    """Yields a clip that starts again at its end, BLOCK frames at a time."""
    for start in range(0, num_frames, BLOCK):
        yield frames[np.arange(start, min(start + BLOCK, num_frames)) % len(frames)]


def _instants(pieces: Iterator[Piece], num_frames: int) -> Piece:
    """Returns a few frames of each cell, side by side: [1, H, W', C]."""
    chosen = evenly_spaced(num_frames, NUM_INSTANTS)
    strips: list[list[list[np.ndarray]]] = []
    for number, piece in enumerate(pieces):
        inside = chosen[chosen // BLOCK == number] % BLOCK
        if not strips:
            strips = [[[] for _ in row] for row in piece]
        for row, kept in zip(piece, strips, strict=True):
            for cell, strip in zip(row, kept, strict=True):
                strip.extend(() if cell is None else cell[inside])
    return [[np.concatenate(s, axis=1)[None] if s else None for s in row] for row in strips]
