"""The pages of the thread: an item's story, for everybody and for whoever writes the draft; and the road of an agenda."""

from typing import Any

from flask import Blueprint, Response, g, jsonify, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from portal import web
from portal.accounts.actor import NOBODY, Actor
from portal.agendas import queries
from portal.agendas.comparing import compare_items
from portal.agendas.drafting import draft_document
from portal.agendas.models import Agenda, AgendaVersion
from portal.agendas.own_fields import cells
from portal.agendas.showing import alignment, figure
from portal.documents.rendering import render_markdown
from portal.errors import NotFound
from portal.organisations.queries import Page
from portal.threads import printing
from portal.threads.direct import Beside, beside
from portal.threads.roads import MOST_NAMED, road
from portal.threads.stations import stages
from portal.threads.stories import as_data, by_code, frozen, tell
from portal.threads.words import ref
from portal.web import asked_number, portal, public, requires, session

blueprint = Blueprint("threads", __name__)
ITEM = "/agendas/<code>/puntos/<item>"
FIRST, PAGE = 6, 40  # stations of a stage on the item's page, and on the stage's own

History = list[tuple[AgendaVersion, dict[str, Any]]]


def _history(code: str) -> tuple[Agenda, History]:
    agenda = queries.agenda(session, code)
    return agenda, frozen(session, portal().store, agenda)


def _chosen(history: History, item: str) -> tuple[AgendaVersion, dict[str, Any]]:
    """Return the version asked for (?version=), by default the last that has the item."""
    wanted = asked_number("version")
    for version, document in reversed(history):
        if (wanted is None or version.number == wanted) and item in by_code(document):
            return version, document
    raise NotFound


def _changes(history: History, code: str, item: str) -> dict[str, Any]:
    """Return what changed of an item's words in each version, by the version's name."""
    found, before = {}, None
    for version, document in history:
        now = by_code(document).get(item)
        if before is not None and now is not None:
            found[ref("version", code, f"v{version.number}")] = compare_items(before, now)
        before = now
    return found


@blueprint.get(f"{ITEM}.json", endpoint="item_json")
@public
def item_json(code: str, item: str) -> AnyResponse:
    """Give an item's story as data: what anybody may know of it."""
    agenda, history = _history(code)
    version, document = _chosen(history, item)
    story = tell(session, portal().ask, NOBODY, document, history, [item])[item]
    return jsonify(as_data(story, agenda.code, version.number, portal().settings.public_url))


@blueprint.get(ITEM)
@public
def item(code: str, item: str) -> str:
    """Show an item's words in a version, and its story."""
    _, history = _history(code)
    version, document = _chosen(history, item)
    return _page(document, history, item, version, web.actor())


@blueprint.get("/gestion/agendas/<code>/puntos/<item>/hilo")
@requires("agenda.read_draft", agenda="code")
def draft_item(code: str, item: str) -> str:  # noqa: ARG001 - the agenda is in `g`
    """Show an item of the draft, and its story so far."""
    agenda: Agenda = g.agenda
    document = draft_document(session, portal().registry, agenda)
    if item not in by_code(document):
        raise NotFound
    return _page(document, frozen(session, portal().store, agenda), item, None, web.actor())


def _page(document: dict[str, Any], history: History, item: str, version: AgendaVersion | None, actor: Actor) -> str:
    code = str(document["code"])
    story = tell(session, portal().ask, actor, document, history, [item])[item]
    order = list(by_code(document))
    place = order.index(item)
    shown = {
        "agenda": document,
        "version": version,
        "latest": history[-1][0] if history else None,
        "history": [one for one, words in history if item in by_code(words)],
        "gone": version is not None and item not in by_code(history[-1][1]),
        "story": story,
        "item": story.item,
        "dimension_name": next(one["name"] for one in document["dimensions"] if any(each["code"] == item for each in one["items"])),
    }
    stage = request.args.get("etapa")
    if stage:
        part = story.part(stage)
        if part is None or not part.stations:
            raise NotFound
        number = min(web.page_number(), max(1, -(-len(part.stations) // PAGE)))
        rows = part.stations[(number - 1) * PAGE : number * PAGE]
        return render_template("threads/stage.html", part=part, page=Page(rows, number, len(part.stations), PAGE), **shown)
    return render_template(
        "threads/item.html",
        changes=_changes(history, code, item),
        before=order[place - 1] if place else None,
        after=order[place + 1] if place + 1 < len(order) else None,
        markdown=render_markdown,
        figure=figure,
        alignment=alignment,
        cells=cells,
        most=FIRST,
        **shown,
    )


@blueprint.get("/agendas/<code>/camino")
@public
def agenda_road(code: str) -> str:
    """Show the whole road of an agenda; before its first version, what plugins made public of it."""
    agenda, history = _history(code)
    entries = portal().ask.page_items("agenda.road", web.actor(), agenda)
    if not history and not entries:
        raise NotFound
    # As a document: a whole agenda may take a plugin longer than an item's page, and counts that leave it out would be wrong.
    stories = tell(session, portal().ask, web.actor(), history[-1][1], history, wait=True) if history else {}
    return render_template(
        "threads/road.html",
        agenda=agenda,
        version=history[-1][0] if history else None,
        total=len(stories),
        most=MOST_NAMED,
        road=road(stages(portal().registry), stories, entries),
    )


@blueprint.get("/agendas/<code>/v<int:number>/historia.pdf")
@public
def story_pdf(code: str, number: int) -> AnyResponse:
    """Give the story of each item of a version as it is now: what anybody may know, made while it is waited for."""
    agenda, history = _history(code)
    document = next((words for version, words in history if version.number == number), None)
    if document is None:
        raise NotFound
    html = printing.document_html(portal(), session, agenda, document, history, now=g.now)
    answer = Response(content_type="application/pdf")
    name = printing.digest_of(html)
    answer.set_etag(name)
    answer.headers["Content-Disposition"] = f'inline; filename="{code}-v{number}-historia.pdf"'
    if name not in request.if_none_match:
        answer.set_data(printing.pdf(html))
    return answer.make_conditional(request)


def direct(name: str) -> list[Beside]:
    """Return what one thing came from and gave rise to, for its own page: what templates call through `macros/story.html`."""
    return beside(session, portal().ask, web.actor(), name)
