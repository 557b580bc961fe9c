"""Seats of the sign-in pages (being written)."""
from flask import Blueprint
from portal.web import public, requires, signed_in
blueprint = Blueprint("accounts", __name__)
@blueprint.get("/entrar")
@public
def sign_in() -> str: return ""
@blueprint.get("/cuenta")
@signed_in
def account() -> str: return ""
@blueprint.get("/gestion/personas")
@requires("people.manage")
def people() -> str: return ""
