"""The page where people look for something, and the same as data."""

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask_babel import gettext

from portal import web
from portal.choices import options
from portal.limits import limiter
from portal.search import asking, excerpts, queries
from portal.search.forms import SearchPage
from portal.web import public

blueprint = Blueprint("search", __name__)
OFTEN = "300 per minute"  # an address may be a whole meeting room


def _found() -> tuple[asking.Asked, queries.Found, dict[str, str]]:
    asked = asking.read(request.args.get("q", ""))
    chosen = {name: value for name in ("agenda", "tipo") if (value := request.args.get(name, "")[:60].replace("\0", ""))}
    may = queries.visible(web.permissions(), web.actor(), [one.plugin.name for one in web.portal().registry.loaded])
    found = queries.search(web.session, asked, may, agenda=chosen.get("agenda", ""), kind=chosen.get("tipo", ""), number=web.page_number())
    return asked, found, chosen


@blueprint.get("/buscar")
@public
@limiter.limit(OFTEN)
def page() -> str:
    """Show what was found, with the words marked; before anything is asked, the form."""
    asked, found, chosen = _found()
    form = SearchPage(request.args)
    form.offer(found.agendas.items(), found.kinds.items())
    for field, known in ((form.agenda, found.agendas), (form.tipo, found.kinds)):
        if field.data and field.data not in known:  # keep showing a filter that leaves nothing
            field.choices = [*field.choices, *options([(field.data, gettext(field.data))])]
    if asked.problem and "q" in request.args:
        form.q.errors = [gettext(asked.problem)]
    rows = [
        {
            "title": excerpts.marked(row.title, asked),
            "excerpt": excerpts.excerpt(row.body, asked),
            "href": row.href,
            "kind": row.kind,
            "agenda": code,
            "at": row.at,
            "public": row.public,
        }
        for row, code in found.page.rows
    ]
    return render_template("search/page.html", form=form, asked=asked, found=found, page=found.page, rows=rows, chosen=chosen)


@blueprint.get("/buscar.json")
@public
@limiter.limit(OFTEN)
def data() -> tuple[Response, int] | Response:
    """Give what was found: {"query", "total", "page", "pages", "results": [{"kind", "title", "address", "agenda", "at", "excerpt"}]}."""
    asked, found, _ = _found()
    if asked.problem:
        return jsonify(error=gettext(asked.problem)), 422
    root = web.portal().settings.public_url
    results: list[dict[str, Any]] = [
        {
            "kind": row.kind,
            "title": row.title,
            "address": f"{root}{row.href}",
            "agenda": code,
            "at": row.at.isoformat(),
            "excerpt": excerpts.excerpt(row.body, asked).striptags(),
        }
        for row, code in found.page.rows
    ]
    following = found.page.number < found.page.pages
    wanted: dict[str, Any] = {**request.args.to_dict(), "pagina": found.page.number + 1}
    more = url_for("search.data", **wanted) if following else None
    return jsonify(query=asked.text, total=found.page.total, page=found.page.number, pages=found.page.pages, next=more, results=results)
