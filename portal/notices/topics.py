"""What notices are about and how often people get them: what the plugins propose, unless a person chose."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.extend.kinds import MailTopic
from portal.i18n import N_

NOW, DAILY, WEEKLY, NEVER = "now", "daily", "weekly", "never"
OFTEN = {
    NOW: N_("Apenas ocurre"),
    DAILY: N_("Un resumen cada día, a las 7:00"),
    WEEKLY: N_("Un resumen cada semana, el lunes a las 7:00"),
    NEVER: N_("Nunca por correo"),
}
ALL = "*"  # stands for every topic, those to come too
HOUR = time(7)
_MONDAY = 0


def due(often: str, at: datetime, zone: str) -> datetime:
    """Return when a notice of the instant `at` goes out: at once, or with the next digest in the portal's zone."""
    if often not in {DAILY, WEEKLY}:
        return at
    place = ZoneInfo(zone)
    local = at.astimezone(place)
    day = local.date() if local.time() < HOUR else local.date() + timedelta(days=1)
    while often == WEEKLY and day.weekday() != _MONDAY:
        day += timedelta(days=1)
    return datetime.combine(day, HOUR, place).astimezone(UTC)


def effective(topics: Iterable[MailTopic], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return how often somebody gets each topic. `chosen`: their own preferences, by topic or `ALL`."""
    return {one.name: chosen.get(one.name, chosen.get(ALL, one.often)) for one in topics}
