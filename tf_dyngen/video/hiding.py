"""Masks made on the spot: squares, whole frames or blocks hidden at random, from a short text."""

import abc
import dataclasses
import zlib

import numpy as np

from tf_dyngen.errors import UserError
from tf_dyngen.video.masks import require_partial

_FORMS = (
    "square:SIDE, frames:SHARE or blocks:SIDE:SHARE, as in square:60, frames:0.5, blocks:16:0.6"
)
_MIN_VISIBLE_FRAMES = 2


class Hiding(abc.ABC):
    """A way to hide pixels; as a text, what `parse_hiding` reads."""

    def visible(self, num_frames: int, size: tuple[int, int], seed: int) -> np.ndarray:
        """Draw a mask.

        Args:
          num_frames: T.
          size: (H, W) in pixels.
          seed: 0 or more; the same seed and way of hiding give the same mask on every platform.
        Returns: [T, H, W, 1] bool, False where a pixel is hidden.
        Raises: UserError when the picture or the clip is too small for it, or when by chance it
          hides nothing or everything.
        """
        random = np.random.default_rng([seed, zlib.crc32(str(self).encode())])
        visible = ~self._draw_hidden(random, num_frames, size)[..., None]
        require_partial(visible, f"the mask {self}")
        return visible

    @abc.abstractmethod
    def _draw_hidden(
        self, random: np.random.Generator, num_frames: int, size: tuple[int, int]
    ) -> np.ndarray:
        """Returns [T, H, W] bool."""

    def _require_inside(self, side: int, size: tuple[int, int]) -> None:
        if side > min(size):
            raise UserError(
                f"{self} hides {side}x{side} pixels, the picture is {size[0]}x{size[1]}"
                " (height x width)",
                f"choose {min(size)} or less",
            )


@dataclasses.dataclass(frozen=True)
class Square(Hiding):
    """A square of side x side pixels in each frame, anywhere inside it with the same probability.

    The paper's "region type" of missing pixels.
    """

    side: int

    def __str__(self) -> str:
        return f"square:{self.side}"

    def _draw_hidden(self, random, num_frames, size):
        self._require_inside(self.side, size)
        lines = []
        for length in size:
            first = random.integers(length - self.side, size=(num_frames, 1), endpoint=True)
            offset = np.arange(length) - first
            lines.append((offset >= 0) & (offset < self.side))
        return lines[0][:, :, None] & lines[1][:, None, :]


@dataclasses.dataclass(frozen=True)
class Frames(Hiding):
    """A share of the frames, wholly, but at least one; at least two stay visible.

    The paper's "missing frame type".
    """

    share: float

    def __str__(self) -> str:
        return f"frames:{self.share}"

    def _draw_hidden(self, random, num_frames, size):
        most = num_frames - _MIN_VISIBLE_FRAMES
        if most < 1:
            raise UserError(
                f"{self} hides one frame or more, the clip has {num_frames}",
                f"give a clip of {_MIN_VISIBLE_FRAMES + 1} frames or more",
            )
        num_hidden = min(max(round(self.share * num_frames), 1), most)
        hidden = np.zeros((num_frames, *size), bool)
        hidden[random.permutation(num_frames)[:num_hidden]] = True
        return hidden


@dataclasses.dataclass(frozen=True)
class Blocks(Hiding):
    """Blocks of side x side pixels, each hidden with probability `share` in each frame.

    Those at the right and at the bottom may be cut off.
    """

    side: int
    share: float

    def __str__(self) -> str:
        return f"blocks:{self.side}:{self.share}"

    def _draw_hidden(self, random, num_frames, size):
        self._require_inside(self.side, size)
        num_blocks = [-(-length // self.side) for length in size]
        hidden = random.random((num_frames, *num_blocks)) < self.share
        hidden = hidden.repeat(self.side, axis=1).repeat(self.side, axis=2)
        return hidden[:, : size[0], : size[1]]


def parse_hiding(text: str) -> Hiding:
    """Read what is to be hidden: `square:SIDE`, `frames:SHARE` or `blocks:SIDE:SHARE`.

    SIDE is in pixels, SHARE between 0 and 1, both excluded.

    Raises: UserError for any other text, and for numbers out of these bounds.
    """
    try:
        match text.strip().split(":"):
            case ["square", side]:
                return Square(_side(text, side))
            case ["frames", share]:
                return Frames(_share(text, share))
            case ["blocks", side, share]:
                return Blocks(_side(text, side), _share(text, share))
    except UserError:
        raise
    except ValueError:
        pass
    raise UserError(f"{text!r} is no way to hide pixels", f"give {_FORMS}")


def _side(text: str, number: str) -> int:
    side = int(number)
    if side < 1:
        raise UserError(f"{text!r} asks for {side} pixels", f"give 1 or more: {_FORMS}")
    return side


def _share(text: str, number: str) -> float:
    share = float(number)
    if not 0 < share < 1:
        raise UserError(
            f"{text!r} asks for a share of {share:g}, a share between 0 and 1 is wanted",
            f"give {_FORMS}",
        )
    return share
