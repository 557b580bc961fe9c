"""How a plugin says who it is: one `PLUGIN` in its plugin.py, beside functions marked `@hookimpl`."""

from dataclasses import dataclass

import pluggy

hookspec = pluggy.HookspecMarker("portal")
hookimpl = pluggy.HookimplMarker("portal")


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """A plugin's own statement.

    `name`: lower-case identifier; its tables are `<name>_*`, its templates `<name>/…`.
    `needs`: names of plugins that must be there, and come first.
    `package`: dotted package that holds templates/, static/, migrations/ (the plugin's own by default).
    `portal`: the lowest version of `portal.extend` it works with, "major.minor".
    """

    name: str
    label: str
    version: str
    summary: str = ""
    needs: tuple[str, ...] = ()
    package: str = ""
    portal: str = "0.1"
