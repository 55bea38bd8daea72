"""What people paste into a notebook; `test_packaging.py` runs it."""

import sys
import time

started = time.perf_counter()
import axml_tf  # noqa: E402

seconds = time.perf_counter() - started
assert "tensorflow" not in sys.modules
assert seconds < 0.3, seconds

train = [
    {"text": f"the {word} number {i}", "labels": [word]}
    for i in range(60)
    for word in ("red", "green", "blue")
]
test = [{"text": "a red one", "labels": ["red"]}]

data = axml_tf.prepare(
    train, test=test, dev=None, text="text", labels="labels", out="data"
)
small = {"embedding_dim": 8, "hidden_dim": 8, "fc_dims": (8,)}
model = axml_tf.train(data, "model", max_epochs=5, learning_rate=2e-2, **small)
model = axml_tf.load("model")
best = model.predict(["a text", "another"], top_k=5)
assert [len(labels) for labels in best] == [3, 3]
assert model.predict_proba(["red", "blue"]).shape == (2, 3)
assert model.predict_proba(["red"], threshold=0.0).nnz == 3
explained = model.explain("a red text")
assert len(explained.labels) == 3 and "red" in str(explained)
assert "red" in explained._repr_html_()
assert "P@1" in model.evaluate(data, split="test")["measures"]
path = model.export("serving/axml")
assert axml_tf.load(path).predict(["a text"]) == axml_tf.load(
    "serving/axml"
).predict(["a text"])
print("all is well")
