"""Where people choose what mail they get, and the address in each mail that ends it at one press."""

from flask import Blueprint, flash, g, render_template
from flask_babel import gettext
from werkzeug.wrappers import Response

from portal import web
from portal.accounts.models import Person
from portal.limits import csrf
from portal.notices import queries, service, tokens
from portal.notices.forms import preferences
from portal.notices.topics import ALL, effective
from portal.web import back_to, commit, person_id, public, signed_in

blueprint = Blueprint("notices", __name__)
UNSUBSCRIBE = "/avisos/baja/<token>"


@blueprint.get("/cuenta/avisos")
@signed_in
def index() -> str:
    """Show the choices, and what the person was told."""
    return _page()


@blueprint.post("/cuenta/avisos")
@signed_in
def choose() -> Response | tuple[str, int]:
    """Keep the choices."""
    topics = web.portal().registry.answers("mail_topics")
    form = preferences(topics, effective(topics, queries.chosen(web.session, person_id())))
    if not form.validate():
        return _page(form), 422
    service.choose(web.session, now=g.now, person_id=person_id(), often={one.name: form[one.name].data for one in topics})
    commit()
    flash(gettext("Guardamos con qué frecuencia le escribimos."), "ok")
    return back_to("notices.index")


def _page(form: object = None) -> str:
    topics = web.portal().registry.answers("mail_topics")
    person = web.session.get_one(Person, person_id())
    if form is None:
        form = preferences(topics, effective(topics, queries.chosen(web.session, person.id)))
    page = queries.notices(web.session, person.id, web.page_number())
    labels = {one.name: one.label for one in topics}
    return render_template("notices/index.html", form=form, topics=topics, labels=labels, page=page, person=person)


def _topic(token: str) -> tuple[int, str, str]:
    """Return (person's id, topic, its label, "" for all topics)."""
    person, topic = tokens.read(web.portal().settings.secret_key, token)
    labels = {one.name: one.label for one in web.portal().registry.answers("mail_topics")}
    return person, topic, "" if topic == ALL else labels.get(topic, topic)


@blueprint.get(UNSUBSCRIBE)
@public
def leaving(token: str) -> str:
    """Ask with a button: scanners of mail open every link, and opening one changes nothing."""
    _, _, label = _topic(token)
    return render_template("notices/leave.html", label=label, done=False)


@blueprint.post(UNSUBSCRIBE)
@csrf.exempt  # type: ignore[untyped-decorator]  # mail programmes send it, without a session (RFC 8058); the token is the proof
@public
def leave(token: str) -> str:
    """End it. No redirect, which mail programmes do not follow."""
    person_id_, topic, label = _topic(token)
    person = web.session.get(Person, person_id_)
    if person is not None and person.erased_at is None:
        service.unsubscribe(web.session, now=g.now, person_id=person.id, topic=topic)
        commit()
    return render_template("notices/leave.html", label=label, done=True)
