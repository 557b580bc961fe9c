"""What a search costs among 5,000 contributions and 1,000 demands, beside the database's own full-text search and nothing else."""

import random
from pathlib import Path

from sqlalchemy import text

from portal import clock
from portal.accounts.actor import NOBODY, Permissions
from portal.extend.kinds import SearchEntry
from portal.search import asking, queries, service
from portal.testing.fixtures import Installation
from portal.testing.queries import count_queries
from tests.bench.installation import opened
from tests.bench.measure import both, median, ms, say

_SAID = (
    "agua segura riego canal reservorio bosque puna quebrada trucha quinua papa alpaca carretera puente posta médico enfermera vacuna anemia "
    "niñez escuela maestra lengua quechua internet minería canon pasivo relave río cuenca mercado feria turismo artesanía textil seguridad "
    "ronda juez defensoría transparencia presupuesto obra licencia catastro vivienda desagüe residuos reciclaje incendio helada sequía"
)
WORDS = _SAID.split()  # the more often, the nearer to the beginning
DOCUMENTS, SENTENCES = 6_000, 6


def run(folder: Path) -> None:
    """Print what a search costs: a word that half of all things have, one that few have, and the page."""
    with opened(folder / "search", "commitments", "social") as made:
        _fill(made)
        many = made.session.get_bind().dialect.name
        for typed, about in (
            ("agua", "a word in most of them"),
            ("seguridad quechua", "two words in some"),
            ("zarigüeyas", "a word in one of them"),
        ):
            _beside(made, typed, f"{about}, {many}")


def _fill(made: Installation) -> None:
    chance, now = random.Random(7), clock.now()
    weights = [1 / (place + 1) for place in range(len(WORDS))]

    def entry(n: int) -> SearchEntry:
        kind = "Aporte" if n < 5 * DOCUMENTS // 6 else "Demanda"
        title, *rest = (" ".join(chance.choices(WORDS, weights, k=9)) for _ in range(SENTENCES))
        return SearchEntry(
            ref=f"{kind}:{n}", kind=kind, title=title, body=". ".join(rest), href=f"/muestra/{n}", at=now, public=True, action=""
        )

    service.put_all(made.session, (entry(n) for n in range(DOCUMENTS)), source=service.CORE)
    rare = SearchEntry(ref="rara", kind="Aporte", title="Zarigüeyas del valle", href="/muestra/rara", at=now, public=True)
    service.put(made.session, rare, source=service.CORE)
    made.session.commit()


def _beside(made: Installation, typed: str, about: str) -> None:
    session, asked = made.session, asking.read(typed)
    bare = " AND ".join(f'"{stem}"' for one in asked.terms for stem in one.stems)
    ask_bare = text("SELECT rowid FROM ft_search WHERE ft_search MATCH :asked ORDER BY rank LIMIT 20")
    may = queries.visible(Permissions.of(made.portal.registry.answers("permissions")), NOBODY, ["commitments", "social"])
    full, least = both(lambda: queries.search(session, asked, may), lambda: session.execute(ask_bare, {"asked": bare}).all(), times=15)
    found = queries.search(session, asked, may).page.total
    session.rollback()
    client = made.app.test_client()
    with count_queries(made.portal.engine) as sent:
        assert client.get(f"/buscar?q={typed}").status_code == 200
    page = median(lambda: client.get(f"/buscar?q={typed}"))
    say(
        f"Search, 5,000 contributions and 1,000 demands, {about}: {found} found",
        f"{ms(full)} beside {ms(least)} bare; the page {ms(page)}, {len(sent)} queries",
        full / least,
        "Under 10. The bare query names 20 rows; a search also counts them by kind and agenda, leaves out what one may not see, and reads them.",
    )
