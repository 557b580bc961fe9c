"""What plugins may import of the portal, and where one imports something else. docs/plugins/publishing.md says the same."""

import ast
from collections.abc import Iterator
from pathlib import Path

from portal import extend

# Public names of these modules keep their meaning as docs/plugins/upgrading.md says; everything else may move any day.
PROMISED = (
    "portal.extend",
    "portal.web",
    "portal.db",
    "portal.errors",
    "portal.i18n",
    "portal.clock",
    "portal.context",
    "portal.cli",
    "portal.accounts.actor",
    "portal.accounts.consents",
    "portal.accounts.models",
    "portal.accounts.queries",
    "portal.accounts.service",
    "portal.agendas.models",
    "portal.agendas.queries",
    "portal.agendas.service",
    "portal.documents.canonical",
    "portal.documents.models",
    "portal.documents.rendering",
    "portal.ledger.models",
    "portal.ledger.queries",
    "portal.ledger.service",
    "portal.organisations.models",
    "portal.organisations.queries",
    "portal.organisations.service",
    "portal.threads.service",
    "portal.threads.words",
)
IN_TESTS = "portal.testing"  # the package, and every module in it


def strangers(folder: Path, own: str, *, tests: bool = False) -> Iterator[str]:
    """Yield a sentence for each import, in the Python files under `folder`, of something that is not promised to plugins.

    `own` is the plugin's package. Revisions import nothing of the portal or of the plugin: both change, revisions do not.
    """
    for path in sorted(folder.rglob("*.py")):
        place = path.relative_to(folder)
        try:
            tree = ast.parse(path.read_bytes(), str(place))
        except SyntaxError as error:
            yield f"{place}:{error.lineno} no es Python: {error.msg}"
            continue
        revision = "migrations" in place.parts
        for line, name, attribute in imported(tree, f"{own}.{'.'.join(place.with_suffix('').parts)}"):
            if revision and name.partition(".")[0] in {"portal", "plugins", own.partition(".")[0]}:
                yield f"{place}:{line} importa {name}: una revisión no importa nada del portal ni del plugin"
            elif not allowed(name, attribute, own, tests=tests):
                shown = f"{name}.{attribute}" if attribute else name
                yield f"{place}:{line} importa {shown}, que no está prometido (docs/plugins/publishing.md)"


def imported(tree: ast.AST, module: str) -> Iterator[tuple[int, str, str]]:
    """Yield (line, module, name or "") for each import of a file, the relative ones and `import_module("…")` too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")[: -node.level] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, source, alias.name) for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in {"import_module", "__import__"}:
                yield node.lineno, node.args[0].value, ""


def allowed(module: str, name: str, own: str, *, tests: bool = False) -> bool:
    """Tell whether a plugin whose package is `own` may import `name` ("" for all) of `module`."""
    top = module.partition(".")[0]
    if top not in {"portal", "plugins"} or module == own or module.startswith(f"{own}."):
        return True
    whole = f"{module}.{name}" if name else module
    if top == "plugins":
        return module.count(".") == 2 and module.endswith(".api") or whole.count(".") == 2 and whole.endswith(".api")  # noqa: PLR2004, RUF021 - plugins.<name>.api
    if tests and (module == IN_TESTS or whole.startswith(f"{IN_TESTS}.") or whole == IN_TESTS):
        return True
    if whole in PROMISED:
        return True
    if module not in PROMISED or name.startswith("_"):
        return False
    return module != "portal.extend" or name in {*extend.__all__, "*"}
