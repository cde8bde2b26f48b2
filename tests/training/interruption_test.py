"""A signal becomes a request that is confirmed at once."""

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
