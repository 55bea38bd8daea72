import json
import os
import struct
import zipfile

import numpy as np
import pytest

from axml_tf.console.errors import UserError
from axml_tf.runs import checkpoint_files
from axml_tf.runs.checkpoint_files import CheckpointFolder

VALUES = {
    "model/0": np.arange(6, dtype=np.float32).reshape(2, 3),
    "progress/step": 12,
    "progress/best": 0.1 + 0.2,
    "empty": np.zeros((0, 3)),
}


def test_values_come_back_with_their_types(tmp_path):
    CheckpointFolder(tmp_path / "new", keep=2).write(VALUES)
    (path,) = (tmp_path / "new").iterdir()
    assert path.name == "ckpt-1.npz"
    found = checkpoint_files.read(path)
    assert found.keys() == VALUES.keys()
    for name, value in VALUES.items():
        assert found[name].dtype == np.asarray(value).dtype
        np.testing.assert_array_equal(found[name], value)
    assert float(found["progress/best"]) == 0.1 + 0.2


def test_oldest_go_and_newest_come_first(tmp_path):
    folder = CheckpointFolder(tmp_path, keep=3)
    for number in range(12):
        folder.write({"number": number})
    (tmp_path / "ckpt-0.npz").touch()
    (tmp_path / ".ckpt-13.npz.x.npz").touch()
    (tmp_path / "ckpt-14.npz.damaged").touch()
    names = [path.name for path in folder.paths()]
    assert names == ["ckpt-12.npz", "ckpt-11.npz", "ckpt-10.npz"]
    found = [int(checkpoint_files.read(p)["number"]) for p in folder.paths()]
    assert found == [11, 10, 9]


def test_folder_that_is_not_there_has_none(tmp_path):
    assert CheckpointFolder(tmp_path / "none", keep=1).paths() == []


def test_one_that_cannot_be_written_leaves_those_there(tmp_path):
    folder = CheckpointFolder(tmp_path, keep=1)
    folder.write({"number": 1})

    class Unreadable:
        def __array__(self, *_, **__):
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        folder.write({"first": np.zeros(1000), "number": Unreadable()})
    assert [path.name for path in tmp_path.iterdir()] == ["ckpt-1.npz"]


def test_objects_are_never_unpickled(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    path = tmp_path / "ckpt-1.npz"
    np.savez(path, trap=np.array([Trap()], dtype=object))
    with pytest.raises(UserError, match="is damaged"):
        checkpoint_files.read(path)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("damage", ["cut", "empty", "removed", "text"])
def test_damaged_file_is_named(tmp_path, damage):
    CheckpointFolder(tmp_path, keep=1).write(VALUES)
    path = tmp_path / "ckpt-1.npz"
    whole = path.read_bytes()
    if damage == "removed":
        path.unlink()
    else:
        content = {
            "cut": whole[: len(whole) // 2],
            "empty": b"",
            "text": json.dumps({}).encode(),
        }
        path.write_bytes(content[damage])
    with pytest.raises(UserError) as error:
        checkpoint_files.read(path)
    assert str(error.value).startswith(f"The checkpoint {path} is damaged")
    assert "\n" not in str(error.value)


def test_value_that_changed_on_disk_is_found(tmp_path):
    CheckpointFolder(tmp_path, keep=1).write(VALUES)
    path = tmp_path / "ckpt-1.npz"
    content = bytearray(path.read_bytes())
    value = struct.pack("<3f", 3, 4, 5)
    assert content.count(value) == 1
    content[content.index(value)] ^= 1
    path.write_bytes(content)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() == "model/0.npy"
    with pytest.raises(UserError, match="is damaged"):
        checkpoint_files.read(path)


def test_damaged_one_that_is_set_aside_does_not_count(tmp_path):
    folder = CheckpointFolder(tmp_path, keep=2)
    for number in range(2):
        folder.write({"number": number})
    aside = checkpoint_files.set_aside(tmp_path / "ckpt-2.npz")
    assert aside.name == "ckpt-2.npz.damaged"
    assert [path.name for path in folder.paths()] == ["ckpt-1.npz"]
    folder.write({"number": 2})
    assert (tmp_path / "ckpt-2.npz").exists() and aside.exists()
