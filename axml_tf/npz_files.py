"""What goes wrong with .npz files. Standard library only."""

import tokenize
import zipfile
import zlib

# What NumPy raises on a file that is no .npz, or no longer one.
DAMAGE = (
    AttributeError,
    EOFError,
    KeyError,
    NotImplementedError,
    TypeError,
    ValueError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
