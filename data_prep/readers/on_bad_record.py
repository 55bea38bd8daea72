"""What happens to a record that cannot be read: an error, or it is skipped.

A reader takes every record within `with on_bad_record:` and knows no more of
it. A `UserError` that is raised within concerns that record only. What
concerns the file as a whole, so that no next record can be found or trusted,
is raised outside: a damaged gzip file, a wrong header, files that do not fit
each other.
"""

import contextlib

# A true value from `__exit__` means: the record is skipped.
OnBadRecord = contextlib.AbstractContextManager[None, bool | None]

FAIL: OnBadRecord = contextlib.nullcontext()
