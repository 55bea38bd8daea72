"""Several predictions files on one command line.

`--predictions=A --predictions=B` and `--predictions A B` say the same.
"""

from absl import flags


def define() -> None:
    """Defines --predictions, which is required.

    A command that has it is run with `takes_arguments`.
    """
    flags.DEFINE_multi_string(
        "predictions", None, "Predictions file (.npz); one or several."
    )
    flags.mark_flag_as_required("predictions")


def paths(argv: list[str]) -> list[str]:
    """The files that were named.

    Args:
        argv: the command's name, then what is left beside the flags.
    """
    return [*flags.FLAGS.predictions, *argv[1:]]
