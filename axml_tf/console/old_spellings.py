"""Commands as earlier versions spelt them, `python -m MODULE`."""

import sys
from collections.abc import Sequence

# What follows "axml_tf." or stands alone, and what the command is called now.
_NEW_NAMES = {
    "train": "axml-train",
    "predict": "axml-predict",
    "measure_labels": "axml-measure-labels",
    "inspect_attention": "axml-inspect",
    "evaluation.evaluate": "axml-evaluate",
    "evaluation.report": "axml-report",
    "evaluation.consensus": "axml-consensus",
    "baselines.run": "axml-baseline",
    "data_prep.prepare": "axml-prepare",
    "data_prep.sparse_features": "axml-features",
    "data_prep.debian_packages": "axml-debian-packages",
    "data_prep.generated_corpus": "axml-generated-corpus",
    "export.export_model": "axml-export",
    "export.serve": "axml-serve",
    "export.client": "axml-client",
    "export.check_parity": "axml-check-parity",
    "export.check_token_ids": "axml-check-token-ids",
    "export.predict_text": "axml-predict-text",
}


def refuse(arguments: Sequence[str]) -> None:
    """Ends a program that was started by an old spelling.

    Args:
        arguments: of the interpreter, as `sys.orig_argv` has them.

    Raises:
        SystemExit: it was; one line names the command.
    """
    if "-m" not in arguments[:-1]:
        return
    module = arguments[arguments.index("-m") + 1]
    if new_name := _NEW_NAMES.get(module.removeprefix("axml_tf.")):
        sys.exit(f"error: python -m {module} is now called {new_name}.")
