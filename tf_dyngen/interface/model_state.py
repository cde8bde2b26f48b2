"""What a model holds once it has learned clips."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.interface.videos import Video
from tf_dyngen.model.generator import AnyGenerator
from tf_dyngen.tasks.clip_catalogue import ClipCatalogue
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.restore import TrainedRun


class ModelState:
    """A model and, once it has learned clips, its run."""

    def __init__(self):
        self._run: TrainedRun | None = None
        self._synthesizer: Synthesizer | None = None
        self._metrics: list[dict[str, Any]] = []
        self._workdir = Path()

    @property
    def is_fitted(self) -> bool:
        """Whether it has learned clips."""
        return self._run is not None

    @property
    def clip_names(self) -> list[str]:
        """The names of the clips that were learned."""
        return [clip.name for clip in self._fitted().record.clips]

    @property
    def frame_rate(self) -> float:
        """Frames a second of new video: those of the first clip."""
        return self._fitted().record.clips[0].frame_rate

    @property
    def num_steps(self) -> int:
        """How many steps of training it has had."""
        return self._fitted().step

    @property
    def generator(self) -> AnyGenerator:
        """The network, a `keras.Model`; its part `transition` is another."""
        return self._fitted().generator

    def _set_run(self, run: TrainedRun, metrics: list[dict[str, Any]], workdir: Path) -> None:
        """Takes over a run that has been trained, or read."""
        self._run, self._metrics, self._workdir = run, metrics, workdir
        self._synthesizer = Synthesizer(run.generator)

    def _fitted(self) -> TrainedRun:
        if self._run is None:
            raise UserError("the model has learned no clip", "call fit(clip) first")
        return self._run

    def _player(self) -> Synthesizer:
        """Returns what makes frames; one for all calls, since it is traced at the first."""
        self._fitted()
        assert self._synthesizer is not None
        return self._synthesizer

    def _catalogue(self) -> ClipCatalogue:
        return ClipCatalogue(self._workdir, self._fitted().record)

    def _video(self, pieces: Iterator[np.ndarray]) -> Video:
        return Video(np.concatenate(list(pieces)), self.frame_rate)
