import math
import re

import pytest
from page_parts import Elements

from axml_tf.evaluation.report import svg_plot
from axml_tf.evaluation.report.report_parts import Plot, Table


def small_plot(series, has_bars):
    table = Table("C", ["k"], [])
    return Plot("T", "D", has_bars, "x", "y", ["1", "2"], series, table)


@pytest.mark.parametrize("has_bars", [False, True])
def test_heights_follow_the_figures(has_bars):
    svg = svg_plot.draw(
        small_plot({"a": [10.0, 30.0], "b": [math.nan, 40.0]}, has_bars), "p"
    )
    if has_bars:
        heights = [
            float(x) for x in re.findall(r'class="bar.*height="([\d.]+)"', svg)
        ]
    else:
        bottoms = [float(x) for x in re.findall(r'cy="([\d.]+)"', svg)]
        heights = [252 - y for y in bottoms]
        # The second series has one point only, and a line of no length.
        assert len(re.findall(r'class="point s1"', svg)) == 1
    # The axis ends at 40, the height of the picture's inside is 240.
    expected = [60, 180, 240] if has_bars else [60, 180]
    assert heights == expected


def test_a_plot_of_nothing_is_drawn():
    svg = svg_plot.draw(small_plot({"a": [math.nan, math.nan]}, False), "p")
    assert Elements(svg).of("title")


def test_names_are_no_markup():
    svg = svg_plot.draw(small_plot({"<b>&": [1.0, 2.0]}, True), "p")
    assert not Elements(svg).of("b")
    assert "&lt;b&gt;&amp;, 1: 1.00" in svg


def test_many_series_go_round_the_styles():
    series = {f"s{i}": [float(i), 2.0] for i in range(8)}
    svg = svg_plot.draw(small_plot(series, False), "p")
    assert len(re.findall(r'class="point s0"', svg)) == 4


@pytest.mark.parametrize("swatch", [svg_plot.swatch, svg_plot.bar_swatch])
def test_swatch_has_the_style_of_its_series(swatch):
    assert " s2" in swatch(2)
    assert swatch(1) != swatch(2)
    assert swatch(2) == swatch(2 + svg_plot.NUM_STYLES)
    assert Elements(swatch(0)).of("svg")
