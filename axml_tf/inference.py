"""Top-k labels of every document of a dataset."""

import os
from collections.abc import Callable, Iterable

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from axml_tf import config, input_pipeline
from axml_tf.checkpoints import check_fits, load_best_model
from axml_tf.chunked_top_k import head_top_k
from axml_tf.dataset_info import DatasetInfo
from axml_tf.errors import UserError
from axml_tf.model import split_at_head
from axml_tf.predictions import TopK


def top_k_labels(
    model: keras.Model, top_k: int
) -> "tf.types.experimental.GenericFunction":
    """Compiles a function from token ids to the best labels.

    Args:
        model: AttentionXML.
        top_k: int. Labels per document; all labels where there are fewer.

    Returns:
        Function of int32 `(batch, tokens)` that gives probabilities, float32
        `(batch, top_k)`, descending, and label ids, int32, of the same
        shape. Ties have the lower label id first.
    """

    trunk, head = split_at_head(model)
    top_k = min(top_k, head.num_labels)

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32)])
    def function(token_ids):
        logits, label_ids = head_top_k(
            head, *trunk(token_ids, training=False), top_k
        )
        return tf.sigmoid(logits), label_ids

    return function


def predict_top_k(
    function: Callable, batches: Iterable[dict[str, tf.Tensor]]
) -> TopK:
    """Predicts every document of `batches`; rows of weight 0 are left out.

    Args:
        function: as `top_k_labels` makes it.
        batches: at least one, as `input_pipeline.evaluation_batches` gives
            them.
    """
    parts = []
    for batch in batches:
        real = batch["weight"].numpy() > 0
        scores, label_ids = function(batch["token_ids"])
        parts.append(
            (
                batch["id"].numpy()[real],
                label_ids.numpy()[real],
                scores.numpy()[real],
            )
        )
    document_ids, label_ids, scores = map(
        np.concatenate, zip(*parts, strict=True)
    )
    names = [name.decode("utf-8") for name in document_ids]
    return TopK(np.array(names, np.str_), label_ids, scores)


def predict_split(
    model_dir: str | os.PathLike,
    data_dir: str | os.PathLike,
    split: str,
    top_k: int,
    batch_size: int,
) -> TopK:
    """Predicts a split with the best checkpoint of a run.

    Args:
        model_dir: folder that axml-train filled.
        data_dir: folder of the data the model was trained on.
        split: name of the split.
        top_k: labels per document; all labels where there are fewer.
        batch_size: documents per step.

    Raises:
        UserError: model or data are missing, damaged, or do not fit each
            other.
    """
    info = DatasetInfo.load(data_dir)
    num_documents = info.split(split).num_documents
    if not num_documents:
        raise UserError(f"The {split} split of {data_dir} has no documents.")
    check_fits(model_dir, data_dir, info)
    model, _ = load_best_model(model_dir, jit_compile=True)
    _, training_config, _ = config.load(model_dir)
    batches = input_pipeline.guarded(
        input_pipeline.evaluation_batches(
            data_dir, info, split, batch_size, training_config.max_length
        ),
        data_dir,
        info,
        split,
    )
    with tqdm(total=num_documents, unit=" docs", mininterval=1) as bar:

        def counted():
            for batch in batches:
                yield batch
                bar.update(int(batch["weight"].numpy().sum()))
            # Here, for without any batch there is nothing to predict.
            input_pipeline.check_count(bar.n, info, split)

        return predict_top_k(top_k_labels(model, top_k), counted())
