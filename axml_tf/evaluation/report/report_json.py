"""A report for programs: everything that is known, nothing rounded."""

import dataclasses
import json
import math
from typing import Any

from axml_tf.evaluation.report.report_contents import Report


def render(report: Report) -> str:
    """The contents under their names; null where there is no number."""
    fields = _numbers(dataclasses.asdict(report))
    text = json.dumps(fields, indent=2, ensure_ascii=False, allow_nan=False)
    return text + "\n"


def _numbers(value: Any) -> Any:
    """The same without NaN and infinity, which JSON does not know."""
    if isinstance(value, dict):
        return {key: _numbers(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_numbers(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
