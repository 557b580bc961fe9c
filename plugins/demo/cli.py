"""`portal demo`: fill an installation with samples, and with --out leave the documents of a whole cycle in a folder."""

from pathlib import Path

import click

from portal.cli import show


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Leave there the documents of the cycle, constancias, root.pem and summary.json.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done for a program.")
def demo(out: Path | None, *, as_json: bool) -> None:
    """Fill an empty installation with sample data; run again, it completes what is missing.

    From then on `portal run` shows the demonstration, unless PORTAL_DEMO=0.
    """
    from plugins.demo.export import export  # noqa: PLC0415
    from plugins.demo.loading import load, say_nothing, sign_in_lines  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415
    from portal.install import ready  # noqa: PLC0415
    from portal.settings import demo_settings, mark_demo  # noqa: PLC0415

    settings = demo_settings()
    say_nothing()
    portal = ready(settings)
    new = load(portal, now=clock.now())
    mark_demo(settings)
    portal.queue.drain()
    summary = {} if out is None else export(portal, out)
    data = {"loaded": new, "sign_in": f"{settings.public_url}/entrar", "out": str(out) if out else None, **summary}
    lines = sign_in_lines(settings.public_url)
    if out is not None:
        lines.append(f"{len(data['instruments'])} documentos en {out}")
    show(data, as_json=as_json, lines=lines)
