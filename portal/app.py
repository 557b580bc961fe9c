"""Makes the web application; `create_app` reads as the order of starting."""

import logging

from flask import Blueprint, Flask, Response, g, render_template, request, url_for
from flask_babel import get_locale
from flask_compress import Compress
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import failures, formats, incoming, language, templating, web
from portal.accounts import security
from portal.accounts.actor import Permissions
from portal.accounts.views import blueprint as accounts
from portal.actas.views import blueprint as actas
from portal.agendas.views import blueprint as agendas
from portal.context import Portal
from portal.extend.answers import listed
from portal.extend.kinds import PageItem
from portal.extend.registry import Refused, said
from portal.ledger.views import blueprint as ledger
from portal.limits import csrf, limiter
from portal.notices.views import blueprint as notices
from portal.organisations.views import blueprint as organisations
from portal.paths import STATIC
from portal.search.views import blueprint as search
from portal.site import blueprint as site
from portal.threads.views import blueprint as threads
from portal.threads.views import direct

log = logging.getLogger(__name__)

CORE = (site, accounts, organisations, agendas, search, notices, threads, ledger, actas)


def create_app(portal: Portal) -> Flask:
    """Return the web application of one installation. Its tables must be up to date (`portal.migrate`)."""
    app = Flask("portal", static_folder=str(STATIC), static_url_path="/static", template_folder=None)
    app.extensions["portal"] = portal
    app.extensions["permissions"] = Permissions.of(portal.registry.answers("permissions"))
    portal.ask.after_fault = web.mend
    web.guard(app)  # before the extensions: what they refuse has a request id too
    incoming.init_app(app)
    _configure(app, portal)
    _templates(app, portal)
    security.init_app(app, portal)
    failures.init_app(app)
    for blueprint in CORE:
        app.register_blueprint(blueprint)
    _plugin_pages(app, portal)
    undeclared = web.undeclared(app)
    if undeclared:
        raise RuntimeError(f"views without declared access: {undeclared}")
    return app


def _configure(app: Flask, portal: Portal) -> None:
    settings = portal.settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.upload_megabytes * 1024 * 1024 + 64 * 1024,  # the form's other fields beside the file
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,  # a dimension's observations, typed on one page
        MAX_FORM_PARTS=20_000,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_NAME="rubrica",
        PERMANENT_SESSION_LIFETIME=settings.session_hours * 3600,
        SEND_FILE_MAX_AGE_DEFAULT=365 * 86400,  # static addresses carry a version (`static_url`)
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: nobody loses what they typed to a timer
        BABEL_DEFAULT_LOCALE="es",
        BABEL_DEFAULT_TIMEZONE=settings.timezone,
        RATELIMIT_STORAGE_URI="memory://",
        RATELIMIT_ENABLED=True,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_MIMETYPES=[
            "text/html",
            "text/css",
            "application/javascript",
            "text/javascript",
            "application/json",
            "image/svg+xml",
            "text/csv",
        ],
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    Compress(app)
    csrf.init_app(app)
    limiter.init_app(app)

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers.setdefault(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; font-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
        )
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if request.endpoint != "static" and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-cache"
        return response


def _templates(app: Flask, portal: Portal) -> None:
    app.jinja_loader = templating.loader(portal.registry)
    app.jinja_env.add_extension("jinja2.ext.do")
    language.init_app(app, portal)
    formats.register(
        app.jinja_env, locale=lambda: "en" if str(get_locale() or "es").startswith("en") else "es_PE", zone=portal.settings.timezone
    )
    versions = {path.name: str(int(path.stat().st_mtime)) for path in STATIC.iterdir()}

    def page_items(place: str, subject: object = None) -> list[PageItem]:
        from portal.site import core_items  # noqa: PLC0415 - views are imported after this module's parts

        items = [*core_items(place), *portal.ask.page_items(place, web.actor(), subject)]
        return sorted(items, key=lambda one: (one.weight, one.label))

    def drawn(item: PageItem) -> Markup:
        return Markup(portal.ask.drawn(item, "page_items", lambda: render_template(item.template, **item.context)))  # noqa: S704 - autoescaped

    app.jinja_env.globals.update(
        page_items=page_items,
        drawn=drawn,
        thread_of=direct,
        static_url=lambda name: url_for("static", filename=name, v=versions.get(name, "0")),
        settings=portal.settings,
        demo=portal.settings.demo,
    )

    @app.context_processor
    def about_this_request() -> dict[str, object]:
        return {"actor": web.actor(), "locale": str(get_locale() or "es"), "allowed": web.allowed, "now": g.get("now")}


def _plugin_pages(app: Flask, portal: Portal) -> None:
    """Register the plugins' blueprints; one that cannot be is left out whole, and closes (see `extend.registry`)."""
    for impl in portal.registry.manager.hook.blueprints.get_hookimpls():
        try:
            blueprints: list[Blueprint] = list(listed(impl.function()))
            trial = Flask("trial", static_folder=None)
            for name, rule in ((one.name, one) for one in blueprints):
                if name in app.blueprints or not isinstance(rule, Blueprint):
                    raise TypeError(f"blueprint {name!r} is taken or not a blueprint")  # noqa: TRY301
                trial.register_blueprint(rule)
            undeclared = web.undeclared(trial)
            if undeclared:
                raise TypeError(f"views without declared access: {undeclared}")  # noqa: TRY301
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            log.exception("pages of plugin %s left out", impl.plugin_name)
            portal.ask.late_refusals.append(
                Refused(impl.plugin_name, f"Las páginas del plugin «{impl.plugin_name}» no se usan: {said(error)}")
            )
            continue
        for blueprint in blueprints:
            app.register_blueprint(blueprint)
