"""From texts to a served model, in one program: python examples/tagging.py.

Makes its own small corpus, so that it runs anywhere, in a minute.
"""

import random
import tempfile
from pathlib import Path

import axml_tf

TOPICS = {
    "pdf": ["page", "rotate", "merge", "print"],
    "audio": ["song", "volume", "convert", "mute"],
    "mail": ["inbox", "attachment", "reply", "spam"],
    "photo": ["crop", "camera", "album", "pixel"],
}
FILLERS = ["how", "do", "the", "my", "with", "this", "please", "new", "file"]


def make_documents(count: int, seed: int) -> list[dict]:
    """Texts that hold words of one or two topics."""
    draw = random.Random(seed)
    documents = []
    for _ in range(count):
        labels = draw.sample(sorted(TOPICS), draw.choice([1, 2]))
        words = [draw.choice(TOPICS[label]) for label in labels * 2]
        words += draw.choices(FILLERS, k=8)
        draw.shuffle(words)
        documents.append({"text": " ".join(words), "labels": labels})
    return documents


def main() -> None:
    """Prepares, trains, asks, measures and exports."""
    with tempfile.TemporaryDirectory() as folder:
        data = axml_tf.prepare(
            make_documents(1000, seed=0),
            test=make_documents(200, seed=1),
            out=Path(folder, "data"),
        )
        model = axml_tf.train(
            data,
            Path(folder, "model"),
            max_epochs=8,
            learning_rate=1e-2,
            embedding_dim=16,
            hidden_dim=16,
            fc_dims=(16,),
            label_bias=True,
        )
        for prediction in model.predict(["please mute this song"], top_k=2)[0]:
            print(f"{prediction.score:.3f}  {prediction.label}")
        print(model.explain("rotate the page in my inbox"))
        print(model.evaluate(data)["measures"]["P@1"])
        exported = model.export(Path(folder, "serving", "axml"))
        again = axml_tf.load(exported)
        print(again.predict(["crop the camera album"], top_k=1))


if __name__ == "__main__":
    main()
