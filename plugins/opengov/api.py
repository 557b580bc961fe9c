"""What another plugin may use of this one: the plan's commitments as typed data."""

from plugins.opengov.data import (
    COMMITMENTS,
    KIND,
    PLAN_CODE,
    PLAN_PERIOD,
    PLAN_SOURCE,
    PLAN_TERRITORY,
    PLAN_TITLE,
    SDG,
    THEMES,
    TRANSVERSAL,
    VALUES,
)

__all__ = [
    "COMMITMENTS",
    "KIND",
    "PLAN_CODE",
    "PLAN_PERIOD",
    "PLAN_SOURCE",
    "PLAN_TERRITORY",
    "PLAN_TITLE",
    "SDG",
    "THEMES",
    "TRANSVERSAL",
    "VALUES",
]
