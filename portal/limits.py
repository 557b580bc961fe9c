"""The limits on forms and on tries: `limiter` and `csrf`, apart from the app so that views may import them."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

PER_ADDRESS = "20 per minute; 200 per hour"  # of codes, links and passwords: an address may be a whole meeting room

limiter = Limiter(get_remote_address, headers_enabled=False)
csrf = CSRFProtect()
