"""What pages cost as an agenda and a signing grow: queries must stay, time may grow with what is shown."""

from pathlib import Path

from flask.testing import FlaskClient

from portal import clock
from portal.testing.agendas import sample_agenda
from portal.testing.fixtures import Installation
from portal.testing.queries import count_queries
from tests.bench.installation import begin, offer_many, opened
from tests.bench.measure import median, ms, say


def run(folder: Path) -> None:
    """Print what the agenda's page and the board cost at two sizes."""
    many = offer_many(folder / "outside")
    found = {}
    for dimensions in (4, 40):
        with opened(folder / f"agendas-{dimensions}", *many[:dimensions]) as made:
            found[dimensions] = _agenda(made, many[:dimensions])
    (few, short), (lots, long) = found[4], found[40]
    say(
        "Agenda page, 2,000 items, 4 and 40 dimensions, each from a plugin of its own",
        f"{few} and {lots} queries; {ms(short)} and {ms(long)}",
        long / short,
        "Every plugin is asked about every dimension. Above 1: ten times the panels and figures are drawn.",
    )
    with opened(folder / "board", "commitments", "social") as made:
        _board(made)


def _page(made: Installation, client: FlaskClient, address: str, times: int = 3) -> tuple[int, float]:
    client.get(address)
    with count_queries(made.portal.engine) as sent:
        assert client.get(address).status_code == 200  # what fails is not worth a figure
    return len(sent), median(lambda: client.get(address), times=times)


def _agenda(made: Installation, names: tuple[str, ...]) -> tuple[int, float]:
    """Print what the page costs with 60 and 2,000 items; return the queries and seconds of the large one."""
    client, found = made.app.test_client(), {}
    for items in (60, 2000):
        code = f"A-{items}"
        sample_agenda(made.session, made.portal.store, now=clock.now(), ask=made.portal.ask, code=code, items=items, dimensions=names)
        made.session.commit()
        found[items] = _page(made, client, f"/agendas/{code}", times=7 if items == 60 else 3)
    (few, short), (lots, long) = found[60], found[2000]
    say(
        f"Agenda page, {len(names)} dimensions, 60 and 2,000 items",
        f"{few} and {lots} queries; {ms(short)} and {ms(long)}; per item {ms(short / 60)} and {ms(long / 2000)}",
        (long / 2000) / (short / 60),
        "Ratio of the time per item: at most 1 when the page grows no faster than its items.",
    )
    return lots, long


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
