"""The settings of a project: flyteops.yaml, flags and variables, every value with where it came from."""

from flyteops.settings.fields import project_schema
from flyteops.settings.finding import SETTINGS_FILE
from flyteops.settings.load import load_settings, settings_from
from flyteops.settings.values import AllowedLiteral, Cluster, DomainSettings, Settings

__all__ = [
    "SETTINGS_FILE",
    "AllowedLiteral",
    "Cluster",
    "DomainSettings",
    "Settings",
    "load_settings",
    "project_schema",
    "settings_from",
]
