"""Finds what is to be examined: an installed or bundled plugin by name, or a distribution's folder, built as pip would."""

import importlib
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions, entry_points
from importlib.util import find_spec
from pathlib import Path

from portal.authoring import names
from portal.errors import Invalid, NotFound
from portal.extend.registry import GROUP

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "venv", "build", "dist", "*.egg-info", "__pycache__", "node_modules", "instance")


@dataclass(frozen=True)
class Subject:
    """A plugin under examination. `dist` is None for a bundled one; `root` (the distribution's folder) for one given by name."""

    name: str
    module: str  # dotted, of plugin.py
    folder: Path  # the package's, as installed
    dist: Distribution | None = None
    root: Path | None = None

    @property
    def package(self) -> str:
        """The dotted package that holds plugin.py."""
        return self.module.rpartition(".")[0]

    @property
    def tests(self) -> Path | None:
        """The folder of its tests, where it is known."""
        return self.root / "tests" if self.root and (self.root / "tests").is_dir() else None


@contextmanager
def located(target: str) -> Iterator[Subject]:
    """Yield the plugin that `target`, a folder or a name, means; a folder's is importable until the block ends.

    Raises `NotFound` for neither, `Invalid` for a folder that is no distribution or cannot be built.
    """
    folder = Path(target)
    if folder.is_dir() and ("/" in target or target.startswith(".") or (folder / "pyproject.toml").is_file()):
        with tempfile.TemporaryDirectory(prefix="rubrica-check-") as temporary:
            place = _built(folder.resolve(), Path(temporary))
            with _importable(place):
                yield unpacked(place, folder.resolve())
    elif names.bundled(target):
        yield Subject(target, f"plugins.{target}.plugin", _package_folder(f"plugins.{target}.plugin"))
    else:
        point = next((one for one in entry_points(group=GROUP) if one.name == target), None)
        if point is None:
            raise NotFound(f"No hay una carpeta ni un plugin instalado que se llame «{target}».")
        yield _subject(point, None)


def unpacked(place: Path, root: Path | None = None) -> Subject:
    """Return the one plugin of the distribution that is installed in the folder `place`. Raises `Invalid`."""
    found = [(dist, point) for dist in distributions(path=[str(place)]) for point in dist.entry_points if point.group == GROUP]
    if len(found) != 1:
        listed = ", ".join(point.name for _, point in found) or "ninguno"
        raise Invalid(
            f"La distribución debe traer un plugin en el grupo de entrada «{GROUP}» y trae {listed}. Si son varios, instálela y revíselos por su nombre."
        )
    dist, point = found[0]
    return Subject(point.name, point.module, place.joinpath(*point.module.split(".")[:-1]), dist, root)


def _subject(point: EntryPoint, root: Path | None) -> Subject:
    return Subject(point.name, point.module, _package_folder(point.module), point.dist, root)


def _package_folder(module: str) -> Path:
    """Return the folder of a plugin module's package, without importing the module itself."""
    spec = find_spec(module.rpartition(".")[0] or module)
    if spec is None or spec.origin is None:
        raise NotFound(f"El paquete «{module}» no se encuentra: instale otra vez el plugin.")
    return Path(spec.origin).resolve().parent


def _built(root: Path, temporary: Path) -> Path:
    """Build the distribution's wheel from a copy and unpack it: what is left out of the wheel is missing for everybody."""
    pyproject = root / "pyproject.toml"
    if not pyproject.is_file():
        raise Invalid(f"«{root}» no tiene pyproject.toml: no es la carpeta de una distribución.")
    try:
        backend = tomllib.loads(pyproject.read_text(encoding="utf-8")).get("build-system", {}).get("build-backend", "setuptools")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"«{pyproject}» no se entiende: {error}.") from error
    shutil.copytree(root, temporary / "source", ignore=LEFT_OUT)
    # With the builder at hand nothing is fetched; else pip fetches it from wherever it is configured to.
    here = ["--no-index", "--no-build-isolation"] if find_spec(str(backend).partition(".")[0].partition(":")[0]) else []
    command = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "wheel",
        "--quiet",
        "--no-deps",
        *here,
        "--wheel-dir",
        str(temporary / "wheels"),
        str(temporary / "source"),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - pip, over the author's own folder
    wheels = list((temporary / "wheels").glob("*.whl"))
    if run.returncode or len(wheels) != 1:
        raise Invalid(f"No se pudo construir la distribución: {_reason(run.stderr)}")
    with zipfile.ZipFile(wheels[0]) as wheel:
        wheel.extractall(temporary / "installed")
    return temporary / "installed"


def _reason(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "Error" in line or line.lower().startswith("error")]
    return (telling or lines or ["pip no dijo por qué"])[-1]


@contextmanager
def _importable(place: Path) -> Iterator[None]:
    before = set(sys.modules)
    tops = {path.stem for path in place.iterdir() if path.suffix in {"", ".py"}}
    shadowed = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] in tops}
    sys.path.insert(0, str(place))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(place))
        for name in set(sys.modules) - before | {one for one in sys.modules if one.partition(".")[0] in tops}:
            if name.partition(".")[0] in tops:
                del sys.modules[name]
        sys.modules.update(shadowed)
        importlib.invalidate_caches()
