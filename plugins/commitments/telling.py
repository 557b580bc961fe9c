"""A verdict told to a layperson: headline, sentence, what to do, and what became of the commitment since."""

from dataclasses import dataclass

from flask_babel import get_locale, get_timezone, gettext

from plugins.commitments.signing.reasons import Reason
from plugins.commitments.states import DECLINED, EXPIRED, SUPERSEDED, WITHDRAWN
from plugins.commitments.verification import Verified
from portal.actas.models import Acta
from portal.formats import Manner, fecha_hora
from portal.i18n import N_


@dataclass(frozen=True)
class Telling:
    """What the verdict panel shows; `reasons` go below it, `since` beside it."""

    tone: str
    shape: str
    headline: str
    sentence: str
    todo: str
    reasons: tuple[str, ...]
    since: str


_PANELS = {
    "authentic_complete": (
        "ok",
        "tick",
        N_("Auténtico y completo"),
        N_("Compare el nombre de la organización y de quienes firman con lo que esperaba recibir."),
    ),
    "authentic_incomplete": (
        "info",
        "tick-clock",
        N_("Auténtico, faltan firmas"),
        N_("No lo presente todavía como un compromiso firmado por todas las personas previstas."),
    ),
    "authentic_earlier_revision": ("info", "tick-clock", N_("Auténtico, revisión anterior"), N_("Pida o descargue la versión vigente.")),
    "altered": (
        "stop",
        "cross",
        N_("Alterado"),
        N_("Pida el documento otra vez a quien se lo envió, o búsquelo en el registro de compromisos."),
    ),
    "unrecognised": (
        "warn",
        "question",
        N_("No reconocido"),
        N_("Pregunte a quien se lo envió de dónde viene. Si lo imprimieron y escanearon, busque el código que lleva al pie."),
    ),
    "unsigned": ("neutral", "dash", N_("Sin firma"), N_("Puede ser una copia impresa de nuevo o un borrador. Pida el archivo original.")),
    "unverifiable": (
        "warn",
        "question",
        N_("No se pudo verificar"),
        N_("Pida el archivo original, tal como salió del portal, y vuelva a intentarlo."),
    ),
}
_FIXED = {
    "altered": N_("Este archivo cambió después de la firma. No lo use."),
    "unverifiable": N_("No pudimos leerlo con seguridad. Esto no significa que sea falso."),
}
_SINCE = {
    DECLINED: N_("El documento es auténtico, pero la organización declinó el %(date)s: no se añadirán más firmas."),
    WITHDRAWN: N_("El documento es auténtico, pero la organización se retiró el %(date)s."),
    SUPERSEDED: N_("El documento es auténtico, pero otra versión lo reemplazó el %(date)s."),
    EXPIRED: N_("El documento es auténtico, pero venció el plazo para completar las firmas el %(date)s."),
}


def reason_text(reason: Reason) -> str:
    """Return a reason's sentence in the reader's language."""
    sentence = str(gettext(reason.template))
    return sentence % reason.values if reason.values else sentence


def tell(verified: Verified) -> Telling:
    """Return the telling of a verdict."""
    verdict = verified.verdict
    tone, shape, headline, todo = _PANELS[verdict.verdict]
    reasons = [reason_text(one) for one in verdict.reasons]
    fixed = _FIXED.get(verdict.verdict)
    first = gettext(fixed) if fixed else _without_headline(reasons.pop(0), gettext(headline)) if reasons else ""
    since = _since(verified)
    if since:  # the panel says it with its date
        reasons = []
    return Telling(tone, shape, gettext(headline), first, gettext(todo), tuple(reasons), since)


def _since(verified: Verified) -> str:
    """Return what became of the commitment after this file, with its date; "" when nothing did."""
    about = verified.commitment
    if verified.verdict.authentic and verified.acta is not None:
        return _since_acta(verified.acta)
    if not verified.verdict.authentic or about is None:
        return ""
    if verified.discarded:
        return str(gettext("El documento es auténtico, pero se descartó antes de que alguien lo firmara."))
    if about.state not in _SINCE or about.closed_at is None:
        return ""
    manner = Manner("en" if str(get_locale()) == "en" else "es_PE", str(get_timezone()))
    return str(gettext(_SINCE[about.state])) % {"date": fecha_hora(about.closed_at, manner)}


def _since_acta(acta: Acta) -> str:
    if acta.replaced_at is None:
        return ""
    manner = Manner("en" if str(get_locale()) == "en" else "es_PE", str(get_timezone()))
    return str(gettext("El documento es auténtico, pero otra acta corregida lo reemplazó el %(date)s.")) % {
        "date": fecha_hora(acta.replaced_at, manner)
    }


def _without_headline(sentence: str, headline: str) -> str:
    """Return `sentence` without the headline it begins with, which stands above it."""
    for mark in (": ", ", "):
        if sentence.startswith(headline + mark):
            rest = sentence[len(headline) + len(mark) :]
            return rest[:1].upper() + rest[1:]
    return sentence
