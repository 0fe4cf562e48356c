"""What a registry in PostgreSQL says when the server, the driver or the URL stops it; never with a password."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from flyteops.adapters.registry_faults import not_a_registry
from flyteops.model.errors import OutsideFailed, Refused

_SECRET = re.compile(r"(?i)(password|passfile|sslpassword)=\S+")


def told_url(url: str) -> str:
    """Scheme, host, port and database of a URL, without who and with what password."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or next(iter(parse_qs(parts.query).get("host", ())), "")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "postgresql://…"
    return f"postgresql://{host}{port}{parts.path}" if "/" not in host else f"postgresql:{host}{parts.path}"


def _clean(url: str, said: str) -> str:
    """A driver's words on one line, with nothing of the URL's secrets in them."""
    try:
        password = urlsplit(url).password or ""
    except ValueError:
        password = url
    for secret in {url, password, unquote(password)} - {""}:
        said = said.replace(secret, "***")
    return _SECRET.sub(r"\1=***", " ".join(said.split()))


def told_driver_missing() -> OutsideFailed:
    """The driver comes with an extra."""
    return OutsideFailed(
        "registry",
        "a registry in PostgreSQL needs psycopg, which is not installed here",
        retryable=False,
        way_out="install it: pip install 'flyteops[postgres]'",
    )


def told_not_reached(url: str, said: str) -> OutsideFailed:
    """No connection came about, so nothing was done."""
    return OutsideFailed(
        "registry",
        f"{told_url(url)} cannot be reached: {_clean(url, said)}",
        retryable=True,
        way_out="see whether the server runs and the URL in registry: of flyteops.yaml is right; `flyteops doctor` "
        "tries it",
    )


def told_old_server(url: str, version: str) -> Refused:
    """FO733: before 15."""
    return Refused(
        "FO733",
        f"{told_url(url)} is PostgreSQL {version}; a registry needs 15 or newer",
        protects="the record of what was applied, on a server that still gets fixes",
        way_out="upgrade the server, or name another one in registry: of flyteops.yaml",
    )


def told_by_server(url: str, state: str | None, said: str) -> OutsideFailed | Refused:
    """What an SQLSTATE (none: the connection was lost) means for the user."""
    where, words = told_url(url), _clean(url, said)
    told, way_out, retryable = f"{where}: {words}", "see the server's log", False
    match state:
        case None | "57P01" | "57P02" | "08006" | "08003":
            told = f"the connection to {where} was lost ({words}); whether the last write was kept is not known"
            way_out, retryable = "run the command again: it finds out, and goes on from there", True
        case "40001" | "40P01" | "55P03" | "57014" | "53300" | "57P03":
            told = f"{where} is too busy ({words}); nothing was recorded"
            way_out, retryable = "run the command again", True
        case "42501":
            told = f"the role may not do this in {where} ({words}); nothing was recorded"
            way_out = "let the owner of the database run: CREATE SCHEMA flyteops AUTHORIZATION <the role>"
        case "25006":
            told = f"{where} is read-only now ({words}); nothing was recorded"
            way_out, retryable = "name the primary server in registry: of flyteops.yaml", True
        case "53100" | "53200":
            told = f"{where} has no room left ({words}); nothing was recorded"
            way_out = "make room on the server and run the command again"
        case _ if state.startswith(("42", "23", "22", "XX")):
            return not_a_registry(where, words)
        case _:
            pass
    return OutsideFailed("registry", told, retryable=retryable, way_out=way_out)
