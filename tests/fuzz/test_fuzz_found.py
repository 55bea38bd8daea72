"""Inputs that fuzzing found, or was led to: each broke something once."""

import gzip
import json
import re
import zlib

import numpy as np
import pytest
import tensorflow as tf
from absl import flags
from promises import answer_or_refusal, memory_limit, time_limit
from raw_folders import FOLDERS
from reading import fill, read_everything
from rest_bodies import arrays_of

from axml_tf.console import settings
from axml_tf.console.errors import UserError
from axml_tf.data_prep.readers.line_files import MAX_LINE_BYTES
from axml_tf.formats import schema
from axml_tf.models.model_config import ModelConfig

_MANY_DIGITS = b"1" * 5000
_LONG = b"x" * (MAX_LINE_BYTES + 1)


@pytest.mark.parametrize(
    ("name", "file", "content", "message"),
    [
        # Python makes no integer of so many digits.
        ("lshtc", "train.csv", _MANY_DIGITS + b" 1:1\n", "line 1: expected"),
        ("lshtc", "train.csv", b"1 1:" + _MANY_DIGITS, "line 1: .* counts"),
        ("xmc_sparse", "train.txt", _MANY_DIGITS + b" 5 4\n", "line 1: .* num"),
        (
            "xmc_sparse",
            "train.txt",
            b"1 50 4\n" + _MANY_DIGITS,
            "line 2: .* in",
        ),
        # A separator that only `split` takes for one.
        ("lshtc", "train.csv", b"0 \r1:1\n", "line 1: .* pairs"),
        ("lshtc", "train.csv", b"0 1:1\t2:1\n", "line 1: .* pairs"),
        # The second column of the same name was read at the wrong place.
        ("csv", "train.csv", b"text,text,labels\na,b\n", "'text' stands twice"),
        # Messages as long as the file.
        ("csv", "train.csv", b"x" * 70_000, "'text' is missing"),
        (
            "jsonl",
            "train.jsonl",
            b'{"' + b"x" * 70_000 + b'": 1}',
            "is missing",
        ),
        ("lines", "train_ids.txt", b"a\t" + b"1" * 70_000, "line 1: ids and"),
        # Every id of a predictions file would be as wide.
        (
            "lines",
            "train_ids.txt",
            b"x" * 1001 + b"\nb\nc\n",
            "1000 characters",
        ),
        # Two labels of one name would have become one.
        (
            "xmc_text",
            "lbl.json",
            b"".join(
                b'{"uid": "%s", "title": "%s"}\n' % pair
                for pair in [(b"1", b"a"), (b"2", b"a"), (b"3", b"a (1)")]
            ),
            "line 3: 'a \\(1\\)' stands in line 1",
        ),
    ],
)
def test_file_is_refused(tmp_path, *, name, file, content, message):
    fill(tmp_path / "raw", {**FOLDERS[name], file: content})
    refused = answer_or_refusal(read_everything, name, tmp_path / "raw")
    assert isinstance(refused, UserError)
    assert re.search(message, str(refused))


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("lines", "train_raw_texts.txt"),
        ("lines", "train_labels.txt"),
        ("csv", "train.csv"),
        ("jsonl", "train.jsonl"),
        ("rcv1", "rcv1-v2.topics.qrels"),
        ("eurlex", "eurlex_tokenstring.arff"),
        ("xmc_text", "trn.json"),
        ("xmc_sparse", "train.txt"),
        ("lshtc", "train.csv"),
    ],
)
def test_line_that_never_ends_is_refused(tmp_path, name, file):
    fill(tmp_path / "raw", {**FOLDERS[name], file: _LONG})
    with (
        memory_limit(8 * MAX_LINE_BYTES),
        pytest.raises(UserError, match=r"line 1: .* 16,777,216 bytes"),
    ):
        read_everything(name, tmp_path / "raw")


def test_little_that_unpacks_to_an_endless_line_is_refused(tmp_path):
    packer = zlib.compressobj(wbits=31)
    block = b" " * 2**20
    packed = b"".join(packer.compress(block) for _ in range(2**8))
    files = dict(FOLDERS["jsonl"])
    del files["train.jsonl"]
    files["train.jsonl.gz"] = packed + packer.flush()
    fill(tmp_path / "raw", files)
    with (
        memory_limit(8 * MAX_LINE_BYTES),
        pytest.raises(UserError, match=r"gz, line 1: .* 16,777,216 bytes"),
    ):
        read_everything("jsonl", tmp_path / "raw")


