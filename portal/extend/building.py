"""What most dimensions write alike: hooks that speak of one dimension alone, and tables of spending and of wider frameworks."""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

from portal.extend.catalogue import Alignment, BudgetFilter

Answer = TypeVar("Answer")
Hook = Callable[..., Iterable[Answer]]


def only(dimension: str) -> Callable[[Hook[Answer]], Hook[Answer]]:
    """Make a hook that is asked about an `item` or a `dimension` answer for one dimension, and say nothing of the others.

    Written below `@hookimpl`.
    """

    def narrowed(hook: Hook[Answer]) -> Hook[Answer]:
        names = tuple(signature(hook).parameters)

        @wraps(hook)
        def answer(*args: Any, **given: Any) -> Iterable[Answer]:
            given.update(zip(names, args, strict=False))
            asked = given["item"]["dimension"] if "item" in given else given["dimension"]["name"]
            return hook(**given) if asked == dimension else []

        return answer

    return narrowed


def spending(
    dimension: str, source: str, *, functions: Mapping[str, str] | None = None, programmes: Mapping[str, str] | None = None
) -> tuple[BudgetFilter, ...]:
    """Return the filters of functions and then of budget programmes of the MEF, both as {code: name}."""
    return (
        *(
            BudgetFilter(dimension=dimension, scheme="funcion", code=code, label=label, source=source, weight=10)
            for code, label in (functions or {}).items()
        ),
        *(
            BudgetFilter(dimension=dimension, scheme="ppr", code=code, label=label, source=source, weight=20)
            for code, label in (programmes or {}).items()
        ),
    )


def aligned(dimension: str, scheme: str, source: str, labels: Mapping[str, str], *, weight: int = 0) -> tuple[Alignment, ...]:
    """Return alignments with a framework, {code: official name}, in the order given; the first has `weight`."""
    return tuple(
        Alignment(dimension=dimension, scheme=scheme, code=code, label=label, source=source, weight=weight + place)
        for place, (code, label) in enumerate(labels.items())
    )
