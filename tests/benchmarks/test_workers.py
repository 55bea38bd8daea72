import pytest

from benchmarks.workers import Worker, WorkerError

ECHO = "tests.benchmarks.echo_worker"


@pytest.fixture
def worker():
    with Worker(ECHO) as worker:
        yield worker


def test_worker_answers_one_call_after_another(worker):
    assert worker("echo", value=[1, "é"]) == [1, "é"]
    assert worker("echo", value=None) is None


def test_a_number_is_measured_and_nothing_else(worker):
    assert worker.measure("echo", value=3) == 3.0
    assert worker.measure("echo", value=0.5) == 0.5
    with pytest.raises(
        WorkerError, match="'echo': expected a number, received 'a'"
    ):
        worker.measure("echo", value="a")


def test_worker_answers_again_after_an_error(worker):
    with pytest.raises(WorkerError, match="'fail': ValueError: two\nlines"):
        worker("fail")
    assert worker("echo", value=1) == 1


def test_unknown_call_is_an_error(worker):
    with pytest.raises(WorkerError, match="has no attribute 'sing'"):
        worker("sing")


def test_death_of_a_worker_is_told(worker):
    for _ in range(2):
        with pytest.raises(WorkerError, match=r"died .* status 3"):
            worker("die")
