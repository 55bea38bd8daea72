import subprocess

from benchmarks.programs import program


def check(exported, data_dir):
    return subprocess.run(
        [
            program("check-token-ids"),
            *(f"--saved_model={exported}", f"--data_dir={data_dir}"),
        ],
        capture_output=True,
        text=True,
    )


def test_documents_are_counted(exported, trained):
    done = check(exported.parent, trained.data_dir)
    assert done.returncode == 0, done.stderr
    assert (
        done.stdout == "3 documents: the served ids are those of the records.\n"
    )


def test_folder_without_data_is_one_line(exported, tmp_path):
    done = check(exported, tmp_path)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"error: {tmp_path}/dataset.json is missing")
