"""The report over two small data sets as a page, and one of one system."""

import pytest
from small_sets import SYSTEMS

from axml_tf.evaluation.report.report_build import Settings, build
from axml_tf.evaluation.report.report_contents import Report
from axml_tf.evaluation.report.report_files import read_sets
from axml_tf.evaluation.report.report_page import lay_out
from axml_tf.evaluation.report.report_parts import Page


@pytest.fixture(scope="session")
def page(made_report) -> Page:
    return lay_out(made_report.report)


@pytest.fixture(scope="session")
def report_of_one(made_report) -> Report:
    """Of one system on one data set."""
    flags = made_report.flags
    sets = read_sets(flags["data_dirs"][:1], flags["predictions"][:1])
    return build(sets, SYSTEMS[0], Settings(num_samples=100))
