"""Pictures with times of their own come at an even rate, and the motion keeps its speed."""

from fractions import Fraction

import numpy as np
import pytest

from tf_dyngen.errors import UserError
from tf_dyngen.video.timing import at_even_rate, first_frame


def milliseconds(*values):
    return [Fraction(int(value), 1000) for value in values]


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(30), Fraction(1000), Fraction(5)])
def test_an_even_rate_is_kept_exactly(rate):
    starts = [number / rate for number in range(50)]
    schedule = at_even_rate(starts, 1 / rate, [rate])
    assert schedule.rate == rate
    assert schedule.shown.tolist() == list(range(50))
    assert schedule.unevenness is None


@pytest.mark.parametrize("rate", [Fraction(30), Fraction(30000, 1001), Fraction(24000, 1001)])
def test_a_clock_of_milliseconds_blurs_no_rate(rate):
    starts = milliseconds(*[round(1000 * number / rate) for number in range(200)])
    schedule = at_even_rate(starts, Fraction(0))
    assert schedule.rate == rate
    assert schedule.shown.tolist() == list(range(200))


def test_film_in_the_rhythm_of_television_is_even():
    # 24 a second on a clock of 60: two fields, three fields.
    durations = [Fraction(2 + number % 2, 60) for number in range(48)]
    starts = [sum(durations[:number], Fraction(0)) for number in range(48)]
    schedule = at_even_rate(starts, durations[-1])
    assert schedule.rate == 24
    assert schedule.unevenness is None


def test_a_held_picture_is_repeated_for_as_long():
    starts = milliseconds(0, 40, 80, 120, 960, 1000, 1040)
    schedule = at_even_rate(starts, Fraction(40, 1000))
    assert schedule.rate == 25
    np.testing.assert_array_equal(schedule.shown, [0, 1, 2, *[3] * 21, 4, 5, 6])
    assert schedule.unevenness == "40 to 840 ms"


def test_a_picture_held_at_the_end_counts():
    schedule = at_even_rate(milliseconds(0, 100, 200), Fraction(1))
    assert schedule.shown.tolist() == [0, 1, *[2] * 10]


def test_left_out_pictures_leave_the_duration_as_it_was():
    kept = [number for number in range(100) if number < 40 or number % 4 == 0]
    starts = [Fraction(number, 25) for number in kept]
    schedule = at_even_rate(starts, Fraction(4, 25), [Fraction(25)])
    assert schedule.rate == 25
    assert len(schedule.shown) == 100
    shown = np.array(kept)[schedule.shown]
    assert np.all((shown <= np.arange(100)) & (np.arange(100) - shown < 4))


def test_one_frame_that_a_camera_dropped_is_shown_twice():
    numbers = [number for number in range(60) if number != 30]
    schedule = at_even_rate([Fraction(number, 30) for number in numbers], Fraction(1, 30))
    assert schedule.rate == 30
    assert schedule.shown.tolist() == [*range(30), 29, *range(30, 59)]


@pytest.mark.parametrize(("text", "frame"), [("75", 75), ("3s", 75), ("2.5s", 62), (0, 0)])
def test_a_start_is_a_frame_or_a_time(text, frame):
    assert first_frame(text, Fraction(25)) == frame


@pytest.mark.parametrize("text", ["", "-1", "1:30", "3 s", "s", "2.5"])
def test_another_start_is_refused(text):
    with pytest.raises(UserError, match=r"--start=.*as 75, or seconds, as 3s"):
        first_frame(text, Fraction(25))
