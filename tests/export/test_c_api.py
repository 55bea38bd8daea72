import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from axml_tf.dataset.tokenizer import Tokenizer

CLIENT = Path(__file__).with_name("c_api_client.py")
LIBRARY = Path(tf.__file__).with_name("libtensorflow_cc.so.2")


@pytest.mark.skipif(
    not LIBRARY.exists(), reason="this TensorFlow has no libtensorflow_cc.so.2"
)
def test_a_process_without_python_tensorflow_gets_the_answer_of_keras(
    trained, exported
):
    texts = ["The fish quota of 1998", "", "pêche 😀 " * 40]
    tokenizer = Tokenizer(trained.data_dir / "vocab.txt", trained.max_length)
    token_ids = tokenizer(tf.constant(texts)).token_ids.to_tensor()
    logits = np.asarray(trained.model(token_ids), np.float64)
    best = np.argsort(-logits, axis=1, kind="stable")[:, :3]
    # Tensor names change with every export: the signature has them.
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        meta_graph = tf.compat.v1.saved_model.load(
            session, ["serve"], str(exported)
        )
    signature = meta_graph.signature_def["serving_default"]
    done = subprocess.run(
        [
            *(sys.executable, str(CLIENT), str(exported)),
            signature.inputs["text"].name,
            signature.outputs["labels"].name,
            signature.outputs["probabilities"].name,
            *texts,
        ],
        stdout=subprocess.PIPE,
        check=True,
    )
    labels, scores = json.loads(done.stdout)
    assert labels == [[trained.labels[i] for i in row] for row in best]
    np.testing.assert_allclose(
        scores,
        1 / (1 + np.exp(-np.take_along_axis(logits, best, axis=1))),
        atol=1e-6,
    )
