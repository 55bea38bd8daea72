"""Libraries that only some systems need."""

import importlib
from types import ModuleType

from axml_tf.console.errors import UserError


def load(module: str) -> ModuleType:
    """Imports a module of the extra `baselines`.

    Raises:
        UserError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise UserError(
            f"This system needs {module.partition('.')[0]}, which cannot be "
            f"imported ({error}). Install it with "
            "`pip install 'axml_tf[baselines]'`."
        ) from error
