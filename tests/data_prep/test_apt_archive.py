"""Lists of packages are taken with apt's programs, here with others."""

from pathlib import Path

import pytest
from fake_apt import write_failing_apt, write_fake_apt

from axml_tf.console.errors import UserError
from axml_tf.data_prep import apt_archive

needs_apt = pytest.mark.skipif(
    not Path(apt_archive._APT_HELPER).is_file(), reason="needs apt-helper"
)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "folder"
    path.mkdir()
    return path


@needs_apt
def test_lists_of_all_debian_archives_are_joined(tmp_path, folder, monkeypatch):
    lists = {
        "packages-1": "Package: a\n",
        "packages-2": "Package: b\nTag: t::x\n",
        "translations": "Package: a\nDescription-en: naïve\n",
    }
    monkeypatch.setenv("PATH", write_fake_apt(tmp_path / "apt", lists))
    packages, translations = apt_archive.download(folder)
    # An empty line ends a paragraph: none runs on into the next file.
    assert list(packages) == [
        *("Package: a", "", ""),
        *("Package: b", "Tag: t::x", "", ""),
    ]
    assert list(translations) == [
        *("Package: a", "Description-en: naïve", "", ""),
    ]


@needs_apt
def test_configuration_is_copied_without_hooks_and_folders(
    tmp_path, folder, monkeypatch
):
    lists = {"packages-1": "", "translations": ""}
    monkeypatch.setenv("PATH", write_fake_apt(tmp_path / "apt", lists))
    apt_archive.download(folder)
    used = (tmp_path / "apt" / "used.conf").read_text().splitlines()
    assert 'APT::Architecture "amd64";' in used
    assert f'Dir::State "{folder}/state";' in used
    assert 'Dir::State "/var/lib/apt";' not in used
    assert not any("Invoke" in line for line in used)
    assert (folder / "state" / "lists" / "partial").is_dir()


@needs_apt
@pytest.mark.parametrize("missing", ["packages-1", "translations"])
def test_sources_without_a_debian_archive_are_an_error(
    tmp_path, folder, monkeypatch, missing
):
    lists = {"packages-1": "", "translations": ""}
    del lists[missing]
    monkeypatch.setenv("PATH", write_fake_apt(tmp_path / "apt", lists))
    with pytest.raises(UserError, match=r"see /etc/apt/sources\.list"):
        apt_archive.download(folder)


@needs_apt
def test_failing_apt_is_told_with_its_reason(tmp_path, folder, monkeypatch):
    path = write_failing_apt(tmp_path / "apt", "E: no such host")
    monkeypatch.setenv("PATH", path)
    with pytest.raises(
        UserError, match=r"`apt-get update` failed.*\(E: no such host\)"
    ):
        apt_archive.download(folder)


def test_no_apt_is_an_error(tmp_path, folder, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="no apt-get"):
        apt_archive.download(folder)
    assert list(folder.iterdir()) == []
