"""What is shown as text, by one name each."""

from flyteops.views.diagnostics import LinesOf, render_diagnostic, render_diagnostics, summary
from flyteops.views.escape import safe
from flyteops.views.plan import plan_summary, render_plan

__all__ = ["LinesOf", "plan_summary", "render_diagnostic", "render_diagnostics", "render_plan", "safe", "summary"]
