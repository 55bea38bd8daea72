"""No file of ours is read in a way that could run code of its own.

What loads is found in the source: a new way in has to be entered here.
"""

import ast
from pathlib import Path

import axml_tf

ROOT = Path(axml_tf.__file__).parents[1]

# Run, or may run, what a file says.
NEVER = (
    *("pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal"),
    *("joblib.load", "joblib.dump", "yaml.load", "yaml.unsafe_load"),
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen"),
    *("numpy.load", "numpy.fromregex", "numpy.genfromtxt", "numpy.loadtxt"),
    *("scipy.io", "scipy.sparse.load_npz", "pandas.read_pickle"),
    *("keras.models", "keras.saving.load_model", "keras.Model.load_weights"),
    *("keras.config.enable_unsafe_deserialization",),
    *("tarfile", "zipfile.ZipFile.extractall", "shutil.unpack_archive"),
)
# Where one of these is right, and why.
ALLOWED = {
    # A temporary file without a name, which nobody else can write.
    ("axml_tf.data_prep.word_spool", "numpy.load"),
    # Entry points and extras: fixed names of installed packages.
    ("axml_tf.baselines.extras", "importlib.import_module"),
}
# An exported model is a program: whoever loads it trusts it.
SAVED_MODEL_LOADERS = {
    "axml_tf.prediction.saved_model",
    "axml_tf.export.check_token_ids",
    "axml_tf.export.server.servable",
}
# Methods that are dangerous whatever they are called on.
METHODS = ("extractall", "load_weights", "load_model", "allow_pickle")


def module_name(path):
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name if name.startswith("axml_tf.") else f"axml_tf.{name}"


def sources():
    for package in ("axml_tf", "data_prep", "export"):
        for path in sorted(ROOT.joinpath(package).rglob("*.py")):
            yield module_name(path), ast.parse(path.read_text("utf-8"))


def aliases_of(tree):
    """What names in a file stand for."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                # `import a.b` binds a.
                name = alias.asname or alias.name.partition(".")[0]
                names[name] = alias.name if alias.asname else name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                names[alias.asname or alias.name] = full
    return names


def dotted(node):
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return before and f"{before}.{node.attr}"
    return None


def names_used(tree):
    """Dotted names in a file, imported names written out."""
    aliases = aliases_of(tree)
    yield from aliases.values()
    for node in ast.walk(tree):
        name = dotted(node)
        if name:
            first, dot, rest = name.partition(".")
            yield aliases.get(first, first) + dot + rest


def uses(name, wanted):
    return name == wanted or name.startswith(f"{wanted}.")


def found_in(tree):
    return {
        wanted
        for name in names_used(tree)
        for wanted in (*NEVER, "importlib.import_module")
        if uses(name, wanted)
    }


def test_the_search_finds_what_it_should():
    tree = ast.parse(
        "import numpy as np\nfrom keras import models as m\nimport pickle\n"
        "np.load(path)\nm.load_model(path)\n"
    )
    assert found_in(tree) == {"numpy.load", "keras.models", "pickle"}


def test_nothing_that_runs_a_files_content_is_used():
    assert {
        (module, name) for module, tree in sources() for name in found_in(tree)
    } == ALLOWED


def test_no_keras_file_and_no_archive_is_unpacked():
    assert [
        f"{module}, line {node.lineno}"
        for module, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in METHODS
    ] == []


def test_arrays_are_never_read_with_pickles():
    for module, tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = (dotted(node.func) or "").rpartition(".")[2]
            if name not in ("load", "read_array", "save", "write_array"):
                continue
            if not (dotted(node.func) or "").startswith("np."):
                continue
            allowed = {
                word.arg: ast.literal_eval(word.value)
                for word in node.keywords
                if word.arg == "allow_pickle"
            }
            is_reading = name in ("load", "read_array")
            assert allowed == {"allow_pickle": False} or (
                not is_reading and not allowed
            ), f"{module}, line {node.lineno}"


def test_saved_models_are_loaded_in_few_places():
    assert {
        module
        for module, tree in sources()
        for name in names_used(tree)
        if name.endswith("saved_model.load")
    } == SAVED_MODEL_LOADERS


def test_archives_are_opened_by_the_one_reader_of_arrays():
    assert {
        module
        for module, tree in sources()
        for name in names_used(tree)
        if uses(name, "zipfile.ZipFile")
    } <= {"axml_tf.storage.npz_files", "axml_tf.runs.checkpoint_files"}


def test_subprocesses_run_fixed_programs_without_a_shell():
    found = set()
    for module, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "shell":
                raise AssertionError(f"{module}, line {node.value.lineno}")
        if any(uses(name, "subprocess") for name in names_used(tree)):
            found.add(module)
    # apt-get and its helper; git, asked for the commit.
    assert found <= {
        "axml_tf.data_prep.apt_archive",
        "axml_tf.console.origin",
    }
