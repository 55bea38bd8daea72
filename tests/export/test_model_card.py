import json

import pytest

from axml_tf.console.errors import UserError
from axml_tf.export.export_model import export_model

MEASURES = {
    f"{name}@{k}": 10.0 * k
    for name in ("P", "nDCG", "PSP", "PSnDCG")
    for k in (1, 3, 5)
}


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "evaluation.json"
    path.write_text(
        json.dumps(
            {
                "split": "test",
                "num_documents": 1234,
                "num_unseen_labels": 0,
                "num_documents_without_labels": 0,
                "ks": [1, 3, 5],
                "measures": MEASURES,
                "dataset_fingerprint": "f00d",
            }
        )
    )
    return path


def test_card_has_data_measures_limits_and_versions(trained, report, tmp_path):
    path = export_model(
        trained.model_dir,
        trained.data_dir,
        tmp_path / "axml",
        evaluation=report,
        data_licence="CC BY 4.0",
    )
    card = (path / "model_card.md").read_text("utf-8")
    for words in (
        "| train | 3 |",
        "the 7 labels of",
        "first 20 words",
        "CC BY 4.0",
        "test, 1,234 documents",
        "| P | 10.00 | 30.00 | 50.00 |",
        "f00d",
        "tensorflow 2.",
        "It is no proof",
    ):
        assert words in card
    assert "{" not in card


def test_card_says_what_it_was_not_told(exported):
    card = (exported / "model_card.md").read_text("utf-8")
    assert "not stated" in card
    assert "No report of axml-evaluate" in card


@pytest.mark.parametrize(
    "changes",
    [
        {"ks": ["<script>"]},
        {"ks": 7},
        {"split": "<img src=x>"},
        {"split": None},
        {"num_documents": "many"},
        {"measures": {}},
        {"measures": dict.fromkeys(MEASURES, "<b>")},
    ],
)
def test_report_of_other_content_is_refused(trained, report, tmp_path, changes):
    content = json.loads(report.read_text()) | changes
    report.write_text(json.dumps(content))
    with pytest.raises(UserError, match="no report of axml-evaluate"):
        export_model(
            trained.model_dir,
            trained.data_dir,
            tmp_path / "axml",
            evaluation=report,
        )
    assert not (tmp_path / "axml").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "no report of axml-evaluate"),
        ("[]", "no report of axml-evaluate"),
        (json.dumps({"dataset_fingerprint": "0ther"}), "other data"),
    ],
)
def test_report_that_does_not_fit_is_refused(trained, tmp_path, text, words):
    path = tmp_path / "evaluation.json"
    path.write_text(text)
    with pytest.raises(UserError, match=words):
        export_model(
            trained.model_dir,
            trained.data_dir,
            tmp_path / "axml",
            evaluation=path,
        )
    assert not (tmp_path / "axml").exists()
