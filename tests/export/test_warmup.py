import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from export.warmup import WARMUP_FILE


def test_warmup_covers_every_length_and_is_answered(exported):
    session = tf.compat.v1.Session(graph=tf.Graph())
    with session.graph.as_default():
        definitions = tf.compat.v1.saved_model.load(
            session, ["serve"], str(exported)
        ).signature_def
    sent = []
    for record in tf.data.TFRecordDataset(str(exported / WARMUP_FILE)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        request = log.predict_log.request
        assert request.model_spec.name == "axml"
        (text,) = tf.make_ndarray(request.inputs["text"])
        definition = definitions[request.model_spec.signature_name]
        session.run(
            [info.name for info in definition.outputs.values()],
            {definition.inputs["text"].name: [text]},
        )
        sent.append((request.model_spec.signature_name, len(text.split())))
    # Half of the training documents have 1 word, 30 % at most 4, the rest
    # more than the model reads.
    assert sent == [
        ("serving_default", 1),
        ("serving_default", 4),
        ("serving_default", 40),
        ("explain", 40),
    ]
