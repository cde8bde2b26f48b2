"""Signals that wait for the end of a block."""

import os
import signal
import threading

import pytest

from tf_dyngen.video import encoding
from tf_dyngen.video.uninterrupted import uninterrupted


@pytest.fixture
def stopped(monkeypatch):
    """SIGTERM raises this, and SIGINT what it does in a shell's foreground."""

    class StoppedError(Exception):
        pass

    def stop(number, frame):
        raise StoppedError

    before = {
        signal.SIGTERM: signal.signal(signal.SIGTERM, stop),
        # A shell starts what runs in the background with SIGINT ignored.
        signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler),
    }
    yield StoppedError
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_signal_acts_after_the_block(stopped):
    done = []

    def work():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        done.append("all")

    with pytest.raises(stopped), uninterrupted():
        work()
    assert done == ["all"]
    # Then all is as before.
    with pytest.raises(stopped):
        os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)


def test_what_is_ignored_stays_ignored(stopped):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_an_error_within_is_raised_where_no_signal_came(stopped):
    with pytest.raises(ZeroDivisionError), uninterrupted():
        _ = 1 / 0


def test_beside_the_main_thread_it_does_nothing(stopped):
    handlers = []

    def look():
        with uninterrupted():
            handlers.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert handlers == [signal.getsignal(signal.SIGTERM)]


def test_ffmpeg_is_ended_though_a_signal_comes_as_it_starts(stopped, monkeypatch, tmp_path):
    started = []
    start = encoding._start

    def interrupted(*arguments):
        started.append(start(*arguments))
        os.kill(os.getpid(), signal.SIGTERM)
        return started[-1]

    monkeypatch.setattr(encoding, "_start", interrupted)
    layout = encoding.Layout(
        num_videos=1, num_frames=4, frame_size=(16, 16), channels=3, frame_rate=25.0
    )
    path = tmp_path / "new.mp4"
    with pytest.raises(stopped), encoding.encoder_for(path)(path, layout):
        pass
    assert started[0].poll() is not None
