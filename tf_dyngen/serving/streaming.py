"""Video without end from a served generator: piece by piece, the next fetched while one is used."""

import itertools
import queue
import threading
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image

from tf_dyngen.errors import UserError
from tf_dyngen.serving.connection import Connection
from tf_dyngen.video.resizing import resize_picture

PRIOR = -1
# A picture is sent as it is up to this size: more than any generator's frame shows.
LONGEST_SIDE = 512
# How long a request to stop may go unnoticed.
_SECONDS_OF_POLLING = 0.05


def stream_frames(
    connection: Connection,
    *,
    seed: int = 0,
    clip: int = PRIOR,
    image: Image.Image | None = None,
    num_frames: int | None = None,
    chunk: int = 30,
    variety: float | None = None,
) -> Iterator[np.ndarray]:
    """Yields the frames that a seed names, [n, H, W, C] uint8, in pieces of up to `chunk`.

    A piece is a pure function of the state that the last one ended in, the seed and its position,
    and the state travels with the request: the server keeps nothing between pieces. So a piece that
    is asked for again, of a server that was restarted or of another one, has the same frames, and
    a stream is the same whatever went wrong on its way. (A server that computes the requests of
    several clients together may round another way: a level of 255 here and there.) Memory is that
    of one piece.

    Args:
      connection: to a served generator.
      seed: from 0 to 2^31 - 1.
      clip: index of a trained clip to start with, or PRIOR.
      image: a picture to start with instead; the first frame is its reconstruction.
      num_frames: how many; None goes on for ever.
      chunk: the most frames of a piece.
      variety: how far new video goes from the clip, 0 to 1; the model's own if None, and the only
        one that models other than the attention model have.
    Raises: UserError as `Connection.predict` does, and for a variety where there is none.
    """
    description = connection.describe()
    signature, chosen = "stream", {}
    if variety is not None:
        if not description.has_variety:
            raise UserError(
                "the model has no variety", "leave it out: it has noise of one strength"
            )
        signature, chosen = "stream_varied", {"variety": [variety]}
    position = 0
    if image is None:
        start = connection.predict("start", {"seed": [seed], "clip": [clip]})
    else:
        start = connection.predict("animate", {"image": _pixels(image, description.channels)[None]})
    state = start.pop("state")
    if image is not None:
        # The state is that of the first frame; those after it are streamed.
        yield connection.predict("decode", {"states": state[:, None], **start})["frames"][0]
        position = 1
    while num_frames is None or position < num_frames:
        wanted = chunk if num_frames is None else min(chunk, num_frames - position)
        inputs = {"state": state, "seed": [seed], "position": [position], "num_frames": [wanted]}
        answer = connection.predict(signature, {**inputs, **start, **chosen})
        # Behind them are zeros where the request shared a batch with one for more frames.
        frames = answer["frames"][0, :wanted]
        if len(frames) < wanted:
            problem = f"the server gave {len(frames)} frames, {wanted} were asked for"
            raise UserError(problem, "see the server's log")
        yield frames
        state, position = answer["next_state"], position + wanted


def prefetch(
    pieces: Iterator[np.ndarray], should_stop: Callable[[], bool] = lambda: False
) -> Iterator[np.ndarray]:
    """Yields what `pieces` yields, made ahead in a thread, two at most; stops when told to.

    What `pieces` raises is raised here. A thread that still waits for an answer when this ends is
    left behind, and ends with its answer, or with the program.
    """
    ready: queue.Queue = queue.Queue(maxsize=1)
    ended = threading.Event()
    worker = threading.Thread(target=_fill, args=(ready, pieces, ended), daemon=True)
    worker.start()
    try:
        while not should_stop():
            try:
                piece, error = ready.get(timeout=_SECONDS_OF_POLLING)
            except queue.Empty:
                continue
            if error is not None:
                raise error
            if piece is None:
                return
            yield piece
    finally:
        ended.set()


def _fill(ready: queue.Queue, pieces: Iterator[np.ndarray], ended: threading.Event) -> None:
    try:
        for piece in itertools.chain(pieces, [None]):
            if not _put(ready, (piece, None), ended):
                return
    except BaseException as error:
        _put(ready, (None, error), ended)


def _put(ready: queue.Queue, item: tuple, ended: threading.Event) -> bool:
    """Puts an item as soon as there is room; False if nobody wants it any more."""
    while not ended.is_set():
        try:
            ready.put(item, timeout=_SECONDS_OF_POLLING)
            return True
        except queue.Full:
            continue
    return False


def _pixels(picture: Image.Image, channels: int) -> np.ndarray:
    """Returns [h, w, C] uint8 at the picture's own size, or brought down to LONGEST_SIDE."""
    scale = min(1.0, LONGEST_SIDE / max(picture.size))
    size = (max(1, round(picture.height * scale)), max(1, round(picture.width * scale)))
    return resize_picture(picture, size, channels, "stretch").reshape(*size, channels)
