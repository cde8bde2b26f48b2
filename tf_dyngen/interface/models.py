"""Models of video: fitted to arrays, then asked for new video."""

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import keras
import tensorflow as tf

from tf_dyngen import config as configs
from tf_dyngen import presets
from tf_dyngen.config import Config
from tf_dyngen.errors import UserError
from tf_dyngen.interface.callbacks import Followers
from tf_dyngen.interface.checking import check_backend, check_session
from tf_dyngen.interface.given_clips import (
    Clips,
    GivenClip,
    frame_rate_of,
    opposite,
    same_shape,
    take_clips,
    written,
)
from tf_dyngen.interface.model_files import load_model
from tf_dyngen.interface.recovering import Recovered, recover_learned
from tf_dyngen.interface.trained_model import TrainedModel
from tf_dyngen.interface.wording import words_of_python
from tf_dyngen.messages import say
from tf_dyngen.tasks.session import Session
from tf_dyngen.tasks.train import train
from tf_dyngen.training.devices import AUTO
from tf_dyngen.training.reports import read_metrics
from tf_dyngen.training.restore import TrainedRun, load_run
from tf_dyngen.video.sources import Source

PREFIX = "tf_dyngen-"


class DynamicTexture(TrainedModel):
    """A model of moving textures: learns clips, and makes new, endless video like them.

    Args:
      preset: name of the settings to start from, see `tf_dyngen.preset`, or a Config.
      seed: names all random numbers of training; that of the preset if None.
      settings: what is to differ, "section.key" -> value, as {"learning.steps": 20}. The size and
        number of frames are those of the clips that are learned unless "video.height",
        "video.width", "video.channels" or "video.num_frames" is named here.
    Raises: UserError, a ValueError, for unknown presets and settings, and values out of bounds.
    """

    PRESET: ClassVar[str] = "texture"

    @words_of_python()
    def __init__(
        self,
        preset: str | Config | None = None,
        *,
        seed: int | None = None,
        settings: Mapping[str, Any] | None = None,
    ):
        super().__init__()
        named = preset if isinstance(preset, Config) else presets.load(preset or self.PRESET)
        self._settings = {**(settings or {}), **({} if seed is None else {"seed": seed})}
        self._config = configs.override(named, self._settings)
        self._remove_workdir: weakref.finalize | None = None

    @property
    def config(self) -> Config:
        """All settings; once it is fitted, with those that the clips have chosen."""
        return self._config if self._run is None else self._run.record.config

    def __repr__(self) -> str:
        name = f"{type(self).__name__}({self.config.preset!r}"
        if self._run is None:
            return f"{name}, not fitted)"
        video = self.config.video
        names = ", ".join(self.clip_names[:3]) + ", ..." * (len(self.clip_names) > 3)
        return f"{name}, {names}, {video.height}x{video.width}, {self.num_steps} steps)"

    @words_of_python()
    def fit(
        self,
        clips: Clips,
        *,
        minutes: float | None = None,
        steps: int | None = None,
        workdir: str | os.PathLike[str] | None = None,
        callbacks: Iterable[keras.callbacks.Callback] = (),
        mask: Any = None,
        strategy: str | tf.distribute.Strategy = AUTO,
    ) -> keras.callbacks.History:
        """Learns clips, from the start unless `workdir` holds a run, which then goes on.

        Nothing is printed: lines go to the logger `tf_dyngen`, figures to the callbacks. It may be
        called in any thread.

        Args:
          clips: uint8 [T, H, W, C], C 3 or 1; several such clips in a list; a mapping from names
            to clips; or a `tf.data.Dataset` of frames [H, W, C] of one clip, or of clips.
          minutes: stop after so many minutes of training.
          steps: train up to this step; those of the preset if None.
          workdir: folder of checkpoints, logs and samples, as `dyngen train` writes it. If None,
            one is made among temporary files and removed with the model.
          callbacks: of Keras; an epoch sees all of the clips once, logs are figures such as psnr,
            and `callback.model.stop_training = True` stops.
          mask: not zero where a pixel is hidden; [T, H, W], or [H, W] for all frames alike; of
            several clips a list or mapping.
          strategy: a `tf.distribute.Strategy`, or "auto", "one_device" or "mirrored".
        Returns: History: `history` maps figures to their values, one an epoch.
        Raises: UserError, a ValueError, for clips of another form, settings that do not go with
          them, a run of others in `workdir`, or training that diverges.
        """
        check_backend()
        check_session(minutes, strategy)
        given = take_clips(clips, mask)
        changes = {**self._video_settings(given), **self._settings}
        if steps is not None:
            changes["learning.steps"] = steps
        kept = None if workdir is None else Path(workdir)
        folder, remove = self._temporary_workdir() if kept is None else (kept, None)
        followers = Followers(callbacks)
        session = Session(
            strategy=strategy,
            max_seconds=float("inf") if minutes is None else 60.0 * minutes,
            stopping=followers.stopping(),
            followers=followers.follow,
            is_kept=kept is not None,
        )
        try:
            with written(folder, given, frame_rate_of(clips)) as source:
                self._train(folder, source, changes, session)
            run = load_run(folder, say)
        except BaseException:
            if remove is not None:
                remove()
            raise
        self._adopt(run, read_metrics(folder), folder, remove)
        return followers.history

    @words_of_python()
    def recover(
        self,
        clips: Clips = None,
        visible: Any = None,
        *,
        name: str | None = None,
        num_samples: int = 60,
        burn_in: int = 20,
    ) -> Recovered:
        """Infers what was hidden of a clip that was learned; learns it first if nothing was.

        Args:
          clips: the clips, as for `fit`. They may be left out while the model has them, which it
            has after `fit`, and not after `load`.
          visible: not zero where a pixel is visible, the opposite of the `mask` of `fit`; [T, H, W]
            or, for all frames alike, [H, W].
          name: of the clip, where several were learned; the first with a mask if None.
          num_samples, burn_in: of the posterior, and how many are passed over before.
        Returns: Recovered.
        Raises: UserError, a ValueError, if nothing was hidden, or other clips were learned.
        """
        if (clips is None) != (visible is None):
            raise UserError("clips without visible", "give both, or neither")
        hidden = None if visible is None else opposite(visible)
        given = None if clips is None else take_clips(clips, hidden)
        if self._run is None and given is not None:
            self.fit(clips, mask=hidden)
        return recover_learned(
            self._fitted(),
            self._workdir,
            given,
            name=name,
            num_samples=num_samples,
            burn_in=burn_in,
        )

    def _train(
        self, workdir: Path, source: Source, changes: Mapping[str, Any], session: Session
    ) -> None:
        train(
            workdir,
            preset=self._config,
            changes=changes,
            source=source,
            embedded=source,
            register=_no_data_set,
            session=session,
        )

    def _video_settings(self, given: Sequence[GivenClip]) -> dict[str, Any]:
        """Returns the settings that clips ask for: their size, and all of their frames."""
        longest = max(len(clip.frames) for clip in given)
        found = {"video.num_frames": longest, "video.channels": given[0].frames.shape[-1]}
        if not {"video.height", "video.width"} <= self._settings.keys():
            height, width, _ = same_shape(given)
            found |= {"video.height": height, "video.width": width}
        return found

    def _temporary_workdir(self) -> tuple[Path, weakref.finalize]:
        """Returns a new folder, and what removes it, at the latest when the model goes."""
        folder = tempfile.mkdtemp(prefix=PREFIX)
        return Path(folder), weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    def _adopt(
        self,
        run: TrainedRun,
        metrics: list[dict[str, Any]],
        workdir: Path,
        remove: weakref.finalize | None,
    ) -> None:
        """Takes over a run and its work directory, and lets go of those before."""
        self._set_run(run, metrics, workdir)
        if self._remove_workdir is not None:
            self._remove_workdir()
        self._remove_workdir = remove


