"""A signal becomes a request that is confirmed at once."""

import concurrent.futures
import os
import signal

import pytest

from tf_dyngen.training.interruption import StopRequest


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_confirmed_at_once_and_a_second_acts_as_it_used_to(capfd, number):
    def usual(number, frame):
        raise InterruptedError

    before = signal.signal(number, usual)
    try:
        with StopRequest("stopping after this step") as stop:
            assert not stop()
            os.kill(os.getpid(), number)
            assert stop()
            assert capfd.readouterr().err == "\nstopping after this step\n"
            with pytest.raises(InterruptedError):
                os.kill(os.getpid(), number)
    finally:
        signal.signal(number, before)


def test_beside_the_main_thread_signals_are_left_as_they_are():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    def ask():
        with StopRequest() as stop:
            now = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
            return stop(), now

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask).result() == (False, before)
