"""The territories that ship with the portal, loaded from their table (INEI and RENIEC codes)."""

import csv
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.organisations.models import Territory

TABLE = Path(__file__).parent / "data" / "ubigeo_apurimac.csv"


def load_territories(session: Session) -> int:
    """Add the territories that are not there yet; return how many."""
    present = set(session.scalars(select(Territory.inei)))
    added = 0
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["inei"] not in present:
                session.add(
                    Territory(
                        inei=row["inei"],
                        reniec=row["reniec"] or None,
                        name=row["name"],
                        level=row["level"],
                        parent_inei=row["parent_inei"] or None,
                    )
                )
                session.flush()  # parents come before their children in the table
                added += 1
    return added