class Actions(DynamicTexture):
    """A model of clips that differ in looks: what moves as one may look like another.

    Give `fit` a mapping from names to clips, and `synthesize` their names as appearance and motion.
    Its arguments are those of `DynamicTexture`.
    """

    PRESET = "action"


class Recovery(DynamicTexture):
    """A model of a clip of which something is hidden: `fit(clip, mask=hidden)`, then `recover()`.

    Its arguments are those of `DynamicTexture`; the presets "recovery" and "inpainting" are for it.
    """

    PRESET = "recovery"


@words_of_python()
def load(path: str | os.PathLike[str]) -> DynamicTexture:
    """Reads a model that `save` wrote, or that of a work directory, such as of `dyngen train`.

    Returns: DynamicTexture, or Actions or Recovery where its preset is one of theirs.
    Raises: UserError, a ValueError, if there is no model, or it is damaged.
    """
    check_backend()
    path = Path(path)
    is_run = path.is_dir()
    run, metrics = (load_run(path, say), read_metrics(path)) if is_run else load_model(path)
    config = run.record.config
    kinds: dict[str, type[DynamicTexture]] = {"action": Actions, "recover": Recovery}
    kinds["inpaint"] = Recovery
    kind = next((k for start, k in kinds.items() if config.preset.startswith(start)), None)
    model = (kind or DynamicTexture)(config)
    model._adopt(run, metrics, *((path, None) if is_run else model._temporary_workdir()))
    return model


def _no_data_set(name: str) -> None:
    """Arrays are of no data set."""
