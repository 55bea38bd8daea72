"""Work done beside training, one piece after another."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor


class Background:
    """A thread that does what it is given, in that order.

    What one piece raises is raised when the next is handed over, or waited
    for. As a context it ends with the last piece done.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._newest: Future[None] | None = None

    def __enter__(self) -> "Background":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._pool.shutdown()
        # An error that ends the context tells more than one of the work.
        if kind is None:
            self.wait()

    def run(self, work: Callable[[], None]) -> None:
        """Hands a piece over, as soon as the one before is done."""
        self.wait()
        self._newest = self._pool.submit(work)

    def wait(self) -> None:
        """Waits until nothing is left to do."""
        newest, self._newest = self._newest, None
        if newest is not None:
            newest.result()
