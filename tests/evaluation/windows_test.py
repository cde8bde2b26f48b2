"""Windows of a video that comes in blocks."""

import numpy as np

from tf_dyngen.evaluation.windows import cut_stream, settled_stream


def test_windows_of_a_stream():
    video = np.arange(25)[:, None, None, None]
    blocks = np.array_split(video, [1, 9, 11])
    windows = list(cut_stream(blocks, 10))
    assert [window.ravel().tolist() for window in windows] == [
        list(range(10)),
        list(range(10, 20)),
    ]
    firsts = [
        [
            (number, int(window.ravel()[0]))
            for number, window in settled_stream([video[:length]], 10, settles=settles)
        ]
        for length, settles in ((25, True), (25, False), (19, True), (9, True), (9, False))
    ]
    assert firsts == [[(1, 10)], [(0, 0), (1, 10)], [(0, 0)], [], []]
