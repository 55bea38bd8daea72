"""Figures as the cells of a table."""

import math

from axml_tf.evaluation.report.report_contents import Interval


def best(values: list[float]) -> list[int]:
    """Places of the greatest; none if there is nothing to choose from."""
    known = [value for value in values if not math.isnan(value)]
    if len(known) < 2:
        return []
    return [i for i, value in enumerate(values) if value == max(known)]


def figure(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"


def interval(interval: Interval, signed: bool = False) -> str:
    sign = "+" if signed else ""
    return (
        f"{interval.value:{sign}.2f} "
        f"[{interval.low:{sign}.2f}, {interval.high:{sign}.2f}]"
    )


def p_value(p_value: float) -> str:
    """Three digits, small ones as the paper prints them: 4.27e-3."""
    if p_value >= 0.01:
        return f"{p_value:.3f}"
    if p_value == 0:
        return "< 1e-300"
    digits, exponent = f"{p_value:.2e}".split("e")
    return f"{digits}e{int(exponent)}"


def minutes(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds / 60:,.2f}"


def pairs(values: dict[str, str], between: str) -> str:
    return ", ".join(f"{k}{between}{v}" for k, v in values.items()) or "-"
