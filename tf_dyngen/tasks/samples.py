"""Pictures of a run while it trains: the clip, its reconstruction and a synthesis."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from tf_dyngen.inference.chains import Chains
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.reports import ADVICE, TENSORBOARD_FOLDER
from tf_dyngen.training.write_errors import write_errors
from tf_dyngen.video.clips import Clip, blacken
from tf_dyngen.video.display import contact_sheet
from tf_dyngen.video.wall import mark_hidden
from tf_dyngen.video.writers import write_picture, write_video

FOLDER = "samples"
LONGEST_SAMPLE = 240


class SamplesAction:
    """Refreshes samples/ and TensorBoard's pictures every so many steps and at the end.

    Args:
      workdir: of the run.
      clip: what is shown, from its first frame on.
      synthesizer: makes frames with the current weights.
      chains: hold the clip's latents; without any there is no reconstruction.
      every: steps.
      seed: of the synthesis.
    """

    def __init__(
        self,
        workdir: Path,
        *,
        clip: Clip,
        synthesizer: Synthesizer,
        chains: Chains | None,
        every: int,
        seed: int,
    ):
        self._workdir = workdir
        self._clip = clip
        self._synthesizer = synthesizer
        self._chains = chains
        self._every = every
        self._seed = seed
        self._events = workdir / TENSORBOARD_FOLDER
        self._writer: tf.summary.SummaryWriter | None = None

    def after_step(self, metrics) -> None:
        """Refreshes at multiples of `every`."""
        if metrics.step % self._every == 0:
            self._refresh(metrics.step)

    def at_end(self, metrics) -> None:
        """Refreshes after the last step, unless that was just done."""
        if metrics is None:
            if not (self._workdir / FOLDER).exists():
                self._refresh(0)
        elif metrics.step % self._every != 0:
            self._refresh(metrics.step)
        self.close()

    def close(self) -> None:
        """Closes the file of TensorBoard's pictures."""
        if self._writer is not None:
            with write_errors(self._events, ADVICE):
                self._writer.close()

    def _refresh(self, step: int) -> None:
        num_frames = len(self._clip.frames)
        videos = {"observed": mark_hidden(blacken(self._clip).frames, self._clip.visible)}
        if self._chains is not None:
            latents = self._chains.of_clip(self._clip.clip_id)
            seen = self._synthesizer.render(latents, num_frames)
            videos["reconstruction"] = np.concatenate(list(seen))
        new = self._synthesizer.synthesize(num_frames=num_frames, seed=self._seed)
        videos["synthesis"] = np.concatenate(list(new))
        folder = self._workdir / FOLDER
        for name, frames in videos.items():
            write_video(folder / f"{name}.mp4", frames, self._clip.frame_rate)
        sheet = contact_sheet({self._caption(name): frames for name, frames in videos.items()})
        write_picture(folder / "contact_sheet.png", sheet)
        with write_errors(self._events, ADVICE):
            writer = self._writer or tf.summary.create_file_writer(str(self._events))
            self._writer = writer
            with writer.as_default():
                tf.summary.image("contact_sheet", sheet[None], step=step)
            writer.flush()

    def _caption(self, name: str) -> str:
        is_copy = name == "reconstruction" and self._synthesizer.copies_clips
        return "from memory" if is_copy else name
