import os
import signal
import threading

import pytest

from axml_tf.runs.stop_signals import StopSignals


@pytest.fixture(autouse=True)
def interrupts():
    """As in the foreground; a job in the background ignores SIGINT."""
    earlier = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, earlier)


def test_first_signal_is_noted_and_the_second_is_not_held_back():
    earlier = signal.getsignal(signal.SIGTERM)
    with StopSignals() as signals:
        assert signals.received is None
        os.kill(os.getpid(), signal.SIGTERM)
        assert signals.received == "SIGTERM"
        assert signal.getsignal(signal.SIGTERM) == earlier
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_handlers_are_put_back():
    earlier = signal.getsignal(signal.SIGINT)
    with StopSignals():
        assert signal.getsignal(signal.SIGINT) != earlier
    assert signal.getsignal(signal.SIGINT) == earlier


def test_other_threads_leave_signals_alone():
    found = []

    def look():
        with StopSignals() as signals:
            found.append((signals.received, signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [(None, signal.getsignal(signal.SIGINT))]
