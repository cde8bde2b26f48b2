"""Many clips, each learned on its own, one after the other, and new video made of each."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tf_dyngen.config import VideoConfig
from tf_dyngen.errors import UserError
from tf_dyngen.messages import say
from tf_dyngen.tasks.batch_record import BatchRecord, Entry
from tf_dyngen.tasks.session import Session
from tf_dyngen.tasks.synthesize_files import synthesize_files
from tf_dyngen.tasks.train import train
from tf_dyngen.training import run_lock
from tf_dyngen.training.graph_memory import released_graphs
from tf_dyngen.training.interruption import StopRequest
from tf_dyngen.training.run_record import CONFIG_FILE
from tf_dyngen.video.sources import Source, open_collection, signature

RUN, VIDEO = "run", "new.mp4"


class Learning(NamedTuple):
    """How each clip is learned: see `train`; `minutes` at most, if that is not None."""

    preset: str | None
    changes: Mapping[str, Any]
    minutes: float | None
    register: Callable[[str], None]

    def named(self) -> dict[str, Any]:
        """Returns the settings that are named."""
        named = {"preset": self.preset, "minutes": self.minutes, **self.changes}
        return {key: value for key, value in named.items() if value is not None}


class Made(NamedTuple):
    """What was made of a clip: the folder of its run and its videos, or why there is none.

    asked: how the videos were asked for, the keywords of `synthesize_files`.
    error: begins with the name of the clip's file.
    """

    clip: Path
    run: Path | None = None
    videos: tuple[Path, ...] = ()
    asked: Mapping[str, Any] | None = None
    error: UserError | None = None


def make_batch(
    clips: Sequence[Path],
    output: Path,
    *,
    learning: Learning,
    video: Mapping[str, Any],
    show: Callable[[list[Made]], None],
    stopping: StopRequest,
) -> list[Made]:
    """Learns clips and makes new video of each; what is there from before is passed over.

    Args:
      clips: one or more paths, each of one clip.
      output: folder to write; `output`/NAME/run is a clip's work directory, `output`/NAME/new.mp4
        its new video.
      learning: how they are learned.
      video: the keywords of `synthesize_files`, plain values.
      show: called after every clip with what has been made in this folder: of the clips so far, in
        their order, then of others that earlier batches made there.
      stopping: a signal while a clip is learned ends the batch; what was learned of it is kept.
    Returns: what was made of the clips; of fewer than there are if a signal came.
    Raises: UserError where nothing can be written, or another process writes there.
    """
    with run_lock.hold(output, say, flag="--output"):
        record = BatchRecord(output)
        names = record.name(clips)
        others = [
            _made(output / name, entry)
            for name, entry in record.entries.items()
            if name not in names and entry.video is not None
        ]
        made: list[Made] = []
        for number, (name, clip) in enumerate(zip(names, clips, strict=True), 1):
            say(f"clip {number} of {len(clips)}: {clip.name}")
            with released_graphs():
                result = _make(clip, output / name, record, learning, video, stopping)
            if stopping():
                break
            made.append(result)
            show(made + others)
    return made


def _make(
    clip: Path,
    folder: Path,
    record: BatchRecord,
    learning: Learning,
    video: Mapping[str, Any],
    stopping: StopRequest,
) -> Made:
    """Makes what is not there yet of a clip, or says why that cannot be."""
    try:
        source = Source((str(clip),))
        entry = _learn(source, folder, record, learning, stopping)
        if stopping():
            return Made(clip)
        if entry.is_made(folder, video):
            say(f"{clip.name} is done, passed over")
        else:
            files = synthesize_files(folder / RUN, folder / VIDEO, **video)
            names = tuple(file.name for file in files)
            entry = record.update(folder.name, video=dict(video), files=names)
    except UserError as error:
        error = _of_a_batch(error, clip)
        say(f"left out: {error}")
        return Made(clip, error=error)
    return _made(folder, entry)


def _learn(
    source: Source, folder: Path, record: BatchRecord, learning: Learning, stopping: StopRequest
) -> Entry:
    """Returns a clip's entry once it is learned, or `stopping` was asked to stop."""
    collection = open_collection(source, VideoConfig())
    state = signature(collection, VideoConfig(), np.arange(len(collection)))
    entry, named = record.entries[folder.name], learning.named()
    has_run = (folder / RUN / CONFIG_FILE).is_file()
    if has_run and entry.is_learned(state, named):
        return entry
    # The name is the clip's own from here on.
    record.update(folder.name)
    train(
        folder / RUN,
        preset=learning.preset,
        changes=learning.changes,
        source=source,
        embedded=source,
        register=learning.register,
        session=Session(
            max_seconds=60.0 * learning.minutes if learning.minutes else float("inf"),
            stopping=stopping,
        ),
    )
    if stopping():
        return entry
    return record.update(folder.name, state=state, learning=named, video=None, files=())


def _of_a_batch(error: UserError, clip: Path) -> UserError:
    """Returns an error in the words of a batch: of file names, and with the flag that it has."""
    problem = error.problem.replace(str(clip), clip.name)
    if not problem.startswith(clip.name):
        problem = f"{clip.name}: {problem}"
    advice = error.advice.replace("another --workdir", "another --output")
    return UserError(problem, advice.replace(str(clip), clip.name))


def _made(folder: Path, entry: Entry) -> Made:
    videos = tuple(folder / name for name in entry.files)
    return Made(Path(entry.clip), folder / RUN, videos, entry.video)
