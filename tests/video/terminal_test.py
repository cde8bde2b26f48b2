"""Video in a terminal, read back by a small terminal that knows these escape sequences only."""

import io
import os
import pty
import re
import time

import numpy as np
import pytest

from tf_dyngen.video import terminal

SEQUENCE = re.compile(r"\x1b\[([?0-9;]*)([a-zA-Z])|(▀)|(\r\n)")


def read_cells(text):
    """Returns the pixels [2 * lines, columns, 3] that half blocks show."""
    lines, colours = [[]], None
    for numbers, letter, block, new_line in SEQUENCE.findall(text):
        if block:
            lines[-1].append(colours)
        elif new_line:
            lines.append([])
        elif letter == "m" and numbers != "0":
            values = [int(number) for number in numbers.split(";")]
            assert values[:2] == [38, 2]
            assert values[5:7] == [48, 2]
            colours = [values[2:5], values[7:10]]
    assert SEQUENCE.sub("", text) == ""
    return np.array(lines, np.uint8).swapaxes(1, 2).reshape(-1, len(lines[0]), 3)


def random_frame(height, width, channels=3):
    return np.random.default_rng(0).integers(0, 256, (height, width, channels), np.uint8)


def test_a_frame_of_the_terminals_size_is_shown_pixel_by_pixel():
    frame = random_frame(8, 10)
    np.testing.assert_array_equal(read_cells(terminal.half_blocks(frame, 10, 4)), frame)


def test_a_small_frame_is_magnified_a_whole_number_of_times():
    frame = random_frame(8, 10, channels=1)
    shown = read_cells(terminal.half_blocks(frame, 35, 100))
    rgb = frame.repeat(3, axis=2)
    np.testing.assert_array_equal(shown, rgb.repeat(3, axis=0).repeat(3, axis=1))


@pytest.mark.parametrize(("columns", "lines"), [(20, 100), (100, 7), (1, 1)])
def test_a_large_frame_is_brought_down_in_its_proportions(columns, lines):
    frame = np.full((80, 120, 3), 77, np.uint8)
    shown = read_cells(terminal.half_blocks(frame, columns, lines))
    height, width, _ = shown.shape
    assert height <= 2 * lines
    assert width <= columns
    # Half a character, or half a line, is lost to rounding.
    assert abs(width / 120 - height / 80) <= max(1 / 120, 2 / 80)
    assert (shown[0] == 77).all()


def test_an_odd_height_ends_in_black():
    frame = random_frame(5, 4)
    shown = read_cells(terminal.half_blocks(frame, 4, 3))
    np.testing.assert_array_equal(shown[:5], frame)
    assert not shown[5].any()


class Screen(io.StringIO):
    """Takes what is written, as a terminal of 20 lines of 40 characters does."""

    def __init__(self):
        super().__init__()
        self._controller, self._terminal = pty.openpty()
        os.set_inheritable(self._terminal, False)
        import fcntl
        import struct
        import termios

        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 40, 0, 0))

    def fileno(self):
        return self._terminal

    def close(self):
        os.close(self._controller)
        os.close(self._terminal)
        super().close()


@pytest.fixture
def screen():
    with Screen() as opened:
        yield opened


def test_frames_are_shown_at_their_rate_and_the_screen_comes_back(screen):
    frames = np.stack([np.full((4, 6, 3), level, np.uint8) for level in range(11)])
    began = time.monotonic()
    shown = terminal.play(iter([frames[:3], frames[3:]]), screen, frame_rate=50.0)
    # The first one needs no waiting.
    assert time.monotonic() - began >= 10 / 50.0 - 1e-3
    assert shown == 11
    parts = screen.getvalue().split("\x1b[H")
    assert parts[0].startswith("\x1b[?1049h\x1b[?25l")
    assert parts[-1].endswith("\x1b[0m\x1b[?25h\x1b[?1049l")
    levels = [int(re.search(r"38;2;(\d+)", part)[1]) for part in parts[1:]]
    assert levels == list(range(11))


def test_a_stop_ends_between_frames_even_of_a_slow_video(screen):
    began = time.monotonic()
    shown = terminal.play(
        iter([np.zeros((9, 4, 6, 3), np.uint8)]),
        screen,
        frame_rate=0.01,
        should_stop=lambda: time.monotonic() > began + 0.2,
    )
    assert shown == 1
    assert time.monotonic() - began < 5.0
    assert screen.getvalue().endswith("\x1b[?1049l")


def test_the_screen_comes_back_when_frames_fail(screen):
    def pieces():
        yield np.zeros((1, 4, 6, 3), np.uint8)
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        terminal.play(pieces(), screen, frame_rate=100.0)
    assert screen.getvalue().endswith("\x1b[?25h\x1b[?1049l")


def test_frames_that_come_late_are_not_caught_up_with_in_a_rush(screen):
    def pieces():
        yield np.zeros((2, 4, 6, 3), np.uint8)
        time.sleep(0.3)
        yield np.zeros((5, 4, 6, 3), np.uint8)

    began = time.monotonic()
    terminal.play(pieces(), screen, frame_rate=50.0)
    assert time.monotonic() - began >= 0.3 + 4 / 50.0
