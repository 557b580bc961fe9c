"""What pages cost as an agenda and a signing grow: queries must stay, time may grow with what is shown."""

from pathlib import Path

from flask.testing import FlaskClient

from portal import clock
from portal.testing.agendas import sample_agenda
from portal.testing.fixtures import Installation
from portal.testing.queries import count_queries
from tests.bench.installation import begin, offer_many, opened
from tests.bench.measure import median, ms, say

NAMES = [f"d{n:02d}" for n in range(40)]


def run(folder: Path) -> None:
    """Print what the agenda's page and the board cost at two sizes."""
    many = offer_many(folder / "outside")
    with opened(folder / "agendas", many) as made:
        _agenda(made)
    with opened(folder / "board", "commitments", "social") as made:
        _board(made)


def _page(made: Installation, client: FlaskClient, address: str, times: int = 3) -> tuple[int, float]:
    client.get(address)
    with count_queries(made.portal.engine) as sent:
        assert client.get(address).status_code == 200  # what fails is not worth a figure
    return len(sent), median(lambda: client.get(address), times=times)


def _agenda(made: Installation) -> None:
    client, found = made.app.test_client(), {}
    for dimensions, items in ((4, 60), (4, 2000), (40, 60), (40, 2000)):
        code = f"A{dimensions}-{items}"
        sample_agenda(
            made.session, made.portal.store, now=clock.now(), ask=made.portal.ask, code=code, items=items, dimensions=NAMES[:dimensions]
        )
        made.session.commit()
        found[dimensions, items] = _page(made, client, f"/agendas/{code}")
    for dimensions in (4, 40):
        (few, short), (lots, long) = found[dimensions, 60], found[dimensions, 2000]
        say(
            f"Agenda page, {dimensions} dimensions, 60 and 2,000 items",
            f"{few} and {lots} queries; {ms(short)} and {ms(long)}; per item {ms(short / 60)} and {ms(long / 2000)}",
            (long / 2000) / (short / 60),
            "Ratio of the time per item: at most 1 when the page grows no faster than its items.",
        )


def _board(made: Installation) -> None:
    now, found = clock.now(), {}
    version = sample_agenda(made.session, made.portal.store, now=now, ask=made.portal.ask, items=12)
    client = made.actors.client("administrator")
    for count in (30, 3000):
        process, _ = begin(made, version, now, organisations=count, code=f"B-{count}")
        made.session.commit()
        found[count] = _page(made, client, f"/gestion/compromisos/{process.code}")
    (few, short), (lots, long) = found[30], found[3000]
    say(
        "Board, 30 and 3,000 organisations",
        f"{few} and {lots} queries; {ms(short)} and {ms(long)}",
        long / short,
        "A hundred times the organisations: the stages are told in SQL, the page shows one screen of them.",
    )
