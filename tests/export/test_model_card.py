import json

import pytest
from helpers import random_records, write_dataset

from axml_tf.console.errors import UserError
from axml_tf.export.export_model import export_model
from axml_tf.export.model_card import model_card
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.attention_xml import AttentionXML
from axml_tf.runs import run_record
from axml_tf.runs.background import Background
from axml_tf.runs.checkpoints import Checkpoints
from axml_tf.runs.model_data import keep_model_data
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.runs.training_config import TrainingConfig

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
        TrainedModel(trained.model_dir),
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
            TrainedModel(trained.model_dir),
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
            TrainedModel(trained.model_dir),
            tmp_path / "axml",
            evaluation=path,
        )
    assert not (tmp_path / "axml").exists()


def test_card_names_no_more_words_than_were_prepared(tmp_path):
    data = write_dataset(
        tmp_path / "data", {"train": [random_records(3)]}, max_length=24
    )
    config = ModelConfig(
        vocab_size=50, num_labels=6, embedding_dim=4, hidden_dim=3, fc_dims=(4,)
    )
    model_dir = tmp_path / "model"
    training = TrainingConfig(max_length=500)
    run_record.claim(model_dir, config, training, data.identity())
    keep_model_data(model_dir, data)
    with Background() as background:
        Checkpoints(model_dir, {}, 1, background).save_best(
            AttentionXML(config).model
        )
    card = model_card(TrainedModel(model_dir), None, "")
    assert "It reads the first 24 words of a text." in card
    assert (
        "LSTM of 3 units in each\ndirection, word vectors of 4, fully "
        "connected layers\nof 4."
    ) in card
