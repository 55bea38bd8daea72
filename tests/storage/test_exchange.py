import os

import pytest

from axml_tf.storage.exchange import exchange


@pytest.fixture(params=["at once", "in three steps"])
def folders(request, tmp_path, monkeypatch):
    if request.param == "in three steps":
        monkeypatch.setattr(
            "axml_tf.storage.exchange._exchange_at_once",
            lambda first, second: False,
        )
    new, old = tmp_path / "new", tmp_path / "old"
    for folder in (new, old):
        folder.mkdir()
        (folder / f"of {folder.name}").write_text("")
    return new, old


def test_each_folder_gets_the_name_of_the_other(folders):
    new, old = folders
    exchange(new, old)
    assert os.listdir(old) == ["of new"]
    assert os.listdir(new) == ["of old"]
    assert sorted(os.listdir(new.parent)) == ["new", "old"]


def test_missing_folder_is_an_os_error(folders):
    new, old = folders
    with pytest.raises(FileNotFoundError):
        exchange(new.with_name("nothing"), old)


def test_old_name_is_never_without_a_folder(tmp_path, monkeypatch):
    # No other call may be needed than the kernel's one.
    monkeypatch.setattr(os, "replace", None)
    new, old = tmp_path / "new", tmp_path / "old"
    new.mkdir()
    old.mkdir()
    try:
        exchange(new, old)
    except TypeError:
        pytest.skip("This file system exchanges in three steps.")
