"""An exported model of random weights, made by the code that users run."""

import dataclasses
from pathlib import Path

import keras

from axml_tf.data_prep.batch_words import split_batch
from axml_tf.data_prep.vocabulary import WordCounter
from axml_tf.export.export_model import export_model
from axml_tf.models.model_config import ModelConfig
from axml_tf.models.systems.system_registry import make_system
from axml_tf.runs import run_record
from axml_tf.runs.background import Background
from axml_tf.runs.checkpoints import Checkpoints
from axml_tf.runs.model_data import keep_model_data
from axml_tf.runs.trained_model import TrainedModel
from axml_tf.runs.training_config import TrainingConfig
from benchmarks.prepared import write_random_documents
from benchmarks.sizes import Size


def export_random_model(folder: Path, size: Size, texts: list[bytes]) -> Path:
    """Exports a model whose vocabulary are the words of some texts.

    Args:
        folder: to work in.
        size: shapes of the model.
        texts: whose words it knows.

    Returns:
        Folder of all versions.
    """
    words = WordCounter()
    batch = split_batch(texts, size.tokens)
    words.update(batch)
    vocabulary = words.vocabulary(size.vocab_size, min_count=1)
    size = dataclasses.replace(size, vocab_size=len(vocabulary.words))
    data_dir, model_dir = folder / "data", folder / "model"
    data_dir.mkdir(parents=True)
    lengths = [min(int(n), size.tokens) for n in batch.num_words]
    data = write_random_documents(data_dir, lengths, size)
    vocabulary.write(data.vocabulary_path)
    model_config = ModelConfig(
        size.vocab_size,
        size.num_labels,
        embedding_dim=size.embedding_dim,
        hidden_dim=size.hidden_dim,
        fc_dims=size.fc_dims,
    )
    run_record.claim(
        model_dir,
        model_config,
        TrainingConfig(max_length=size.tokens),
        data.identity(),
    )
    keep_model_data(model_dir, data)
    keras.utils.set_random_seed(0)
    model = make_system(model_config).model
    with Background() as background:
        Checkpoints(model_dir, {}, 1, background).save_best(model)
    return export_model(TrainedModel(model_dir), folder / "axml").parent
