"""How good new video is, beside real frames in memory."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.evaluation.figures import FIGURES
from tf_dyngen.evaluation.judging import Judge, Row, judge_continuation
from tf_dyngen.evaluation.metrics import WINDOW
from tf_dyngen.evaluation.verdicts import describe
from tf_dyngen.interface.given_clips import check_frames


class Scores(Mapping[str, float]):
    """Figures of new video by name, such as scores["look"]; docs/quality.md defines them.

    Attributes:
      verdict: what can be told of the video beside reality, in a sentence.
      errors: name -> standard error over several videos; not a number for a single one.
      real: name -> what real frames score, empty where there are too few that were not learned.
      meanings: name -> what the figure is, and what reality scores.
    """

    def __init__(self, row: Row, real: Row | None):
        self._figures = row.figures
        known = None if real is None else real.figures
        self.verdict = describe(row.figures, known)
        self.errors = {name: estimate.standard_error for name, estimate in row.figures.items()}
        self.real = {name: estimate.mean for name, estimate in (known or {}).items()}
        self.meanings = {
            name: f"{FIGURES[name].meaning} Reality: {FIGURES[name].wanted}." for name in self
        }

    def __getitem__(self, name: str) -> float:
        return self._figures[name].mean

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)

    def __repr__(self) -> str:
        lines = [self.verdict, f"{'':12} {'video':>8} {'real':>8}"]
        for name, value in self.items():
            real = f"{self.real[name]:8.2f}" if name in self.real else ""
            lines.append(f"{name:12} {value:8.2f} {real}".rstrip())
        return "\n".join(lines)


def evaluate(video: Any, *, learned: Any, held_out: Any = None) -> Scores:
    """Judges new video beside the real frames of a clip.

    Videos are judged in windows of 60 frames, or of as many as were learned if those are fewer; the
    first window is left out where there are more.

    Args:
      video: uint8 [T, H, W, C] of a window or more; or several such videos, in a list.
      learned: the frames that were learned, uint8 [T', H, W, C].
      held_out: more frames of the same, not learned, uint8 [T'', H, W, C]. Without any, videos are
        judged beside the learned frames alone, which a copy of them does best at.
    Returns: the figures, and a verdict.
    Raises: UserError, a ValueError, if frames are of another form, differ in size, or are too few.
    """
    videos = list(video) if isinstance(video, list | tuple) else [video]
    if not videos:
        raise UserError("there is no video", "give one, or several in a list")
    check_frames(learned, "learned")
    learned = np.asarray(learned)
    if held_out is not None:
        check_frames(held_out, "held_out", fewest=1)
        _check_size(held_out, learned, "held_out")
        held_out = np.asarray(held_out)
    for number, each in enumerate(videos):
        name = "the video" if len(videos) == 1 else f"video {number}"
        check_frames(each, name)
        _check_size(each, learned, name)
    window, fewest = min(WINDOW, len(learned)), min(map(len, videos))
    if fewest < window:
        raise UserError(f"the video has {fewest} frames", f"give {window} or more")
    row = Judge(learned, held_out).row([[np.asarray(each)] for each in videos])
    return Scores(row, judge_continuation(learned, held_out))


def _check_size(frames: Any, learned: np.ndarray, name: str) -> None:
    found, wanted = np.shape(frames)[1:], learned.shape[1:]
    if found != wanted:
        raise UserError(
            f"frames of {name} are {list(found)}, learned ones {list(wanted)}",
            "bring both to one size, as by tf_dyngen.read_clip(path, size=...)",
        )
