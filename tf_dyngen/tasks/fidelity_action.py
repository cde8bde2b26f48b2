"""Fidelity of syntheses while a run trains, at a low rate."""

from pathlib import Path

import numpy as np

from tf_dyngen.evaluation.metrics import Reality
from tf_dyngen.inference.chains import Chains
from tf_dyngen.tasks.real_frames import RealFrames
from tf_dyngen.tasks.synthesize import Synthesizer
from tf_dyngen.training.reports import ScalarLog

FIDELITY_FILE = "fidelity.jsonl"
GROUP = "fidelity/"
# Windows of a synthesis; the first is left out.
NUM_WINDOWS = 4


class FidelityAction:
    """Judges a synthesis every so many steps: fidelity.jsonl and TensorBoard.

    Args:
      workdir: of the run.
      real: frames to judge by.
      clip_id: of their clip, whose appearance the syntheses have.
      synthesizer: makes frames with the current weights.
      chains: hold the clip's latents; None where none are kept.
      first_step: where this session starts.
      every: steps.
      seed: of the synthesis, the same each time, so that steps can be compared.
    """

    def __init__(
        self,
        workdir: Path,
        *,
        real: RealFrames,
        clip_id: str,
        synthesizer: Synthesizer,
        chains: Chains | None,
        first_step: int,
        every: int,
        seed: int,
    ):
        held_out = None if real.held_out is None else real.held_out / np.float32(255.0)
        self._reality = Reality(real.training / np.float32(255.0), held_out)
        self._clip_id = clip_id
        self._synthesizer = synthesizer
        self._chains = chains
        self._every = every
        self._seed = seed
        self._log = ScalarLog(workdir, FIDELITY_FILE, first_step=first_step, group=GROUP)

    def after_step(self, metrics) -> None:
        """Judges at multiples of `every`."""
        if metrics.step % self._every == 0:
            self._judge(metrics.step)

    def at_end(self, metrics) -> None:
        """Judges behind the last step, unless that was just done."""
        if metrics is not None and metrics.step != self._log.last_step:
            self._judge(metrics.step)
        self._log.close()

    def _judge(self, step: int) -> None:
        appearance = None
        if self._chains is not None:
            appearance = self._chains.of_clip(self._clip_id).appearance[0]
        pieces = self._synthesizer.synthesize(
            num_frames=NUM_WINDOWS * self._reality.window, seed=self._seed, appearance=appearance
        )
        frames = np.concatenate(list(pieces)) / np.float32(255.0)
        self._log.write(step, self._reality.judge(frames)._asdict())
