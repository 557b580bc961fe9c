"""Chooses versions again: writes requirements/{dev,run}.txt (by hash, naming no index) and setup.cfg's lower bounds.

The lower bounds are the locked versions, because those are the ones that the suite runs with.
usage: scripts/lock.py [--keep]   (--keep: only what is new is chosen, the rest stays as it is locked)
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUIET = ("--no-emit-options", "--no-emit-find-links", "--no-emit-index-url", "--no-annotate", "--no-header", "--quiet")
# setuptools is in the lock too (--build-deps-for), so that the project itself is installed without asking any index.
CHOICE = ("--generate-hashes", "--strip-extras", "--allow-unsafe", "--build-deps-for", "editable")


def compiled(name: str, *arguments: str) -> Path:
    """Write requirements/<name>.txt and return its path."""
    upgrade = () if "--keep" in sys.argv[1:] else ("--upgrade",)
    target = ROOT / "requirements" / f"{name}.txt"
    subprocess.run(
        [sys.executable, "-m", "piptools", "compile", *QUIET, *CHOICE, *upgrade, *arguments, "--output-file", str(target), "setup.cfg"],
        cwd=ROOT,
        check=True,
    )
    return target


def locked(path: Path) -> dict[str, str]:
    """Return the version of each package in a lock, by normalised name."""
    return {
        re.sub(r"[-_.]+", "-", name).lower(): version
        for name, version in re.findall(r"^([\w.-]+)==([^\s\\]+)", path.read_text(), re.MULTILINE)
    }


def main() -> None:
    """Lock, then raise the bounds."""
    versions = locked(compiled("dev", "--extra", "dev"))
    compiled("run", "--constraint", "requirements/dev.txt")
    setup = ROOT / "setup.cfg"

    def bound(found: re.Match[str]) -> str:
        name = re.sub(r"[-_.]+", "-", found["name"]).lower()
        return f"    {found['name']}{found['extra'] or ''}>={versions[name]}"

    setup.write_text(re.sub(r"^    (?P<name>[\w.-]+)(?P<extra>\[[\w,-]+\])?>=\S+$", bound, setup.read_text(), flags=re.MULTILINE))


if __name__ == "__main__":
    main()
