"""The first page, the audit log, the state of the operation, the table of rights."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kern.accounts.permissions import PERMISSIONS, ROLE_LABELS, Role
from kern.ids import parse_id
from kern.settings import town_settings
from kern.web import require
from kern.web.identity import settings
from portal.verwaltung import operation, operation_words, overview, records
from portal.verwaltung.blueprint import blueprint
from portal.verwaltung.forms import GROUPS


@blueprint.get("/")
def start() -> ResponseReturnValue:
    require("admin.open")
    found = overview.look_around(settings(), town_settings())
    return render_template("portal/verwaltung/start.html", found=found, groups=GROUPS)


@blueprint.get("/protokoll")
def audit_log() -> ResponseReturnValue:
    require("admin.audit")
    area = request.args.get("bereich", "")
    lines, following = records.list_entries(area, request.args.get("vor", type=parse_id))
    return render_template(
        "portal/verwaltung/audit.html",
        lines=lines,
        following=following,
        area=area if area in records.AREAS else "",
        areas=records.AREAS,
        act_label=records.act_label,
    )


@blueprint.get("/betrieb")
def operations() -> ResponseReturnValue:
    require("admin.operations")
    found = operation.look_at(settings())
    return render_template("portal/verwaltung/operation.html", found=found, words=operation_words)


@blueprint.get("/menschen/rechte")
def permissions() -> ResponseReturnValue:
    """Every permission and who has it by default."""
    require("admin.grants")
    return render_template(
        "portal/verwaltung/permissions.html",
        permissions=PERMISSIONS,
        roles=list(Role),
        labels=ROLE_LABELS,
    )