def test_document_of_endless_lines_is_refused(tmp_path):
    files = dict(FOLDERS["rcv1"])
    del files["lyrl2004_tokens_train.dat"]
    files["lyrl2004_tokens_train.dat.gz"] = gzip.compress(
        b".I 1\n.W\n" + (b"a" * 999 + b"\n") * 17_000
    )
    fill(tmp_path / "raw", files)
    with (
        memory_limit(8 * MAX_LINE_BYTES),
        pytest.raises(UserError, match=r"line 1: .* 16,777,216 bytes"),
    ):
        read_everything("rcv1", tmp_path / "raw")


def test_counts_that_make_a_text_of_gigabytes_are_refused(tmp_path):
    pairs = b" ".join(b"%d:1000000" % term for term in range(2000))
    fill(tmp_path / "raw", {"train.csv": b"1 " + pairs})
    with (
        memory_limit(8 * MAX_LINE_BYTES),
        pytest.raises(UserError, match="line 1: expected a document of at"),
    ):
        read_everything("lshtc", tmp_path / "raw")


def test_long_number_takes_no_longer_than_it_is_long(tmp_path):
    # Read in two ways at every digit, it took an hour.
    line = b"1 1:" + b"1" * 1_000_000 + b"x"
    fill(tmp_path / "raw", {"train.csv": line})
    with time_limit(), pytest.raises(UserError, match=r"line 1: .* pairs"):
        read_everything("lshtc", tmp_path / "raw")


@pytest.mark.parametrize("serialized", [b"\x80", b"\n\x7f\xff"])
def test_record_that_python_cannot_print_is_refused(serialized):
    with pytest.raises(schema.UNREADABLE):
        schema.parse(tf.constant(serialized))


def test_id_beyond_int32_is_no_other_id():
    ids = [2**32 + 3, -(2**32) + 3, 3]
    record = schema.parse(tf.constant(schema.encode(b"d", b"", ids, ids)))
    for name in ("token_ids", "label_ids"):
        assert record[name].numpy().tolist() == [2**31 - 1, -1, 3]


@pytest.fixture
def model_flags():
    before = set(flags.FLAGS)
    settings.define(ModelConfig)
    yield
    flags.FLAGS.unparse_flags()
    for name in set(flags.FLAGS) - before:
        delattr(flags.FLAGS, name)


@pytest.mark.parametrize(
    "argument", ["--hidden_dim=2147483648", "--dropout=-inf", "--dropout=1e999"]
)
def test_number_that_no_layer_takes_is_no_flag(model_flags, argument):
    with pytest.raises(flags.IllegalFlagValueError, match=r"hidden|dropout"):
        flags.FLAGS(["program", argument])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("2147483648", "at most 2147483647; received 2147483648"),
        ('"4\n?"', r"received 4\\n\?"),
        ("9" * 5000, "received 9{80}\\.$"),
    ],
)
def test_list_is_refused_on_one_line(model_flags, value, message):
    flags.FLAGS(["program", f"--fc_dims={value}"])
    refused = answer_or_refusal(settings.values, ModelConfig)
    assert isinstance(refused, UserError)
    assert re.search(message, str(refused))


@pytest.mark.parametrize(
    "tensors",
    [
        # Too deep for a function that calls itself.
        json.loads("[" * 600 + "]" * 600),
        # As an array of NumPy's strings: 3 MB for every number.
        [[1] * 400_000 + ["x" * 3_000_000]],
        [[True]],
        [[1], [1, 2]],
        [[1], 1],
        [[2**31]],
        [[10**400]],
        [[{"b64": "\u00e9"}]],
        None,
    ],
    ids=lambda x: str(x)[:20],
)
def test_tensor_is_refused(tensors):
    body = {"signature_name": "token_ids", "inputs": tensors}
    with memory_limit(), time_limit():
        assert arrays_of(json.dumps(body).encode()) is None


def test_tensors_of_no_rows_keep_their_shapes():
    body = {"signature_name": "token_ids", "inputs": [[], []]}
    arrays = arrays_of(json.dumps(body).encode())
    assert arrays["token_ids"].shape == (2, 0)
    assert arrays["token_ids"].dtype == np.int32
