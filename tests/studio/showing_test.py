"""What is shown of a stream: the same as `retime` and `hold_still` make, in any pieces."""

from fractions import Fraction

import numpy as np
import pytest

from tests.studio.player_test import PLAIN, START, play
from tf_dyngen.studio.settings import Box, Settings
from tf_dyngen.studio.showing import Showing
from tf_dyngen.video.retiming import frames_needed, retime
from tf_dyngen.video.still_region import hold_still

SETTINGS = Settings(START, 1.0, PLAIN)


def show(player, *sizes, **changes):
    showing = Showing(player.export, player.begin(START))
    settings = SETTINGS._replace(**changes)
    return np.concatenate([showing.next(size, settings) for size in sizes])


@pytest.mark.parametrize("speed", [0.25, 0.7, 1.0, 1.5, 4.0])
def test_any_speed_in_any_pieces(player, speed):
    exact = Fraction(speed).limit_denominator(1000)
    motion = play(player.begin(START), frames_needed(exact, 20))
    expected = np.concatenate(list(retime([motion], exact, 20)))
    for sizes in ((20,), (1, 7, 2, 10)):
        np.testing.assert_array_equal(show(player, *sizes, speed=speed), expected)


def test_speed_changes_on_the_way_without_a_jump(player):
    motion = play(player.begin(START), 12)
    showing = Showing(player.export, player.begin(START))
    showing.next(3, SETTINGS._replace(speed=0.5))
    assert showing.position == Fraction(3, 2)
    # It goes on from between two frames.
    between = showing.next(3, SETTINGS)
    expected = np.concatenate(list(retime([motion], Fraction(1, 2), 8)))[3:8:2]
    np.testing.assert_array_equal(between, expected)
    showing.next(1, SETTINGS._replace(speed=0.5))
    np.testing.assert_array_equal(showing.next(5, SETTINGS), motion[5:10])


def test_a_box_stands_still_as_in_the_first_frame(player):
    motion, box = play(player.begin(START), 10), Box(2, 3, 9, 8)
    region = np.zeros((24, 32), bool)
    region[3:8, 2:9] = True
    expected = np.concatenate(list(hold_still([motion], region)))
    np.testing.assert_array_equal(show(player, 4, 6, still=box), expected)
    assert (expected[:, 3:8, 2:9] == motion[0, 3:8, 2:9]).all()
    showing = Showing(player.export, player.begin(START))
    np.testing.assert_array_equal(showing.next(4, SETTINGS), motion[:4])
    held = showing.next(6, SETTINGS._replace(still=box))
    np.testing.assert_array_equal(held, expected[4:])
