import json

import pytest

from axml_tf.evaluation.report import report_json


def test_json_has_everything_unrounded(made_report):
    text = report_json.render(made_report.report)
    fields = json.loads(text, parse_constant=pytest.fail)
    system = fields["sets"][0]["systems"][0]
    source = made_report.report.sets[0].systems[0]
    assert system["measures"]["P@1"]["value"] == source.measures["P@1"].value
    assert system["made_by"]["train_seconds"] == 90.0
    assert fields["precision"]["p_values"][0] is None
    groups = [
        group["precision"]
        for one in fields["sets"]
        for group in one["systems"][0]["by_frequency"]
    ]
    # Nothing is predicted of labels that were never seen.
    assert groups[0] is None
