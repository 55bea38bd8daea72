import pytest

from axml_tf.console.errors import UserError
from axml_tf.export.server.batching_parameters import (
    BatchingParameters,
    read_batching,
)


def read(folder, text):
    path = folder / "parameters.txt"
    path.write_text(text)
    return read_batching(path)


def test_both_spellings_of_a_number_and_comments_are_read(tmp_path):
    assert read(
        tmp_path,
        """
        # Of the whole server.
        max_batch_size { value: 32 }  # rows
        batch_timeout_micros: 0
        num_batch_threads{value:4}
        """,
    ) == BatchingParameters(
        max_batch_size=32, batch_timeout_micros=0, num_batch_threads=4
    )


def test_what_changes_no_answer_is_ignored(tmp_path):
    text = "thread_pool_name { value: pool } pad_variable_length_inputs: true"
    assert read(tmp_path, text) == BatchingParameters()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "max_batch_size = 3",
            "is no BatchingParameters of TensorFlow Serving, at 'max_batch_s",
        ),
        ("max_batch_size { value: many }", "expected numbers for"),
        ("max_batch_sizes: 3", "unexpected keyword argument 'max_batch_siz"),
        ("num_batch_threads: 0", "every number must be positive"),
        ("batch_timeout_micros: -1", "at 'batch_timeout_micros: -1'"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path, text, words):
    with pytest.raises(UserError, match=words) as error:
        read(tmp_path, text)
    assert str(error.value).startswith(str(tmp_path / "parameters.txt"))
