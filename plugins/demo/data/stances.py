"""What the sample organisations say of each item, and what they ask the Mesa: the same on every run."""

from collections.abc import Sequence

from .organisations import ORGANISATIONS
from .shapes import DemoQuestion, DemoStance

_OBSERVATIONS = {
    ("qantu", "ECO-03.3"): "Proponemos que el observatorio publique también los acuerdos cerrados de años anteriores.",
    ("qantu", "SOC-03.3"): "El plazo de apertura de los refugios debería figurar, por provincia, en el plan anual.",
    ("chachacomo", "AMB-03.1"): ("De acuerdo con la meta; pedimos que el financiamiento de los rellenos compartidos se precise."),
    ("intimpa", "INS-01.1"): ("La meta de avance debe leerse junto con la calidad del gasto: ejecutar más no siempre es ejecutar mejor."),
    ("pisonay", "SOC-02.3"): "Pedimos incluir a los institutos pedagógicos de la región en la formación de docentes.",
    (
        "huallata",
        "ECO-01.2",
    ): "Falta una línea de base: sin saber cuánta superficie se riega hoy, la meta no se puede seguir.",
    (
        "huallata",
        "AMB-01.1",
    ): "La línea de base es de 2012. Pedimos actualizarla antes de la firma o indicar cuándo se hará.",
    (
        "huallata",
        "INS-03.2",
    ): "Proponemos un porcentaje mínimo del presupuesto de inversión para el proceso participativo.",
    ("huallata", "ECO-02.1"): "La reducción propuesta nos parece poca para cuatro años; sugerimos una meta por sector.",
    ("chachacomo", "SOC-04.2"): "La certificación de lengua debería empezar por los establecimientos de salud.",
    ("lliclla", "INS-04.3"): "Pedimos nombrar también a las centrales provinciales de rondas.",
}
_REFUSALS = {
    ("intimpa", "ECO-04.1"): "No suscribimos la meta de visitantes mientras no haya un estudio de capacidad de carga.",
    (
        "huallata",
        "INS-01.3",
    ): "Preferimos reforzar las herramientas nacionales que ya existen antes que crear otro tablero.",
}
# The share of the agenda already gone through, in tenths, at each stage where somebody has begun.
_TENTHS_READ = {
    "en_revision": 3,
    "reunion_realizada": 7,
    "observada": 10,
    "lista_para_firma": 10,
    "firmada_parcialmente": 10,
    "firmada": 10,
    "publicada": 10,
    "retirada": 10,
}
# One item in so many is left without a position; a prime, so that they spread over the agenda.
_SILENT_EVERY = 29


def stances(slug: str, items: Sequence[str], *, whole: bool = False) -> tuple[DemoStance, ...]:
    """Return what the organisation has said so far of `items` (codes in order); those it has not reached are absent.

    `whole`: of all items, whatever its stage (one that declined a document already issued had answered them all).
    """
    position, organisation = next((i, o) for i, o in enumerate(ORGANISATIONS) if o.slug == slug)
    reached = len(items) * (10 if whole else _TENTHS_READ.get(organisation.stage, 0)) // 10
    return tuple(_stance(slug, code, index + 2 * position) for index, code in enumerate(items[:reached]))


def _stance(slug: str, code: str, turn: int) -> DemoStance:
    if (slug, code) in _OBSERVATIONS:
        return DemoStance(code, "con_observacion", _OBSERVATIONS[slug, code])
    if (slug, code) in _REFUSALS:
        return DemoStance(code, "no_suscribe", _REFUSALS[slug, code])
    return DemoStance(code, "sin_pronunciamiento" if turn % _SILENT_EVERY == _SILENT_EVERY - 1 else "suscribe")


QUESTIONS = (
    DemoQuestion(
        "pisonay",
        "SOC-01.2",
        "¿La meta de anemia se mide con el método anterior o con el que rige desde 2024?",
        "Con el anterior, para poder compararla con la línea de base. Cuando haya dos años con el método nuevo se "
        "abrirá una segunda serie; no se unen en una misma línea.",
    ),
    DemoQuestion(
        "huallata",
        "AMB-01.1",
        "¿Por qué la línea de base del cloro residual es de 2012?",
        "Es el último cuadro por departamento que se encontró publicado. El grupo de trabajo ambiental pedirá el dato "
        "vigente y la agenda mostrará qué cambió.",
    ),
    DemoQuestion(
        "tankar",
        None,
        "¿Suscribir con observación nos obliga a cumplir el punto tal como está escrito?",
        "Sí: usted suscribe el punto y deja constancia pública de su observación. Si no puede asumirlo, la opción es "
        "«no suscribe» en ese punto.",
    ),
    DemoQuestion(
        "waranway",
        "ECO-03.2",
        "¿La meta de inversión incluye lo que ejecutan las municipalidades con canon?",
        "La línea de base publicada es la de los gobiernos locales en conjunto; la meta se lee de la misma manera.",
    ),
    DemoQuestion("tankar", "INS-02.3", "¿Qué formatos se consideran reutilizables para los datos abiertos?"),
)
