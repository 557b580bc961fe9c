"""Seats (being written)."""
from flask import Blueprint
from portal.web import public, requires
blueprint = Blueprint("agendas", __name__)
@blueprint.get("/agendas")
@public
def index() -> str: return ""
@blueprint.get("/gestion/agendas")
@requires("agenda.read_draft")
def drafts() -> str: return ""
