"""担保物件・先順位・担保権・保証。"""

from datetime import date
from decimal import Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter

from collateral.enums import AssetKind, GuaranteeScope, RightKind, SeniorKind
from collateral.guarantee_deed import Relation
from collateral.models import Asset, Guarantee, SecurityInterest, SeniorLien
from documents import operations as documents
from members.models import Member
from tests.factories.members import make_member, make_person


def make_asset(*, owner=None, seniors=(), **changes):
    """担保物件。seniors は（種類, 債権額・極度額, 確認済の残高）の組。"""
    owner = owner or make_person()
    values = {
        "kind": AssetKind.LAND,
        "description": "石川県金沢市鞍月二丁目20番 宅地 330.00㎡",
        "appraised": 50_000_000,
        "appraised_on": date(2026, 11, 2),
        "appraisal_method": "road",
        "haircut_rate": Decimal(80),
        "owner_member": owner if isinstance(owner, Member) else None,
        "owner_person": None if isinstance(owner, Member) else owner,
    }
    asset = Asset.objects.create(**{**values, **changes})
    for kind, registered, balance in seniors:
        SeniorLien.objects.create(
            asset=asset, kind=kind, holder="北陸銀行 金沢支店", registered=registered, balance=balance,
            balance_on=None if balance is None else date(2026, 11, 2), evidence="" if balance is None else "残高証明書",
        )  # fmt: skip
    return asset


def make_interest(*, asset=None, debtor=None, **changes):
    """担保権。"""
    values = {"right": RightKind.MORTGAGE, "amount": 30_000_000, "rank": 1}
    return SecurityInterest.objects.create(
        asset=asset or make_asset(), debtor=debtor or make_member(), **{**values, **changes}
    )


def make_guarantee(*, debtor=None, person=None, member=None, **changes):
    """保証。言わなければ、知人による特定債務の保証。"""
    values = {"relation": Relation.RELATIVE_OR_FRIEND.value, "scope": GuaranteeScope.SPECIFIC}
    return Guarantee.objects.create(
        debtor=debtor or make_member(),
        person=person or (None if member else make_person()),
        member=member,
        **{**values, **changes},
    )


def make_upload(target, by):
    """署名のある確認書の写し（白い一ページ）。"""
    out = BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(width=100, height=100)
    writer.write(out)
    file = SimpleUploadedFile("確認書.pdf", out.getvalue())
    return documents.accept_upload(file=file, kind="情報提供の確認書", target=target, by=by, on=date(2026, 11, 24))


MORTGAGE, REVOLVING = SeniorKind.MORTGAGE, SeniorKind.REVOLVING
