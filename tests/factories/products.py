"""商品（承認済なら二人で決めたもの）。"""

from datetime import date
from decimal import Decimal

from loans.enums import FeeKind, ProductForm
from loans.models import Product, ProductDocument
from tests.factories.rules import SINCE, decided


def make_product(*documents, effective_on: date = SINCE, proposer=None, approver=None, approved=True, **changes):
    """短期の運転資金の商品: 手形、1,000万円・6か月まで、標準 2.5%（2〜6%）、手数料は年 0.2%。

    documents は（書類の符号, 使いみち）。
    """
    values = {
        "code": "tanki",
        "name": "短期運転資金",
        "source": "第312回理事会 第4号議案",
        "form": ProductForm.BILL,
        "purposes": "working",
        "maximum_amount": 10_000_000,
        "maximum_months": 6,
        "interest_rate": Decimal("2.5"),
        "minimum_interest_rate": Decimal("2"),
        "maximum_interest_rate": Decimal("6"),
        "fee_kind": FeeKind.RATE_DAYS,
        "fee_rate": Decimal("0.2"),
        **changes,
    }
    product = decided(
        Product(effective_on=effective_on, **values), proposer=proposer, approver=approver, approved=approved
    )
    ProductDocument.objects.bulk_create(
        ProductDocument(product=product, kind_id=kind, purpose=purpose) for kind, purpose in documents
    )
    return product
