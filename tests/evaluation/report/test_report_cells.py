import math

import pytest

from axml_tf.evaluation.document_comparison import Interval
from axml_tf.evaluation.report import report_cells


@pytest.mark.parametrize(
    ("p_value", "text"),
    [
        (1.0, "1.000"),
        (0.25, "0.250"),
        (140 / 2**15, "4.27e-3"),
        (2 / 2**15, "6.10e-5"),
        (1e-79, "1.00e-79"),
        (0.0, "< 1e-300"),
    ],
)
def test_p_values_are_printed_as_in_the_paper(p_value, text):
    assert report_cells.p_value(p_value) == text


def test_best_are_all_the_greatest():
    assert report_cells.best([1.0, 3.0, 2.0, 3.0]) == [1, 3]
    assert report_cells.best([math.nan, 1.0, 2.0]) == [2]


def test_where_nothing_compares_nothing_is_best():
    assert report_cells.best([1.0]) == []
    assert report_cells.best([math.nan, 1.0]) == []


def test_figures_are_rounded_and_unknown_ones_are_a_dash():
    assert report_cells.figure(12.345) == "12.35"
    assert report_cells.figure(math.nan) == "-"
    assert report_cells.minutes(90_000.0) == "1,500.00"
    assert report_cells.minutes(None) == "-"


def test_intervals_have_signs_where_they_are_differences():
    one = Interval(1.234, -0.5, 2.0)
    assert report_cells.interval(one) == "1.23 [-0.50, 2.00]"
    assert report_cells.interval(one, True) == "+1.23 [-0.50, +2.00]"


def test_pairs_stand_in_their_order():
    assert report_cells.pairs({"b": "1", "a": "2"}, "=") == "b=1, a=2"
    assert report_cells.pairs({}, "=") == "-"
