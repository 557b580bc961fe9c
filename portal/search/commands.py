"""The command `portal search`."""

import sys
from typing import TYPE_CHECKING

from portal.cli import show
from portal.search.rebuilding import rebuild as anew

if TYPE_CHECKING:
    from portal.context import Portal


def rebuild(portal: "Portal", *, as_json: bool) -> None:
    """Make the index anew and say how much each source has; exit 1 when a plugin failed."""
    with portal.sessions() as session:
        done, failed = anew(portal, session)
        session.commit()
    show(
        {"entries": done, "failed": [fault.sentence for fault in failed]},
        as_json=as_json,
        lines=[*(f"{source}: {count} entradas" for source, count in sorted(done.items())), *(fault.sentence for fault in failed)],
    )
    sys.exit(1 if failed else 0)
