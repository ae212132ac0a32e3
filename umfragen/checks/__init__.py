"""What an editor has to mend before a version is published, and what is hardly meant so. Pure."""

from umfragen.checks.mixing import check_mixing
from umfragen.checks.reach import check_reach
from umfragen.checks.references import check_collisions, check_names, check_references
from umfragen.checks.types import check_types
from umfragen.definition import Definition, Finding, check_structure
from umfragen.engine.plan import make_plan


def check_survey(definition: Definition) -> tuple[Finding, ...]:
    """Everything at once, errors first. Without errors the version can be published."""
    plan = make_plan(definition)
    found = [
        *check_structure(definition),
        *check_names(plan),
        *check_collisions(plan),
        *check_references(plan),
        *check_mixing(plan),
        *check_types(plan),
        *check_reach(plan),
    ]
    unique = {(finding.path, finding.span, str(finding)): finding for finding in found}
    return tuple(sorted(unique.values(), key=lambda finding: not finding.is_error))


__all__ = ["check_survey"]
