import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from axml_tf.export.warmup import WARMUP_FILE


def test_warmup_covers_every_length_and_every_signature(exported, call):
    lengths, signatures = [], []
    for record in tf.data.TFRecordDataset(str(exported / WARMUP_FILE)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        request = log.predict_log.request
        assert request.model_spec.name == "axml"
        inputs = {
            name: tf.make_ndarray(value)
            for name, value in request.inputs.items()
        }
        call(request.model_spec.signature_name, **inputs)
        signatures.append(request.model_spec.signature_name)
        if signatures[-1] == "serving_default":
            (text,) = inputs["text"]
            lengths.append(len(text.split()))
    # Half of the training documents have 1 word, 30 % at most 4, the rest
    # more than the model reads.
    assert lengths == [1, 4, 40]
    definition = tf.saved_model.load(str(exported))
    assert set(signatures) == set(definition.signatures)
