"""Raw files of every format, corrupted in every way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutations import corrupted, corrupted_gzip
from promises import answer_or_refusal
from raw_folders import FOLDERS, WITH_GZIP
from reading import fill, read_everything

from axml_tf.data_prep.readers.formats import FORMATS


@st.composite
def corrupted_folder(draw, name):
    """The well-formed folder of a format with one file corrupted."""
    files = dict(FOLDERS[name])
    wrong = draw(st.sampled_from(sorted(files)))
    content = files.pop(wrong)
    if name in WITH_GZIP and draw(st.booleans()):
        return {**files, f"{wrong}.gz": draw(corrupted_gzip(content))}
    return {**files, wrong: draw(corrupted(content))}


@pytest.mark.parametrize("name", FORMATS)
def test_well_formed_folder_is_read(name, tmp_path):
    fill(tmp_path / "raw", FOLDERS[name])
    assert read_everything(name, tmp_path / "raw") >= 2


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
def test_corrupted_files_are_read_or_refused(name, tmp_path, data):
    files = data.draw(corrupted_folder(name))
    fill(tmp_path / "raw", files)
    answer_or_refusal(read_everything, name, tmp_path / "raw")
