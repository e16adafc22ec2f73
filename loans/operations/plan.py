"""資金計画の明細を書く、見積書・署名のある申込書などを受け取る。"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from coopfin import log
from coopfin.flow import StepRefused, block
from documents import operations as documents
from documents.models import Upload
from loans.enums import EDITABLE_STATES
from loans.models import Application, BankRelation, BillParty, FundSource, FundUse
from loans.operations import base

#: 明細の名 → モデル
MODELS = {"uses": FundUse, "sources": FundSource, "banks": BankRelation, "parties": BillParty}
SIGNED_FORM, OTHER = "signed_form", "other"


def write(application: Application, plan: dict[str, list[dict]]) -> dict[str, list[str]]:
    """明細を、渡したとおりにする。同じ行は番号で見分け、付けた見積書を失わない。変わった明細の前と後を返す。"""
    changed = {}
    for name, rows in plan.items():
        model = MODELS[name]
        kept = {row.pk: row for row in model.objects.filter(application=application)}
        before = "、".join(str(row) for row in kept.values())
        for values in rows:
            given = dict(values)
            row = kept.pop(given.pop("row", None), None) or model(application=application)
            for field, value in given.items():
                setattr(row, field, value)
            row.full_clean()
            row.save()
        model.objects.filter(pk__in=kept).delete()
        after = "、".join(str(row) for row in model.objects.filter(application=application))
        if before != after:
            changed[model._meta.verbose_name] = [before, after]
    return changed


def copied(application: Application) -> dict[str, list[dict]]:
    """この申込の明細の写し（write に渡す形）。見積書は写さない。"""
    left_out = {"id", "application", "estimate"}
    return {
        name: [
            {
                field.name: getattr(row, field.name)
                for field in model._meta.concrete_fields
                if field.name not in left_out
            }
            for row in model.objects.filter(application=application)
        ]
        for name, model in MODELS.items()
    }


@transaction.atomic
def attach(application: Application, *, file, what: str, kind: str = "", by, on: date) -> Upload:
    """書類の写しを受け取る。what は、署名のある申込書・その他・見積書を付ける明細の番号。"""
    application = base.lock(application)
    base.allow(application, "loans.edit_application", "書類の受領", by=by, on=on)
    if what != OTHER and application.state not in EDITABLE_STATES:
        text = "付議したあとは、見積書と申込書を替えられません。直すときは差し戻してください。"
        raise StepRefused("書類の受領", [block(text, "事務の流れ")])
    use = None
    if what == SIGNED_FORM:
        kind = "申込書（本人の署名のあるもの）"
    elif what != OTHER:
        use = application.uses.filter(pk=int(what)).first() if what.isdigit() else None
        if use is None:
            raise ValidationError({"what": "その明細はもうありません。選び直してください。"})
        kind = "見積書"
    upload = documents.accept_upload(file=file, kind=kind, target=application, by=by, on=on)
    if use is not None:
        use.estimate = upload
        use.save(update_fields=["estimate"])
    elif what == SIGNED_FORM:
        application.signed_form = upload
    base.touch(application)
    log.record(application, verb="attach", label="書類の受領", by=by, on=on, paper=kind)
    return upload
