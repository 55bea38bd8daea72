"""What becomes of a record that cannot be read: all ends, or it is left out.

A reader takes every record `with bad_record:` and knows no more of it. What
is raised in there as a `UserError` concerns that record only. What concerns
the file as a whole, so that no next record can be found or trusted, is raised
outside: a damaged gzip file, a wrong header, files that do not pair up.
"""

import contextlib

BadRecord = contextlib.AbstractContextManager

FAIL: BadRecord = contextlib.nullcontext()
