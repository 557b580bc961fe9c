"""`make bench`: print every ratio. Run twice and compare ratios, not seconds: the machine is part of the seconds."""

import logging
import tempfile
import time
from pathlib import Path

from portal.limits import limiter
from tests.bench import documents, pages, searching, signing


def main() -> None:
    """Measure everything in a folder that is removed."""
    logging.disable(logging.CRITICAL)
    limiter.enabled = False
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="rubrica-bench-") as name:
        for part in (signing, documents, pages, searching):
            part.run(Path(name))
    print(f"({time.perf_counter() - started:.0f} s in all)")  # noqa: T201 - as `measure.say`


if __name__ == "__main__":
    main()
