"""One small trained model and one export of it for all tests here."""

import dataclasses
import subprocess
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from axml_tf.dataset.dataset_info import (
    FORMAT_VERSION,
    LABELS_FILE,
    VOCABULARY_FILE,
    DatasetInfo,
    SplitInfo,
)
from axml_tf.dataset.prepared_data import PreparedData
from axml_tf.dataset.tokenizer import TOKENIZER_VERSION
from axml_tf.formats import schema
from axml_tf.formats.schema import PAD_TOKEN, SCHEMA_VERSION, UNKNOWN_TOKEN
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.attention_xml import AttentionXML
from axml_tf.runs import run_record
from axml_tf.runs.background import Background
from axml_tf.runs.checkpoints import Checkpoints
from axml_tf.runs.model_data import keep_model_data
from axml_tf.runs.training_config import TrainingConfig
from benchmarks.programs import program

ROOT = Path(__file__).parents[1]

VOCABULARY = [PAD_TOKEN, UNKNOWN_TOKEN, "the", "fish", "quota", "0000", "שלום"]
LABELS = ("fishing policy", "pêche", "trade", "law, old", "x", "y", "z")
UNSEEN_LABELS = ("in no training document",)
MAX_LENGTH = 20
TRAINING_TEXTS = (
    (b"fish", [3]),
    (b"the fish quota 1998", [2, 3, 4, 5]),
    (b"fish " * 40, [3] * 40),
)


@dataclasses.dataclass(frozen=True)
class Trained:
    """A model of random weights where training would have put it."""

    model: keras.Model
    data_dir: Path
    model_dir: Path
    labels: tuple[str, ...]  # Those seen in training.
    max_length: int


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Trained:
    folder = tmp_path_factory.mktemp("trained")
    data = _write_data(folder / "data")
    model_config = ModelConfig(
        vocab_size=data.info.vocab_size,
        num_labels=data.info.num_labels,
        embedding_dim=64,
        hidden_dim=64,
        fc_dims=(32, 16),
        label_bias=True,
    )
    # Prepared are more words than the model is trained with.
    training_config = TrainingConfig(max_length=MAX_LENGTH)
    run_record.claim(
        folder / "model",
        model_config,
        training_config,
        data.identity(),
    )
    keep_model_data(folder / "model", data)
    model = AttentionXML(model_config).model
    rng = np.random.default_rng(0)
    model.set_weights(
        [rng.normal(0, 0.3, w.shape).astype("float32") for w in model.weights]
    )
    with Background() as background:
        Checkpoints(folder / "model", {}, 1, background).save_best(model)
    return Trained(model, folder / "data", folder / "model", LABELS, MAX_LENGTH)


@pytest.fixture(scope="session")
def exported(trained, tmp_path_factory) -> Path:
    """The folder of version 1, made by the command."""
    output_dir = tmp_path_factory.mktemp("exported") / "axml"
    subprocess.run(
        [
            program("export"),
            f"--model_dir={trained.model_dir}",
            f"--output_dir={output_dir}",
            "--top_k=3",
        ],
        cwd=ROOT,
        check=True,
    )
    return output_dir / "1"


@pytest.fixture(scope="session")
def call(exported):
    """A function of a signature's name and its inputs.

    It runs the archive by the loader that TF Serving uses.
    """
    session = tf.compat.v1.Session(graph=tf.Graph())
    with session.graph.as_default():
        definitions = tf.compat.v1.saved_model.load(
            session, ["serve"], str(exported)
        ).signature_def

    def function(signature, **inputs):
        definition = definitions[signature]
        return session.run(
            {name: info.name for name, info in definition.outputs.items()},
            {definition.inputs[name].name: x for name, x in inputs.items()},
        )

    return function


def _write_data(data_dir: Path) -> PreparedData:
    info = DatasetInfo(
        vocab_size=len(VOCABULARY),
        num_distinct_words=5,
        num_labels=len(LABELS),
        num_unseen_labels=len(UNSEEN_LABELS),
        max_length=500,
        embedding_dim=None,
        embedding_coverage=None,
        compression="",
        splits={
            "train": SplitInfo(
                num_documents=len(TRAINING_TEXTS),
                num_words=45,
                num_labels=0,
                num_truncated=0,
                num_without_labels=0,
                num_unseen_labels=0,
                length_percentiles=(1, *[1] * 50, *[4] * 30, *[40] * 20),
                shards=("train.tfrecord",),
            )
        },
        fingerprint="f00d",
        format_version=FORMAT_VERSION,
        schema_version=SCHEMA_VERSION,
        tokenizer_version=TOKENIZER_VERSION,
        versions={},
    )
    data_dir.mkdir()
    info.save(data_dir)
    with tf.io.TFRecordWriter(str(data_dir / "train.tfrecord")) as writer:
        for text, token_ids in TRAINING_TEXTS:
            writer.write(schema.encode(b"id", text, token_ids, []))
    _write_lines(data_dir / VOCABULARY_FILE, VOCABULARY)
    _write_lines(
        data_dir / LABELS_FILE,
        [
            *(f"{name}\t1" for name in LABELS),
            *(f"{name}\t0" for name in UNSEEN_LABELS),
        ],
    )
    return PreparedData(data_dir)


def _write_lines(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
