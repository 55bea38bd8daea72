"""Three splits of raw documents, and their preparation."""

from axml_tf.data_prep.prepare import prepare
from axml_tf.data_prep.prepare_config import PrepareConfig
from axml_tf.data_prep.readers.document import Document

TRAIN = [
    Document("t0", b"Cats and cats, 1998!", ("cat", "pet")),
    Document("t1", b"dogs AND cats 1999", ("pet", "dog")),
    Document("t2", b"dogs dogs 42", ("dog", "pet")),
]
DEV = [Document("d0", b"dogs and fish 2001", ("fish", "pet"))]
TEST = [
    Document("e0", b"birds and cats", ("bird", "cat", "fish")),
    Document("e1", b"", ()),
]


def run(raw, **options):
    output = raw.parent / "out"
    return output, prepare(PrepareConfig(raw, output, **options))
