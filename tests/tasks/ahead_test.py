"""Blocks made ahead: all of them, in order, no more than one too many, errors where they belong."""

import threading

import numpy as np
import pytest

from tf_dyngen.tasks.ahead import one_ahead


def test_blocks_come_in_order_and_are_made_while_the_one_before_is_looked_at():
    made, is_made = [], threading.Event()

    def make():
        for number in range(4):
            made.append(number)
            if number == 1:
                is_made.set()
            yield np.full(3, number)

    blocks = one_ahead(make())
    np.testing.assert_array_equal(next(blocks), np.full(3, 0))
    assert is_made.wait(10.0)
    assert made == [0, 1]
    assert [block[0] for block in blocks] == [1, 2, 3]


def test_an_error_comes_where_its_block_is_asked_for():
    def make():
        yield np.zeros(1)
        raise ValueError("the second")

    blocks = one_ahead(make())
    next(blocks)
    with pytest.raises(ValueError, match="the second"):
        next(blocks)


def test_frames_that_are_not_asked_for_are_not_made():
    made = []

    def make():
        for number in range(100):
            made.append(number)
            yield np.zeros(1)

    blocks = one_ahead(make())
    next(blocks)
    blocks.close()
    assert len(made) <= 2
