"""Video files of every container and codec that FFmpeg's libraries decode."""

import bisect
import functools
from collections import deque
from collections.abc import Generator, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter
from PIL import Image

from tf_dyngen.errors import UserError
from tf_dyngen.video.film_index import FilmIndex, read_index
from tf_dyngen.video.film_pictures import Development
from tf_dyngen.video.footage import Footage, Stored
from tf_dyngen.video.timing import DEFAULT_FRAME_RATE, Schedule, at_even_rate

# A playlist under a video's name must not make the libraries fetch things from elsewhere.
_OPTIONS = {"protocol_whitelist": "file,pipe"}
# What is found by content in files that hold no video: texts shown on a terminal, playlists.
_NO_VIDEO = {"tty", "hls", "dash", "concat", "webvtt", "srt", "ass", "lrc"}
_PICTURE_FORMATS = ("image2", "_pipe")
_TRANSPARENT_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
# An end that comes so much earlier than the file says, in frames and as a share, is damage.
_MISSING_FRAMES, _MISSING_SHARE = 4, 0.02


class Film(Footage):
    """A video file.

    Raises: UserError if there is no video in it that can be decoded.
    """

    def __init__(self, path: Path):
        super().__init__(path)
        with open_film(path) as film:
            stream = film.streams.video[choose_stream(film, path)]
            self.has_sound = any(sound.codec_context for sound in film.streams.audio)
            aspect = stream.sample_aspect_ratio or Fraction(1)
            self._aspect = aspect if aspect > 0 else Fraction(1)
            self._codec_size = (stream.codec_context.height, stream.codec_context.width)

    @functools.cached_property
    def _index(self) -> FilmIndex:
        index = read_index(self.path)
        found = len(index.starts)
        if found < index.announced - 1:
            self.damage = f"cut short: {found} of {index.announced} frames"
        elif found and index.missing_seconds > _MISSING_SHARE * index.seconds:
            rate = index.stated_rates[0] if index.stated_rates else DEFAULT_FRAME_RATE
            num_missing = round(index.missing_seconds * rate)
            if num_missing >= _MISSING_FRAMES:
                self.damage = f"cut short: {found} of about {found + num_missing} frames"
        if index.times_jump:
            self.note(
                f"{self.path.name}: its time stamps jump, pictures are shown one after the other"
            )
        return index

    def _plan(self) -> Schedule:
        index = self._index
        schedule = at_even_rate(index.starts, index.last, index.stated_rates)
        self.note_unevenness(schedule)
        return schedule

    def _count(self) -> int:
        return len(self._index.starts)

    @property
    def stored_size(self) -> tuple[int, int] | None:
        """See `Footage`."""
        return self._codec_size if self._aspect != 1 else None

    def pictures(self) -> Generator[Stored]:
        """See `Footage`."""
        starts = self._index.starts
        development = Development(self._aspect, self.path, self.note)
        numbers: deque[int] = deque()
        number = -1
        with open_film(self.path) as film:
            stream = film.streams.video[choose_stream(film, self.path)]
            origin = self._index.origin
            for frame in decode_frames(film, stream):
                following = number + 1
                if frame.pts is not None and not self._index.in_order:
                    start = frame.pts * (frame.time_base or stream.time_base) - origin
                    following = bisect.bisect_left(starts, start)
                if following >= len(starts):
                    break
                if following <= number:
                    continue
                number = following
                numbers.append(number)
                yield from _with_numbers(development.add(frame), numbers)
            yield from _with_numbers(development.end(), numbers)
        if number < 0:
            raise undecodable(self.path)
        if number < len(starts) - 2:
            self.damage = f"damaged: {number + 1} of {len(starts)} frames can be decoded"


def open_film(path: Path, **options: str) -> Any:
    """Opens a video file for reading; UserError if it is none."""
    try:
        film = av.open(f"file:{path.resolve()}", options={**_OPTIONS, **options})
    except (av.error.FFmpegError, OSError, ValueError):
        raise undecodable(path) from None
    if film.format.name in _NO_VIDEO:
        film.close()
        raise undecodable(path)
    return film


def choose_stream(film: Any, path: Path) -> int:
    """Returns the number, among its video streams, of the one to read: no cover, no still."""
    pictures = av.stream.Disposition.attached_pic | av.stream.Disposition.still_image
    films = [s for s in film.streams.video if not s.disposition & pictures]
    if any(film.format.name.endswith(name) for name in _PICTURE_FORMATS):
        raise UserError(
            f"{path} is one picture, a clip of 2 frames or more is wanted",
            "give a video file, or a folder of numbered pictures",
        )
    decodable = [stream for stream in films if stream.codec_context is not None]
    if decodable:
        best = film.streams.best("video")
        chosen = best if best in decodable else decodable[0]
        return film.streams.video.index(chosen)
    what = "sound and a cover picture" if film.streams.video else "sound"
    if film.streams.audio:
        raise UserError(
            f"{path} holds {what} and no video stream, a video is wanted", "give a video file"
        )
    raise undecodable(path)


def decode_frames(film: Any, stream: Any) -> Iterator[Any]:
    """Yields the frames of a stream; packets that cannot be decoded are passed over."""
    decoder = stream.codec_context
    if stream.metadata.get("alpha_mode") == "1" and decoder.name in _TRANSPARENT_DECODERS:
        # The usual decoders of these drop the transparency.
        decoder = av.CodecContext.create(_TRANSPARENT_DECODERS[decoder.name], "r")
    else:
        decoder.thread_type = "AUTO"
    packets = film.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.error.FFmpegError:
            return
        if packet is None:
            return
        try:
            frames = decoder.decode(packet if packet.size else None)
        except (av.error.FFmpegError, EOFError):
            continue
        yield from frames


def undecodable(path: Path) -> UserError:
    """The error of a file that holds no video that can be decoded."""
    return UserError(
        f"{path} holds no video that ffmpeg can decode",
        "check that it plays; if it was cut short or is no video, download or export it again",
    )


def _with_numbers(pictures: Iterator[Image.Image], numbers: deque[int]) -> Iterator[Stored]:
    for picture in pictures:
        yield Stored(numbers.popleft(), picture)
