"""What a video file says of its frames, read without decoding any."""

import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av

from tf_dyngen.video import containers
from tf_dyngen.video.timing import DEFAULT_FRAME_RATE

# Containers that number packets as they come, whatever the order in which frames are shown.
_COUNTS_PACKETS = ("avi",)


class FilmIndex(NamedTuple):
    """The frames of a video stream.

    starts: [N] ascending seconds of the frames that are whole, the first at 0.
    origin: seconds of the first by the file's clock.
    last: for how many seconds the last is shown; 0 if the file does not say.
    stated_rates: frames a second, the most exact first.
    announced: how many frames the file says it has; 0 if it does not.
    seconds, missing_seconds: of all streams, what is there and what is announced beyond it.
    times_jump: whether time stamps run backwards or stand still, so that they say nothing.
    in_order: whether frames are known by their order alone: what the stamps of their packets say
      comes true of the frame that is shown at that place, and not of the packet's.
    """

    starts: list[Fraction]
    origin: Fraction
    last: Fraction
    stated_rates: list[Fraction]
    announced: int
    seconds: float
    missing_seconds: float
    times_jump: bool
    in_order: bool


def read_index(path: Path) -> FilmIndex:
    """Reads all packets of a video file, and decodes none."""
    # Here, for what decodes imports this module.
    from tf_dyngen.video.film import choose_stream, open_film

    with open_film(path) as film:
        stream = film.streams.video[choose_stream(film, path)]
        rates = [stream.guessed_rate, stream.average_rate, stream.base_rate]
        stated = [Fraction(rate) for rate in rates if rate]
        packets, first, end = _read_packets(film, stream)
        announced_seconds = (film.duration or 0) / av.time_base
        announced = stream.frames
        is_mp4 = "mp4" in film.format.name
        in_order = film.format.name in _COUNTS_PACKETS
    while packets and packets[-1].is_corrupt:
        packets.pop()
    times = sorted({packet.time for packet in packets if packet.time is not None})
    clocks = [packet.clock for packet in packets if packet.clock is not None]
    jumps = any(later < earlier for earlier, later in itertools.pairwise(clocks))
    seconds = float(end - first)
    # Some containers count from the first time stamp, others from 0.
    missing = announced_seconds - float(max(end, end - first))
    if jumps or len(times) < len(packets):
        rate = stated[0] if stated else DEFAULT_FRAME_RATE
        starts = [index / rate for index in range(len(packets))]
        # A bare stream has none.
        jumps = bool(times)
        return FilmIndex(starts, Fraction(0), 1 / rate, [rate], 0, seconds, 0.0, jumps, True)
    origin = times[0] if times else Fraction(0)
    # What an announced number counts beyond the packets may be frames that were never stored.
    last = packets[-1].seconds if packets else Fraction(0)
    starts = [time - origin for time in times]
    num_places = round((starts[-1] + last) * stated[0]) if starts and stated else 0
    is_whole = num_places >= announced - 1
    # One that is edited shows a part of the frames that it holds.
    is_whole = is_whole or (is_mp4 and containers.has_all_boxes(path))
    announced = 0 if is_whole else announced
    return FilmIndex(starts, origin, last, stated, announced, seconds, missing, False, in_order)


class _Packet(NamedTuple):
    """time: seconds at which its frame is shown; clock: at which it is decoded."""

    time: Fraction | None
    clock: Fraction | None
    seconds: Fraction
    is_corrupt: bool


def _read_packets(film: Any, stream: Any) -> tuple[list[_Packet], Fraction, Fraction]:
    """Returns the packets of a stream; when the first of all streams starts, the last ends."""
    found: list[_Packet] = []
    first, end = None, Fraction(0)
    packets = film.demux()
    while True:
        try:
            packet = next(packets, None)
        except av.error.FFmpegError:
            break
        if packet is None:
            break
        if not packet.size:
            continue
        unit = packet.time_base
        shown = None if packet.pts is None else packet.pts * unit
        seconds = (packet.duration or 0) * unit
        if shown is not None:
            first = shown if first is None else min(first, shown)
            end = max(end, shown + seconds)
        if packet.stream is stream and not packet.is_discard:
            clock = None if packet.dts is None else packet.dts * unit
            found.append(_Packet(shown, clock, seconds, packet.is_corrupt))
    return found, first or Fraction(0), end
