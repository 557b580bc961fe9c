"""The two blueprints of the plugin's pages, which several modules fill: everybody's and the staff's."""

from flask import Blueprint

public = Blueprint("demands", __name__)
staff = Blueprint("demands_staff", __name__)

OPEN_PLACE = "/agendas/<code>/demandas"
PLACE = "/gestion/agendas/<code>/demandas"
READ, EDIT, MANAGE = "demands.read", "demands.edit", "demands.manage"
