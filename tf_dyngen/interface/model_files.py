"""One file a model: a zip of model.json and the arrays of a trained run, each as an .npy.

Nothing in it is run, and no name in it is used as a path: what is read is listed by the settings,
and every array must have the shape, type and size that they ask for.
"""

import contextlib
import dataclasses
import io
import itertools
import json
import math
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import psutil

from tf_dyngen.config import ATTENTION, FRESH, LINEAR_BACKBONE, Config
from tf_dyngen.errors import UserError
from tf_dyngen.model.attention.parts import num_parts_of
from tf_dyngen.training.memory import FLOAT_BYTES
from tf_dyngen.training.restore import TrainedRun, build_run
from tf_dyngen.training.run_record import RunRecord
from tf_dyngen.video.sources import Source
from tf_dyngen.video.writers import replacing, write_errors

SUFFIX = ".dyngen"
FORMAT = 1
DESCRIPTION = "model.json"
# Bytes: of the description, and of what stands before the numbers of an array.
LONGEST_DESCRIPTION, LONGEST_HEADER = 2**26, 2**12
# The same file for the same model.
_TIME = (1980, 1, 1, 0, 0, 0)
_DAMAGE = (
    *(OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, RecursionError),
    *(zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError),
)


class StoredModel(NamedTuple):
    """What a file holds: a trained run, and what was logged while it was trained."""

    run: TrainedRun
    metrics: list[dict[str, Any]]


def save_model(path: Path, model: StoredModel) -> None:
    """Writes a model, whole or not at all; UserError if it cannot be written.

    The clips' files, whose places mean nothing elsewhere, are left out.
    """
    run, metrics = model
    record = dataclasses.replace(run.record, source=Source())
    description = {
        "format": FORMAT,
        **record.to_json(),
        "step": run.step,
        "metrics": metrics,
    }
    with (
        replacing(path) as temporary,
        write_errors(path),
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        _write(archive, DESCRIPTION, json.dumps(description).encode())
        for name, array in _arrays_of(run).items():
            content = io.BytesIO()
            np.save(content, array, allow_pickle=False)
            _write(archive, name, content.getbuffer())


def load_model(path: Path) -> StoredModel:
    """Reads a model; UserError if the file is none, is damaged, or does not fit into memory."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}", "check the path") from error
    with _reading(path), zipfile.ZipFile(path) as archive:
        values = json.loads(_read(archive, DESCRIPTION, LONGEST_DESCRIPTION))
        if values["format"] != FORMAT:
            raise UserError(
                f"{path} is of format {values['format']}, this software reads {FORMAT}",
                "install the version that wrote it, or save the model again",
            )
        record, step, metrics = RunRecord.from_json(values), values["step"], values["metrics"]
        if type(step) is not int or not all(isinstance(line, dict) for line in metrics):
            raise ValueError("no steps or no metrics")
        _check_size(record, archive)
        run = build_run(record)._replace(step=step)
        arrays = _arrays_of(run)
        if set(archive.namelist()) != {DESCRIPTION, *arrays}:
            raise ValueError(f"other arrays than its settings ask for, {size:,} bytes")
        for name, array in arrays.items():
            _read_into(archive, name, array)
        for variable, (name, _) in zip(run.generator.variables, arrays.items(), strict=False):
            variable.assign(arrays[name])
    return StoredModel(run, metrics)


def _arrays_of(run: TrainedRun) -> dict[str, np.ndarray]:
    """Returns all numbers of a run by their names in a file: weights first; the chains' own."""
    weights = {
        f"weights/{number:04d}.npy": np.array(variable.numpy())
        for number, variable in enumerate(run.generator.variables)
    }
    chains = {f"chains/{name}.npy": getattr(run.chains, name) for name in run.chains.ARRAYS}
    return {**weights, **(chains if run.chains.rows else {})}


def _check_size(record: RunRecord, archive: zipfile.ZipFile) -> None:
    """Refuses, before any of it is made, a model that is larger than its file or the memory."""
    lengths = [clip.num_frames for clip in record.clips]
    if not lengths or not all(type(length) is int and length > 0 for length in lengths):
        raise ValueError("no clips")
    stored = sum(info.file_size for info in archive.infolist())
    memory = psutil.virtual_memory().total
    if stored > memory:
        raise ValueError(f"{stored:,} bytes, this machine has {memory:,}")
    if _fewest_bytes(record.config, sum(lengths)) > stored:
        raise ValueError("fewer numbers than its settings ask for")


def _fewest_bytes(config: Config, num_frames: int) -> int:
    """Returns a bound from below on the bytes of a model of so many learned frames."""
    model, video = config.model, config.video
    pixels = video.height * video.width * video.channels
    kept = 0 if config.inference.chains == FRESH else num_frames
    if model.parameterisation == ATTENTION:
        noise = num_parts_of(config.attention) * num_frames
        return num_frames * pixels + FLOAT_BYTES * kept * noise
    state, noise, appearance = model.state_size, model.noise_size, model.appearance_size
    numbers = kept * noise
    if model.transition_hidden:
        widths = [noise + state, *model.transition_hidden, state]
        numbers += sum(math.prod(pair) for pair in itertools.pairwise(widths))
    if model.parameterisation == LINEAR_BACKBONE:
        rank = model.bilinear_rank if appearance else 0
        numbers += state * (state + noise) + (state + appearance + rank) * pixels
        numbers += state * appearance * rank
    return FLOAT_BYTES * numbers


def _write(archive: zipfile.ZipFile, name: str, content) -> None:
    info = zipfile.ZipInfo(name, _TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)


def _read(archive: zipfile.ZipFile, name: str, most_bytes: int) -> bytes:
    """Returns what a file of the archive holds, as far as it is no larger than it may be."""
    info = archive.getinfo(name)
    if info.file_size > most_bytes:
        raise ValueError(f"{name} has {info.file_size:,} bytes, {most_bytes:,} at most are wanted")
    return archive.read(info)


def _read_into(archive: zipfile.ZipFile, name: str, array: np.ndarray) -> None:
    content = _read(archive, name, array.nbytes + LONGEST_HEADER)
    found = np.load(io.BytesIO(content), allow_pickle=False)
    if found.shape != array.shape or found.dtype != array.dtype:
        raise ValueError(f"{name} is {found.dtype} {list(found.shape)}")
    if found.dtype.kind == "f" and not math.isfinite(np.abs(found).max(initial=0.0)):
        raise ValueError(f"{name} holds numbers that are not finite")
    array[...] = found


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Raises UserError where a file that is read in the block is not as it was written."""
    try:
        yield
    except UserError:
        raise
    except _DAMAGE as error:
        reason = " ".join(str(error).split())[:160]
        raise UserError(f"{path} is no whole model file ({reason})", "save it again") from error
