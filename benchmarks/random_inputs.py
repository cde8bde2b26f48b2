"""Draws damaged, renamed and recombined clips and masks, and has each looked at.

`python -m benchmarks.random_inputs [--cases=300] [--seed=0]` looks at each with `launch.preview`'s
task. It is read, or refused in one line. It is a fault if anything else is raised, if frames are
lost without a word, temporary files or half an output left, or if it takes long. Faults are printed
with the seed of their case; exit status 1 if there is one.
"""

import collections
import contextlib
import io
import re
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import imageio.v3 as iio
import imageio_ffmpeg
import numpy as np
import scipy.io
from absl import app, flags
from PIL import Image

from benchmarks import measuring
from tf_dyngen.config import VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.messages import show_on_terminal
from tf_dyngen.tasks.preview import preview
from tf_dyngen.video import sources
from tf_dyngen.video.masked_clips import MaskSource
from tf_dyngen.video.sources import Source

_CASES = flags.DEFINE_integer("cases", 300, "inputs to try")
_SEED = flags.DEFINE_integer("seed", 0, "of the first; the others follow")

NUM_FRAMES, SIZE = 12, (24, 32)
LONGEST_SECONDS = 20.0
VIDEOS = {
    ".mp4": ("libx264", "yuv420p"),
    ".mkv": ("libx264", "yuv444p"),
    ".mov": ("mpeg4", "yuv420p"),
    ".avi": ("mjpeg", "yuvj420p"),
    ".webm": ("libvpx-vp9", "yuv420p"),
    ".ts": ("mpeg2video", "yuv420p"),
}
PICTURES = (".gif", ".webp", ".png", ".tiff")
SUFFIXES = (*VIDEOS, *PICTURES, ".npy", ".mat", ".zip", ".txt", ".jpg", "")
RATE = 25
TOLD = re.compile(rf"of {NUM_FRAMES} frames|cut short|damaged")


class Case(NamedTuple):
    """An input: its source, and what was done to it."""

    source: Source
    what: str


def frames_of(random: np.random.Generator, channels: int = 3) -> np.ndarray:
    """Returns a clip of moving waves, [T, H, W, C] uint8."""
    time_, row, column = np.ogrid[:NUM_FRAMES, : SIZE[0], : SIZE[1]]
    waves = np.sin(column / 3 + time_ / 2 + random.uniform(0, 6)) * np.cos(row / 4 - time_ / 3)
    frames = 127 + 90 * waves[..., None] * random.uniform(0.5, 1, channels)
    return frames.astype(np.uint8)


def write_clip(path: Path, frames: np.ndarray) -> None:
    """Writes frames in the form that a suffix names; a folder of pictures where there is none."""
    suffix = path.suffix
    if suffix in VIDEOS:
        codec, pixels = VIDEOS[suffix]
        writer = imageio_ffmpeg.write_frames(
            str(path), SIZE[::-1], fps=RATE, codec=codec, pix_fmt_out=pixels, macro_block_size=1
        )
        writer.send(None)
        for frame in frames:
            writer.send(np.ascontiguousarray(frame))
        writer.close()
    elif suffix in PICTURES:
        pictures = [Image.fromarray(frame) for frame in frames]
        pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=40)
    elif suffix == ".npy":
        np.save(path, frames)
    else:
        path.mkdir()
        for number, frame in enumerate(frames):
            iio.imwrite(path / f"{number:03d}.png", frame)


def draw_case(random: np.random.Generator, folder: Path) -> Case:
    """Writes an input into a folder."""
    suffix = str(random.choice([*VIDEOS, *PICTURES, ".npy", ""]))
    path = folder / f"clip{suffix}"
    write_clip(path, frames_of(random))
    draws = (_as_it_is, _damaged, _renamed, _odd_array, _recombined, _masked)
    return draws[random.integers(len(draws))](random, path)


def _as_it_is(random, path: Path) -> Case:
    return Case(Source((str(path),)), f"whole {path.suffix or 'folder'}")


def _damaged(random, path: Path) -> Case:
    how = _damage(random, _file_of(random, path))
    return Case(Source((str(path),)), f"{how} {path.suffix or 'folder'}")


def _file_of(random, path: Path) -> Path:
    if path.is_file():
        return path
    files = sorted(path.iterdir())
    return files[random.integers(len(files))]


def _damage(random, path: Path) -> str:
    """Damages a file; returns how."""
    content = bytearray(path.read_bytes())
    kind = str(random.choice(["cut", "flipped", "zeroed", "empty", "text", "prefix", "tail"]))
    place = int(random.integers(len(content)))
    if kind == "cut":
        del content[place:]
    elif kind == "flipped":
        for index in random.integers(len(content), size=20):
            content[index] ^= 1 << random.integers(8)
    elif kind == "zeroed":
        content[place : place + 200] = bytes(len(content[place : place + 200]))
    elif kind == "empty":
        content.clear()
    elif kind == "text":
        content[:] = b"no video at all\n" * 20
    elif kind == "prefix":
        content[:0] = random.bytes(100)
    else:
        content += random.bytes(100)
    path.write_bytes(content)
    return kind


def _renamed(random, path: Path) -> Case:
    suffix = str(random.choice(SUFFIXES))
    target = path.with_name(f"other{suffix}")
    path.rename(target)
    return Case(Source((str(target),)), f"{path.suffix or 'folder'} as {suffix or 'none'}")


