"""Reads the imports and fails on an arrow that points up."""

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import axml_tf

ROOT = Path(axml_tf.__file__).parents[1]
PACKAGES = ("axml_tf", "data_prep", "export")

# axml_tf from top to bottom: a module imports from lower levels only, and
# from its own package. A name stands for the module, or for all modules of
# the package.
LEVELS = (
    ("train", "predict", "measure_labels", "inspect_attention"),
    ("evaluation.evaluate",),
    ("baselines.run",),
    ("training",),
    ("training_run",),
    ("hooks", "validation"),
    ("inference", "training_step", "inspection"),
    ("runs.checkpoints", "initialization"),
    ("builders", "runs.costs", "runs.run_record"),
    ("baselines",),
    ("model", "chunked_loss", "chunked_top_k", "asked_labels"),
    ("trunk",),
    ("input_pipeline", "optimizers", "distribution"),
    ("dataset.bad_records",),
    ("dataset.documents", "dataset.shards"),
    ("dataset.data_checks",),
    ("losses", "label_tiles", "metrics", "evaluation", "rest"),
    ("saved_model", "dataset"),
    ("layers", "text"),
    ("config", "predictions", "schema", "length_buckets"),
    ("dataset.data_identity",),
    ("dataset.dataset_info",),
    ("signatures", "dataset.repository_form", "runs.checkpoint_files"),
    ("flags", "machine", "origin", "runs"),
    ("storage.files",),
    ("storage.temporary_paths", "storage.exchange"),
    ("storage",),
    ("gradient_clipping", "weight_average"),
    ("errors", "quiet_start"),
)

DATA_PREP_MAY_USE = (
    *("axml_tf.schema", "axml_tf.text", "axml_tf.dataset.dataset_info"),
    *("axml_tf.errors", "axml_tf.storage.files", "axml_tf.flags"),
    *("axml_tf.dataset.set_statistics", "axml_tf.dataset.sparse_features"),
    *("axml_tf.origin", "axml_tf.dataset.repository_form"),
    # Not used, but run first.
    "axml_tf.quiet_start",
)

# What evaluates must run where TensorFlow is not installed.
TENSORFLOW = ("tensorflow", "tensorflow_text", "keras")
WITHOUT_TENSORFLOW = (
    "evaluation.consensus",
    "evaluation.evaluate",
    "evaluation.report",
    "evaluation.alignment",
    "evaluation.propensity",
    "evaluation.ranking",
    "baselines.run",
    "predictions",
    "dataset.sparse_features",
    "dataset.data_identity",
    "dataset.dataset_info",
    "errors",
    "storage.files",
    "flags",
    "config",
    "origin",
)


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    module_name(path): path
    for package in PACKAGES
    for path in sorted(ROOT.joinpath(package).rglob("*.py"))
}


def imported_names(path):
    """Dotted names a file imports, at its top or within a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} has a relative import"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                # A module of a package, or a name within a module.
                yield name if name in MODULES else node.module


IMPORTS = {name: set(imported_names(path)) for name, path in MODULES.items()}


def own_imports(name):
    """The modules of this repository that a module imports."""
    return {imported for imported in IMPORTS[name] if imported in MODULES} - {
        name
    }


def level(name):
    """Index in LEVELS; the longest entry that fits decides."""
    name = name.removeprefix("axml_tf.")
    fitting = [
        (len(entry), index)
        for index, entries in enumerate(LEVELS)
        for entry in entries
        if name == entry or name.startswith(f"{entry}.")
    ]
    return max(fitting)[1] if fitting else None


def package_of(name):
    return name.rpartition(".")[0]


def modules_of(package):
    return [
        name
        for name in MODULES
        if name == package or name.startswith(f"{package}.")
    ]


def everything_imported_by(name):
    """Names a module imports, directly or by way of another module."""
    # A package's own file runs first.
    waiting = [name, *(p for p in _packages_above(name) if p in MODULES)]
    seen = set()
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        if module in MODULES:
            waiting.extend(IMPORTS[module])
            waiting.extend(_packages_above(module))
    return seen


def _packages_above(name):
    parts = name.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]


def test_files_and_their_imports_are_found():
    assert len(modules_of("axml_tf")) > 20
    assert len(modules_of("axml_tf.layers")) > 3
    assert len(modules_of("data_prep")) > 10
    assert len(modules_of("export")) > 3
    assert own_imports("axml_tf.predict") >= {"axml_tf.inference"}
    assert "tensorflow" in everything_imported_by("axml_tf.predict")


def test_every_module_of_the_library_has_a_level():
    names = {name.removeprefix("axml_tf.") for name in modules_of("axml_tf")}
    assert [n for n in names - {"axml_tf"} if level(n) is None] == []
    entries = [entry for entries in LEVELS for entry in entries]
    assert len(entries) == len(set(entries))
    assert set(entries) <= names


def test_library_imports_from_lower_levels_only():
    def is_allowed(name, imported):
        if package_of(name) == package_of(imported) != "axml_tf":
            return level(name) <= level(imported)
        return level(name) < level(imported)

    assert [
        f"{name} imports {imported}"
        for name in modules_of("axml_tf")
        for imported in own_imports(name)
        # The package's own file holds the version.
        if imported != "axml_tf"
        and imported.startswith("axml_tf.")
        and not is_allowed(name, imported)
    ] == []


def outside_of(package, allowed):
    """Imports of this repository that a package should not have."""
    return [
        f"{name} imports {imported}"
        for name in modules_of(package)
        for imported in own_imports(name)
        if not any(
            imported == entry or imported.startswith(f"{entry}.")
            for entry in allowed
        )
    ]


def test_library_knows_neither_data_preparation_nor_export():
    assert outside_of("axml_tf", ["axml_tf"]) == []


def test_layers_import_layers_only():
    assert outside_of("axml_tf.layers", ["axml_tf.layers"]) == []


def test_data_preparation_uses_the_record_and_little_else():
    assert outside_of("data_prep", ["data_prep", *DATA_PREP_MAY_USE]) == []


def test_export_never_uses_the_code_of_data_preparation():
    assert outside_of("export", ["export", "axml_tf"]) == []


def test_no_import_runs_in_a_circle():
    graph = {name: own_imports(name) for name in MODULES}
    # Raises CycleError, which names the circle.
    graphlib.TopologicalSorter(graph).prepare()


def test_evaluation_and_settings_import_no_tensorflow():
    assert [
        f"{name} imports {imported}"
        for name in WITHOUT_TENSORFLOW
        for imported in everything_imported_by(f"axml_tf.{name}")
        if imported.split(".")[0] in TENSORFLOW
    ] == []


def test_evaluation_and_settings_run_without_tensorflow():
    modules = ", ".join(f"axml_tf.{name}" for name in WITHOUT_TENSORFLOW)
    # None in place of a module makes its import fail.
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({TENSORFLOW}))\n"
        f"import {modules}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
