import threading
import time

import pytest

from axml_tf.runs.background import Background


def test_work_is_done_beside_and_in_order():
    background, may_end, done = Background(), threading.Event(), []

    def slow():
        may_end.wait(10)
        done.append("slow")

    background.run(slow)
    assert done == []
    threading.Timer(0.05, may_end.set).start()
    started = time.monotonic()
    # The second piece waits for the first.
    background.run(lambda: done.append("quick"))
    assert time.monotonic() - started > 0.01
    background.wait()
    assert done == ["slow", "quick"]


def test_error_is_raised_at_the_next_opportunity():
    def fail():
        raise OSError("disk full")

    background = Background()
    for then in (background.wait, lambda: background.run(print)):
        background.run(fail)
        with pytest.raises(OSError, match="disk full"):
            then()
        # It is raised once.
        background.wait()


def test_context_ends_with_the_last_piece_done():
    done = []

    def slow():
        time.sleep(0.05)
        done.append("slow")

    with pytest.raises(KeyError), Background() as background:
        background.run(slow)
        raise KeyError
    assert done == ["slow"]


def test_error_of_the_last_piece_is_not_lost():
    def fail():
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"), Background() as background:
        background.run(fail)
    # Another error tells more.
    with pytest.raises(KeyError), Background() as background:
        background.run(fail)
        raise KeyError
