"""How the bench measures: medians of alternating runs, and one line for each finding."""

import statistics
import time
from collections.abc import Callable


def median(act: Callable[[], object], times: int = 5, clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the median seconds of `act`, after one run that does not count."""
    act()
    taken = []
    for _ in range(times):
        started = clock()
        act()
        taken.append(clock() - started)
    return statistics.median(taken)


def both(one: Callable[[], object], other: Callable[[], object], times: int = 7) -> tuple[float, float]:
    """Return the median seconds of two acts done in turns, so that a busy machine is equally unkind to both."""
    one(), other()
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for act, into in ((one, taken[0]), (other, taken[1])):
            started = time.perf_counter()
            act()
            into.append(time.perf_counter() - started)
    return statistics.median(taken[0]), statistics.median(taken[1])


def say(name: str, figures: str, ratio: float | None, meaning: str) -> None:
    """Print one finding: name, figures, ratio, what it means."""
    print(f"{name}\n    {figures}" + (f"; ratio {ratio:.2f}" if ratio is not None else "") + f"\n    {meaning}", flush=True)  # noqa: T201 - what it is for


def ms(seconds: float) -> str:
    """Return seconds as milliseconds, to be read."""
    return f"{seconds * 1000:.{1 if seconds >= 0.001 else 2}f} ms"  # what is below a millisecond keeps two decimals
