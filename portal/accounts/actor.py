"""Who acts, and whether they may: roles are held in an agenda, acts are granted to roles."""

from dataclasses import dataclass

from portal.extend.kinds import Permission
from portal.i18n import N_

ROLES = {
    "administrator": N_("Administración del portal"),
    "coordinator": N_("Coordinación"),
    "staff": N_("Equipo de la Mesa"),
    "representative": N_("Representante de organización"),
    "delegate": N_("Delegado/a de dimensión"),
    "witness": N_("Testigo"),
    "reader": N_("Lectura"),
}

CORE_PERMISSIONS = (
    Permission(action="portal.administer", label="Administrar el portal", roles=("administrator",)),
    Permission(action="people.manage", label="Invitar personas y dar roles", roles=("administrator", "coordinator")),
    Permission(action="organisation.read", label="Ver organizaciones y contactos", roles=("administrator", "coordinator", "staff")),
    Permission(action="organisation.edit", label="Editar e importar organizaciones", roles=("administrator", "coordinator", "staff")),
    Permission(action="agenda.create", label="Crear agendas", roles=("administrator",)),
    Permission(action="agenda.read_draft", label="Ver el borrador", roles=("administrator", "coordinator", "staff", "delegate", "reader")),
    Permission(action="agenda.edit", label="Editar el borrador", roles=("administrator", "coordinator", "staff", "delegate")),
    Permission(action="acta.keep", label="Guardar copias firmadas a mano", roles=("administrator", "coordinator", "staff")),
    Permission(action="agenda.freeze", label="Congelar una versión", roles=("administrator", "coordinator")),
)


@dataclass(frozen=True)
class Held:
    """A role held; None means not limited to one."""

    role: str
    agenda_id: int | None = None
    organisation_id: int | None = None
    dimension: str | None = None


@dataclass(frozen=True)
class Actor:
    """A person at work, or nobody (`person_id` None)."""

    person_id: int | None = None
    full_name: str = ""
    held: tuple[Held, ...] = ()

    @property
    def signed_in(self) -> bool:
        """Whether this is somebody."""
        return self.person_id is not None

    @property
    def is_administrator(self) -> bool:
        """Whether the person administers the whole portal."""
        return any(one.role == "administrator" for one in self.held)


NOBODY = Actor()


@dataclass(frozen=True)
class Permissions:
    """Which roles may do which act; the core's and the plugins'."""

    roles: dict[str, frozenset[str]]

    @classmethod
    def of(cls, declared: tuple[Permission, ...]) -> "Permissions":
        """Return the table of the core's permissions and of those that plugins declared."""
        return cls({one.action: frozenset(one.roles) for one in (*CORE_PERMISSIONS, *declared)})

    def allows(
        self, actor: Actor, action: str, *, agenda_id: int | None = None, organisation_id: int | None = None, dimension: str | None = None
    ) -> bool:
        """Tell whether `actor` may do `action` there.

        Without `agenda_id` it is enough to hold a fitting role anywhere (a page that lists only one's own).
        A representative acts only for their organisation, a delegate only in their dimension, where those are given.
        """
        roles = self.roles.get(action, frozenset())
        return any(
            one.role in roles
            and (one.agenda_id is None or agenda_id is None or one.agenda_id == agenda_id)
            and (one.organisation_id is None or organisation_id is None or one.organisation_id == organisation_id)
            and (one.dimension is None or dimension is None or one.dimension == dimension)
            for one in actor.held
        )

    def agendas(self, actor: Actor, action: str) -> frozenset[int] | None:
        """Return the ids of agendas where `actor` may do `action`; None means all of them."""
        roles = self.roles.get(action, frozenset())
        fitting = [one for one in actor.held if one.role in roles]
        if any(one.agenda_id is None for one in fitting):
            return None
        return frozenset(one.agenda_id for one in fitting if one.agenda_id is not None)
