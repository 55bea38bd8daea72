"""What a user can mend is told in one line, without a traceback."""

import sys
from collections.abc import Callable

from absl import app, logging


class UserError(Exception):
    """Something the user can mend: a path, a file's content, a flag.

    The message is one line that says what was expected, what came and how
    to mend it.
    """


def run(main: Callable[[list[str]], None]) -> None:
    """Runs an absl main; what a user can mend becomes one line.

    Args:
        main: function of the remaining command line arguments. Those are
            refused unless it has an attribute `takes_arguments`.

    Raises:
        SystemExit: status 1 after a `UserError` or an `OSError` (missing
            file, no permission, full disk); absl's own status otherwise.
    """
    logging.set_verbosity(logging.WARNING)

    def guarded(argv: list[str]) -> None:
        try:
            if len(argv) > 1 and not getattr(main, "takes_arguments", False):
                raise UserError(
                    f"Unexpected argument {argv[1]!r}: every option is given "
                    "as --name=value."
                )
            main(argv)
        except (UserError, OSError, *_tensorflow_errors()) as error:
            message = " ".join(str(error).split())
            print(f"error: {message}", file=sys.stderr)
            sys.exit(1)

    app.run(guarded)


def _tensorflow_errors() -> tuple[type[Exception], ...]:
    """What TensorFlow raises for a file it cannot read or write.

    Without importing TensorFlow: evaluation runs without it.
    """
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is None:
        return ()
    names = (
        "DataLossError",
        "FailedPreconditionError",
        "NotFoundError",
        "PermissionDeniedError",
        "ResourceExhaustedError",
    )
    return tuple(getattr(tensorflow.errors, name) for name in names)
