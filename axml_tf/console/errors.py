"""What a user can mend is told in one line, without a traceback."""

import os
import sys
from collections.abc import Callable

from absl import app, logging

_MOST_OF_A_MESSAGE = 500  # Characters.


class UserError(Exception):
    """Something the user can mend: a path, a file's content, a flag.

    The message is one line that says what was expected, what came and how
    to mend it.
    """


class Resumable(Exception):
    """A run was asked to end, and can be resumed where it stands.

    The message is one line that says so.
    """


def run(
    main: Callable[[list[str]], None], *, takes_arguments: bool = False
) -> None:
    """Runs an absl main; what a user can mend becomes one line.

    Args:
        main: function of the command's name and what is left of the command
            line beside the flags.
        takes_arguments: whether anything may be left; it is refused
            otherwise.

    Raises:
        SystemExit: status 1 after a `UserError` or an `OSError` (missing
            file, no permission, full disk); 75 (EX_TEMPFAIL: try again)
            after a `Resumable`; absl's own status otherwise.
    """
    logging.set_verbosity(logging.WARNING)

    def guarded(argv: list[str]) -> None:
        try:
            if len(argv) > 1 and not takes_arguments:
                raise UserError(
                    f"Unexpected argument {argv[1]!r}: every option is given "
                    "as --name=value."
                )
            main(argv)
            return
        except Resumable as stopped:
            print(stopped, file=sys.stderr)
            sys.exit(os.EX_TEMPFAIL)
        except _what_a_user_can_mend() as error:
            message = " ".join(str(error).split())
        # Not before the error is gone, and with it every progress bar that
        # it broke off: each ends its line.
        print(f"error: {message}", file=sys.stderr)
        sys.exit(1)

    app.run(guarded, flags_parser=_parse_flags)


def _parse_flags(argv: list[str]) -> list[str]:
    try:
        return app.parse_flags_with_usage(argv)
    # What absl does not expect of a flagfile: bytes that are no text, a path
    # that is none, a name too long to look for similar ones.
    except (OSError, RecursionError, ValueError) as error:
        message = " ".join(str(error).split())[:_MOST_OF_A_MESSAGE]
    print(f"error: The flags cannot be read: {message}.", file=sys.stderr)
    sys.exit(1)


def _what_a_user_can_mend() -> tuple[type[Exception], ...]:
    """With what TensorFlow raises for a file it cannot read or write.

    Without importing TensorFlow: evaluation runs without it.
    """
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is None:
        return (UserError, OSError)
    return (
        UserError,
        OSError,
        tensorflow.errors.DataLossError,
        tensorflow.errors.FailedPreconditionError,
        tensorflow.errors.NotFoundError,
        # A file that grows larger than it may.
        tensorflow.errors.OutOfRangeError,
        tensorflow.errors.PermissionDeniedError,
        tensorflow.errors.ResourceExhaustedError,
        # A disk that fails.
        tensorflow.errors.UnknownError,
    )
