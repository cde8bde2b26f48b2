"""Decoded frames made into pictures: upright, with square pixels, whole, in usual colours."""

import contextlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter
import numpy as np
from PIL import Image

from tf_dyngen.video.hdr import HLG, PQ, to_usual_range

# Unbiased (the fast default darkens by a level) and the same on every processor.
_SCALING = "flags=bicubic+accurate_rnd+full_chroma_int+bitexact"
_UNKNOWN_COLOURS = 2
_TRANSFERS = {16: PQ, 18: HLG}
# Pictures that are as high are in the colours of high definition where nothing is said.
_HD_HEIGHT, _HD_WIDTH = 720, 1280
_TURNS = {
    (0, -1, 1, 0): Image.Transpose.ROTATE_90,
    (-1, 0, 0, -1): Image.Transpose.ROTATE_180,
    (0, 1, -1, 0): Image.Transpose.ROTATE_270,
    (-1, 0, 0, 1): Image.Transpose.FLIP_LEFT_RIGHT,
    (1, 0, 0, -1): Image.Transpose.FLIP_TOP_BOTTOM,
    (0, 1, 1, 0): Image.Transpose.TRANSPOSE,
    (0, -1, -1, 0): Image.Transpose.TRANSVERSE,
}


class Development:
    """Takes frames one by one and gives as many pictures, some of them a little later.

    Args:
      aspect: width of a pixel by its height.
      path: of the clip, for notes.
      note: takes a line that tells what is done to the pictures.
    """

    def __init__(self, aspect: Fraction, path: Path, note: Callable[[str], None]):
        self._aspect = aspect
        self._path = path
        self._note = note
        self._graph: Any = None
        self._key: tuple = ()
        self._interlaced = False
        self._transfer: str | None = None
        self._turn: Image.Transpose | None = None

    def add(self, frame: Any) -> Iterator[Image.Image]:
        """Yields the pictures that are ready once this frame is there."""
        if frame.interlaced_frame and not self._interlaced:
            self._interlaced = True
            self._note(f"{self._path.name} is interlaced: its frames are de-interlaced")
        key = (frame.width, frame.height, frame.format.name, self._interlaced)
        if key != self._key:
            yield from self.end()
            self._key = key
            self._graph = self._build(frame)
        self._graph.push(frame)
        yield from self._pull()

    def end(self) -> Iterator[Image.Image]:
        """Yields the pictures that are left."""
        if self._graph is not None:
            self._graph.push(None)
            yield from self._pull()
        self._graph, self._key = None, ()

    def _build(self, frame: Any) -> Any:
        self._transfer = _TRANSFERS.get(int(frame.color_trc or 0))
        self._turn = _turn_of(frame)
        width, height = frame.width, frame.height
        shape = f"w={width}:h={height}"
        if self._aspect != 1:
            wide = self._aspect > 1
            width = max(1, round(width * self._aspect)) if wide else width
            height = height if wide else max(1, round(height / self._aspect))
            shape = f"w={width}:h={height}"
            self._note(
                f"{self._path.name} has pixels that are not square"
                f" ({self._aspect.numerator}:{self._aspect.denominator}): it is read at"
                f" {height}x{width} instead of {frame.height}x{frame.width} (height x width)"
            )
        colours = ""
        is_hd = frame.height >= _HD_HEIGHT or frame.width >= _HD_WIDTH
        if int(frame.colorspace or 0) == _UNKNOWN_COLOURS and is_hd:
            colours = ":in_color_matrix=bt709"
        if self._transfer:
            self._note(f"{self._path.name} is HDR ({self._transfer}): brought to the usual range")
        graph = av.filter.Graph()
        nodes = [
            graph.add_buffer(
                width=frame.width,
                height=frame.height,
                format=frame.format,
                time_base=frame.time_base or Fraction(1, 25),
            )
        ]
        if self._interlaced:
            nodes.append(graph.add("bwdif", "mode=send_frame:deint=interlaced"))
        nodes.append(graph.add("scale", f"{shape}:{_SCALING}{colours}"))
        nodes.append(graph.add("format", "rgb48le" if self._transfer else "rgba"))
        nodes.append(graph.add("buffersink"))
        graph.link_nodes(*nodes).configure()
        return graph

    def _pull(self) -> Iterator[Image.Image]:
        with contextlib.suppress(av.error.BlockingIOError, av.error.EOFError):
            while True:
                pixels = self._graph.pull().to_ndarray()
                if self._transfer:
                    pixels = to_usual_range(pixels, self._transfer)
                picture = Image.fromarray(pixels)
                yield picture if self._turn is None else picture.transpose(self._turn)


def _turn_of(frame: Any) -> Image.Transpose | None:
    """Returns what makes a frame upright, as the file's display matrix says."""
    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return None
    matrix = np.frombuffer(bytes(data), "<i4").astype(np.int64)
    a, b, _, c, d = matrix[:5]
    return _TURNS.get((_sign(a), _sign(b), _sign(c), _sign(d)))


def _sign(value: np.int64) -> int:
    return int(np.sign(value))
