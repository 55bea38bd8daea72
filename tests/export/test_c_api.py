import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

CLIENT = Path(__file__).with_name("c_api_client.py")
LIBRARY = Path(tf.__file__).with_name("libtensorflow_cc.so.2")


@pytest.mark.skipif(
    not LIBRARY.exists(), reason="this TensorFlow has no libtensorflow_cc.so.2"
)
def test_a_process_without_python_tensorflow_gets_the_same_answer(exported):
    texts = ["The fish quota of 1998", "", "pêche 😀 " * 40]
    loaded = tf.saved_model.load(str(exported))
    expected = loaded.signatures["serving_default"](text=tf.constant(texts))
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
            signature.outputs["probabilities"].name,
            *texts,
        ],
        stdout=subprocess.PIPE,
        check=True,
    )
    np.testing.assert_allclose(
        json.loads(done.stdout), expected["probabilities"], atol=1e-6
    )
