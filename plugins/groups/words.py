"""The words of groups and meetings: kinds, roles, sectors, states, and what can happen with a meeting."""

from collections.abc import Iterable

from portal.accounts.actor import Actor
from portal.i18n import N_

READ, EDIT = "groups.read", "groups.edit"
EDITORS = ("administrator", "coordinator", "staff")
READERS = (*EDITORS, "delegate", "reader")

GROUP_KINDS = {
    "grupo": N_("Grupo de trabajo"),
    "comision": N_("Comisión"),
    "mesa": N_("Mesa temática"),
    "cer": N_("Comité Ejecutivo Regional (CER)"),
    "asesor": N_("Grupo asesor"),
}
MEETING_KINDS = {
    "grupo": N_("Reunión de grupo de trabajo"),
    "cer": N_("Reunión del CER"),
    "foro": N_("Foro"),
    "conversatorio": N_("Conversatorio"),
    "bilateral": N_("Conversatorio bilateral"),
    "feria": N_("Feria informativa"),
    "taller": N_("Taller regional"),
    "mesa": N_("Mesa temática"),
    "nacional": N_("Mesa nacional"),
    "firma": N_("Acto de firma"),
}
BILATERAL = "bilateral"
MEMBER_ROLES = {"coordinator": N_("Coordina"), "secretary": N_("Lleva la relatoría"), "member": N_("Integrante")}
SECTORS = {
    "sociedad_civil": N_("Sociedad civil"),
    "estado": N_("Estado"),
    "cooperacion": N_("Cooperación internacional"),
    "iglesias": N_("Iglesias"),
    "empresa": N_("Empresa"),
    "academia": N_("Academia y colegios profesionales"),
    "politico": N_("Organización política"),
    "otro": N_("Otro"),
}
SEXES = {"mujer": N_("Mujer"), "hombre": N_("Hombre")}
UNSAID = N_("No lo dijo")

DRAFT, CONVENED, HELD, CANCELLED = "draft", "convened", "held", "cancelled"
STATES = {DRAFT: N_("Borrador"), CONVENED: N_("Convocada"), HELD: N_("Realizada"), CANCELLED: N_("Cancelada")}
STATE_BADGES = {DRAFT: ("neutral", "hollow"), CONVENED: ("info", "half"), HELD: ("ok", "full"), CANCELLED: ("neutral", "bar")}
SHOWN = (CONVENED, HELD, CANCELLED)  # states of a meeting that people may know of

SCREEN, QR, SHEET = "screen", "qr", "sheet"
WAYS = {SCREEN: N_("En pantalla"), QR: N_("Con el código QR"), SHEET: N_("De la hoja impresa")}

EVENTS = {
    "created": N_("Se creó la reunión"),
    "convened": N_("Se envió la convocatoria"),
    "moved": N_("Cambió la fecha, la hora o el lugar"),
    "changed": N_("Cambiaron los datos"),
    "invited": N_("Se invitó a más personas"),
    "uninvited": N_("Se retiró una invitación"),
    "held": N_("La reunión se realizó"),
    "cancelled": N_("La reunión se canceló"),
    "checkin_opened": N_("Se abrió el registro con QR"),
    "checkin_closed": N_("Se cerró el registro con QR"),
}


def may(actor: Actor, roles: Iterable[str], agenda_id: int) -> bool:
    """Tell whether `actor` holds one of `roles` in the agenda, for hooks that run outside of pages too."""
    return any(one.role in roles and one.agenda_id in {None, agenda_id} for one in actor.held)
