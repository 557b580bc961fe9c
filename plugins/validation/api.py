"""What another plugin may use of validation: the act, and a sample of it."""

from plugins.validation.queries import validating
from plugins.validation.sampling import sample
from plugins.validation.service import Row, record_act

__all__ = ["Row", "record_act", "sample", "validating"]
