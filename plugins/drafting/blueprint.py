"""The pages of this plugin hang from here."""

from flask import Blueprint

blueprint = Blueprint("drafting", __name__)
HOME = "/gestion/agendas/<code>/redaccion"
