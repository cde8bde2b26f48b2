"""Several windows judged at a time, in order."""

import threading

import pytest

from tf_dyngen.evaluation import concurrency
from tf_dyngen.evaluation.concurrency import num_threads, ordered_map


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_results_come_in_order_and_few_items_are_taken_ahead(threads):
    taken, given = [], []

    def items():
        for number in range(10):
            taken.append(number)
            yield number

    for result in ordered_map(lambda number: number * number, items(), threads):
        given.append(result)
        assert len(taken) - len(given) <= threads
    assert given == [number * number for number in range(10)]


def test_items_are_worked_on_side_by_side():
    # Each of the two waits for the other: one after the other would never end.
    meeting = threading.Barrier(2, timeout=30)
    assert sorted(ordered_map(lambda _: meeting.wait(), range(2), 2)) == [0, 1]


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_is_raised_where_its_result_would_have_come(threads):
    results = ordered_map(lambda number: 6 // number, [3, 2, 0, 1], threads)
    assert [next(results), next(results)] == [2, 3]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_large_windows_are_judged_one_after_the_other(monkeypatch):
    monkeypatch.setattr(concurrency.os, "cpu_count", lambda: 4)
    assert num_threads(60 * 64 * 64 * 3) == 4
    # 60 frames of 128x128: 11.8 MB; of 256x256: 47 MB; of 512x512: 189 MB.
    assert num_threads(60 * 128 * 128 * 3) == 4
    assert num_threads(60 * 256 * 256 * 3) == 1
    assert num_threads(60 * 512 * 512 * 3) == 1