def _odd_array(random, path: Path) -> Case:
    path = path.with_name("odd.npy")
    frames = frames_of(random)
    odd = {
        "float": frames / 255.0,
        "not a number": np.full(frames.shape, np.nan),
        "wide": frames.astype(np.uint16) * 200,
        "signed": frames.astype(np.int64) - 100,
        "boolean": frames > 127,
        "objects": np.array([{}, None], object),
        "one picture": frames[0],
        "no channels": frames[..., 0],
        "two channels": frames[..., :2],
        "alpha": np.concatenate([frames, frames[..., :1]], axis=-1),
        "more axes": frames[None, None],
        "no frames": frames[:0],
        "no rows": frames[:, :0],
        "fortran": np.asfortranarray(frames),
        "channels first": np.moveaxis(frames, -1, 1),
        "text": np.array(["a", "b"]),
        "a number": np.uint8(3),
        "structure": np.zeros(4, [("a", "u1"), ("b", "f4")]),
        "complex": frames.astype(complex),
        "big endian": frames.astype(">u2"),
    }
    name = str(random.choice(list(odd)))
    np.save(path, odd[name], allow_pickle=True)
    return Case(Source((str(path),)), f"array: {name}")


def _recombined(random, path: Path) -> Case:
    """A folder of several clips, some of them damaged or none at all, or an archive of one."""
    folder = path.with_name("several")
    folder.mkdir()
    if random.random() < 0.2:
        with zipfile.ZipFile(folder / "clips.zip", "w") as archive:
            archive.write(_file_of(random, path), path.name)
        return Case(Source((str(folder / "clips.zip"),)), "archive")
    names = []
    for number in range(int(random.integers(2, 4))):
        suffix = str(random.choice([*VIDEOS, *PICTURES, ".npy", ""]))
        other = folder / f"{number}{suffix}"
        write_clip(other, frames_of(random))
        names.append(suffix or "folder")
        if random.random() < 0.3:
            names[-1] = f"{_damage(random, _file_of(random, other))} {names[-1]}"
    return Case(Source((str(folder),)), f"folder of {', '.join(names)}")


def _masked(random, path: Path) -> Case:
    """A mask of any form, whole or damaged, of a length and size of its own."""
    suffix = str(random.choice([*VIDEOS, *PICTURES, ".npy", ".mat", ".jpg", ""]))
    mask = path.with_name(f"hidden{suffix}")
    frames = np.zeros((NUM_FRAMES, *SIZE, 3), np.uint8)
    frames[:, 4:12, 6:20] = 255
    how = ""
    if random.random() < 0.3:
        frames = frames[: random.integers(1, NUM_FRAMES)]
        how = "short "
    if suffix == ".mat":
        scipy.io.savemat(mask, {"mask": np.moveaxis(frames[..., 0], 0, -1)})
    elif suffix == ".jpg":
        iio.imwrite(mask, frames[0])
    else:
        write_clip(mask, frames)
    if random.random() < 0.5:
        how += _damage(random, _file_of(random, mask)) + " "
    what = f"{how}mask {suffix or 'folder'}"
    return Case(Source((str(path),), mask=MaskSource(str(mask))), what)


def look_at(case: Case, folder: Path) -> tuple[str, str]:
    """Looks at an input; returns `read`, `refused` or `fault`, and what was said."""
    output, temporary = folder / "look" / "sheet.png", folder / "temporary"
    for made in (output.parent, temporary):
        made.mkdir()
    said, started, lengths = io.StringIO(), time.monotonic(), []
    with _temporary_files_in(temporary), contextlib.redirect_stderr(said), _noting(lengths):
        try:
            video = VideoConfig(num_frames=NUM_FRAMES, height=SIZE[0], width=SIZE[1])
            preview(case.source, output, video=video, num_clips=8, register=lambda name: None)
            kind = "read"
        except UserError as error:
            kind = "refused"
            print(error, file=said)
        except Exception:
            return "fault", traceback.format_exc()
    seconds = time.monotonic() - started
    text = said.getvalue()
    faults = []
    if seconds > LONGEST_SECONDS:
        faults.append(f"took {seconds:.0f} s")
    left = [*temporary.iterdir(), *(output.parent.iterdir() if kind == "refused" else ())]
    if left:
        faults.append(f"left {', '.join(path.name for path in left)}")
    if kind == "refused" and not text.strip().splitlines()[-1].count(":"):
        faults.append("no advice")
    if kind == "read" and min(lengths) < NUM_FRAMES and not TOLD.search(text):
        faults.append(f"{lengths} frames, without a word")
    return ("fault", f"{'; '.join(faults)}\n{text}") if faults else (kind, text)


@contextlib.contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextlib.contextmanager
def _noting(lengths: list[int]) -> Iterator[None]:
    """Notes how many frames each clip has that is read."""
    module = sys.modules["tf_dyngen.tasks.preview"]
    read: Callable = sources.read_with_progress

    def read_and_note(*arguments):
        for clip in read(*arguments):
            lengths.append(len(clip.frames))
            yield clip

    module.read_with_progress = read_and_note  # type: ignore[attr-defined]
    try:
        yield
    finally:
        module.read_with_progress = read  # type: ignore[attr-defined]


def main(_) -> None:
    """Tries inputs; prints what became of each kind."""
    show_on_terminal()
    counts: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    num_faults = 0
    for seed in range(_SEED.value, _SEED.value + _CASES.value):
        with tempfile.TemporaryDirectory() as name:
            case = draw_case(np.random.default_rng(seed), Path(name))
            kind, said = look_at(case, Path(name))
        counts[case.what.split()[0]][kind] += 1
        if kind == "fault":
            num_faults += 1
            print(f"--seed={seed} --cases=1: {case.what}\n{said}", file=sys.stderr)
    kinds = ("read", "refused", "fault")
    rows = [[what, *(str(counts[what][kind]) for kind in kinds)] for what in sorted(counts)]
    measuring.print_table(["input", *kinds], rows)
    sys.exit(num_faults > 0)


if __name__ == "__main__":
    app.run(main)
