import errno
import os

import pytest

from axml_tf.console.errors import UserError
from axml_tf.storage.files import atomic_directory, atomic_file, check_writable


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def umask():
    old = os.umask(0o027)
    yield
    os.umask(old)


def test_file_appears_at_the_end_only(tmp_path):
    path = tmp_path / "new" / "x.txt"
    with atomic_file(path) as temporary:
        temporary.write_text("whole")
        assert temporary.parent == path.parent
        assert not path.exists()
    assert path.read_text() == "whole"
    assert names(path.parent) == ["x.txt"]


def test_error_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("old")
    with pytest.raises(KeyError), atomic_file(path) as temporary:
        temporary.write_text("half")
        raise KeyError
    assert path.read_text() == "old"
    assert names(tmp_path) == ["x.txt"]


def test_file_has_the_rights_of_the_umask(tmp_path, umask):
    with atomic_file(tmp_path / "x.txt") as temporary:
        temporary.write_text("x")
    assert (tmp_path / "x.txt").stat().st_mode & 0o777 == 0o640
    assert os.umask(0o027) == 0o027, "the umask was changed"


def test_file_in_place_of_a_folder_is_an_os_error(tmp_path):
    tmp_path.joinpath("x").write_text("")
    with pytest.raises(OSError), atomic_file(tmp_path / "x" / "y"):
        pass
    tmp_path.joinpath("folder").mkdir()
    with pytest.raises(OSError), atomic_file(tmp_path / "folder"):
        pass
    assert names(tmp_path) == ["folder", "x"]


def test_directory_appears_at_the_end_only(tmp_path):
    path = tmp_path / "new" / "out"
    with atomic_directory(path) as temporary:
        temporary.joinpath("a").write_text("1")
        assert not path.exists()
    assert names(path) == ["a"]
    assert names(path.parent) == ["out"]


def test_error_leaves_no_directory(tmp_path):
    with (
        pytest.raises(KeyError),
        atomic_directory(tmp_path / "out") as temporary,
    ):
        temporary.joinpath("a").write_text("1")
        raise KeyError
    assert names(tmp_path) == []


def test_directory_has_the_rights_of_the_umask(tmp_path, umask):
    with atomic_directory(tmp_path / "out"):
        pass
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o750


def test_directory_with_content_is_kept_unless_told_otherwise(tmp_path):
    path = tmp_path / "out"
    path.mkdir()
    path.joinpath("old").write_text("")
    with (
        pytest.raises(UserError, match=r"exists already.*--overwrite"),
        atomic_directory(path),
    ):
        pass
    assert names(path) == ["old"]
    with atomic_directory(path, overwrite=True) as temporary:
        temporary.joinpath("new").write_text("")
        assert names(path) == ["old"]
    assert names(path) == ["new"]
    assert names(tmp_path) == ["out"]


def test_error_while_overwriting_leaves_the_old_directory(tmp_path):
    path = tmp_path / "out"
    path.mkdir()
    path.joinpath("old").write_text("")
    with (
        pytest.raises(KeyError),
        atomic_directory(path, overwrite=True) as temporary,
    ):
        temporary.joinpath("new").write_text("")
        raise KeyError
    assert names(path) == ["old"]
    assert names(tmp_path) == ["out"]


def test_empty_directory_is_filled(tmp_path):
    path = tmp_path / "out"
    path.mkdir()
    with atomic_directory(path) as temporary:
        temporary.joinpath("a").write_text("")
    assert names(path) == ["a"]


def test_file_where_the_directory_should_stand_is_kept(tmp_path):
    path = tmp_path / "out"
    path.write_text("old")
    with pytest.raises(UserError, match="exists"), atomic_directory(path):
        pass
    assert path.read_text() == "old"


def test_file_in_place_of_the_directory_is_kept_when_overwriting(tmp_path):
    path = tmp_path / "out"
    path.write_text("old")
    with (
        pytest.raises(UserError, match="as a file"),
        atomic_directory(path, overwrite=True),
    ):
        pass
    assert path.read_text() == "old"


def test_folder_behind_a_link_is_replaced_and_the_link_stays(tmp_path):
    target, link = tmp_path / "disk" / "out", tmp_path / "link"
    target.mkdir(parents=True)
    target.joinpath("old").write_text("")
    link.symlink_to(target)
    with atomic_directory(link, overwrite=True) as temporary:
        temporary.joinpath("new").write_text("")
    assert link.is_symlink()
    assert names(target) == ["new"]
    assert names(tmp_path / "disk") == ["out"]


@pytest.fixture
def events(monkeypatch):
    """What is brought to the disk, and when a new name is given."""
    events = []
    fsync, replace = os.fsync, os.replace

    def record_fsync(handle):
        path = os.readlink(f"/proc/self/fd/{handle}")
        events.append(path.rpartition("/")[2])
        fsync(handle)

    def record_replace(source, target):
        events.append("new name")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", record_fsync)
    monkeypatch.setattr(os, "replace", record_replace)
    return events


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_file_is_on_the_disk_before_it_has_its_name(tmp_path, events):
    with atomic_file(tmp_path / "x.txt") as temporary:
        temporary.write_text("whole")
    assert events == [temporary.name, "new name", tmp_path.name]


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_all_of_a_directory_is_on_the_disk_before_it_has_its_name(
    tmp_path, events
):
    with atomic_directory(tmp_path / "out") as temporary:
        temporary.joinpath("below").mkdir()
        temporary.joinpath("a").write_text("1")
        temporary.joinpath("below", "b").write_text("2")
    assert events[-2:] == ["new name", tmp_path.name]
    assert sorted(events[:-2]) == sorted(["a", "b", "below", temporary.name])


def test_file_system_that_cannot_sync_folders_will_do(tmp_path, monkeypatch):
    def fsync(handle):
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", fsync)
    with atomic_file(tmp_path / "x.txt") as temporary:
        temporary.write_text("whole")
    assert (tmp_path / "x.txt").read_text() == "whole"


def test_disk_that_is_full_when_all_is_written_leaves_the_old(
    tmp_path, monkeypatch
):
    def fsync(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "x").write_text("old")
    monkeypatch.setattr(os, "fsync", fsync)
    for writer, name in ((atomic_file, "x"), (atomic_directory, "out")):
        with pytest.raises(OSError, match="No space"), writer(tmp_path / name):
            pass
    assert (tmp_path / "x").read_text() == "old"
    assert names(tmp_path) == ["x"]


def test_unwritable_place_is_found_before_long_work(tmp_path):
    check_writable(tmp_path / "new" / "file.npz")
    assert list((tmp_path / "new").iterdir()) == []
    with pytest.raises(UserError, match="is a folder"):
        check_writable(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        check_writable(tmp_path / "file" / "below.npz")
