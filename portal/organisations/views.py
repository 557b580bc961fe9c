"""Seats (being written)."""
from flask import Blueprint
from portal.web import requires
blueprint = Blueprint("organisations", __name__)
@blueprint.get("/gestion/organizaciones")
@requires("organisation.read")
def index() -> str: return ""
