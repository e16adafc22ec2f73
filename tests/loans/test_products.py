"""Products: versions with validity, the database's refusals, the documents, and the criteria an application is held to."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from coopfin.flow import StepRefused
from coopfin.roles import Role
from loans import rulebook
from loans.enums import FeeKind, Instrument, ProductForm, RateKind
from loans.models import Application, Product
from loans.operations import application as applications
from tests.factories.core import make_user
from tests.factories.loans import REASON, TODAY, bill_terms, fresh, make_application, make_office
from tests.factories.products import make_product
from tests.prepared import pages_on

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def prepared(for_the_module):
    def world():
        office = make_office()
        return office, make_application(office)

    return for_the_module(world)


@pytest.fixture
def office(prepared):
    return prepared()[0]


@pytest.fixture
def draft(prepared):
    return fresh(prepared()[1])


def names(on):
    return list(Product.objects.offered(on).values_list("source", flat=True))


def test_the_newest_approved_version_of_a_product_is_the_one_that_is_offered():
    first = make_product(source="第300回")
    make_product(source="提案だけ", effective_on=date(2026, 10, 1), approved=False)
    make_product(source="第320回", effective_on=date(2026, 12, 1))
    assert names(date(2026, 3, 31)) == []
    assert names(TODAY) == ["第300回"]
    assert names(date(2026, 12, 1)) == ["第320回"]
    assert first.is_offered(TODAY)
    assert not first.is_offered(date(2026, 12, 1))


def test_a_product_whose_last_version_has_ended_is_not_offered_in_its_older_one():
    make_product()
    make_product(effective_on=date(2026, 6, 1), ends_on=date(2026, 9, 30))
    assert names(date(2026, 9, 30))
    assert not names(date(2026, 10, 1))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"purposes": ""}, "使いみちを一つ以上"),
        ({"minimum_amount": 10_000_001}, "金額の下限は上限以下"),
        ({"minimum_months": 7}, "期間の下限は上限以下"),
        ({"ends_on": date(2026, 3, 31)}, "取扱いを終える日"),
        ({"form": ProductForm.DEED, "methods": "bullet", "instrument": Instrument.DENSAI}, "証書貸付は手形・でんさいを使いません"),
        ({"form": ProductForm.DISCOUNT}, "手形割引は、紙の手形かでんさい"),
        ({"form": ProductForm.DEED}, "返済方法は、証書貸付では一つ以上"),
        ({"rate_kind": RateKind.FIXED}, "決まっている率に幅は入れません"),
        ({"minimum_interest_rate": Decimal("2.6")}, "標準の率は、幅の下限と上限のあいだ"),
        ({"fee_rate": None}, "手数料は"),
        ({"fee_kind": FeeKind.FIXED}, "手数料は"),
        ({"fee_kind": FeeKind.NONE}, "手数料は"),
        ({"minimum_cover_percent": 50}, "担保を要する金額も"),
    ],
)  # fmt: skip
def test_a_product_that_contradicts_itself_is_refused_by_the_form_and_by_the_database(changes, sentence):
    product = make_product(approved=False)
    for name, value in changes.items():
        setattr(product, name, value)
    with pytest.raises(ValidationError, match=sentence):
        product.validate_constraints()
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=product.pk).update(**changes)


def test_documents_are_the_same_for_the_same_purpose_and_named_once():
    product = make_product(
        ("estimate", "equipment"), ("financials", ""), ("financials", "working"), ("cash-flow", "working"),
        purposes="working,equipment",
    )  # fmt: skip

    def codes(*purposes):
        return [row.kind_id for row in product.documents_for(*purposes)]

    assert codes("working") == ["financials", "cash-flow"]
    assert codes("equipment") == ["financials", "estimate"]
    assert codes("working", "equipment") == ["financials", "estimate", "cash-flow"]
    assert product.documents_for("working")[1].kind.validity_months == 3


def test_before_the_first_product_none_is_asked_for_and_afterwards_one_is(office, draft):
    assert rulebook.product_findings(draft, TODAY) == []
    make_product(approved=False)
    assert rulebook.product_findings(draft, TODAY) == []
    make_product()
    (finding,) = rulebook.product_findings(draft, TODAY)
    assert finding.blocks
    assert "商品が選ばれていません" in finding.text
    with pytest.raises(StepRefused, match="商品が選ばれていません"):
        applications.receive(draft, by=office.clerk, on=TODAY, reason=REASON)


def test_every_miss_of_the_product_is_named_with_its_version(office, draft):
    product = make_product(maximum_amount=9_000_000, maximum_months=2, fee_kind=FeeKind.NONE, fee_rate=None)
    draft = applications.update_terms(draft, terms=bill_terms(product=product), by=office.clerk, on=TODAY)
    misses = [found for found in rulebook.standard_findings(draft, TODAY) if found.blocks]
    assert [miss.code for miss in misses] == ["standard-amount", "standard-term", "standard-fee"]
    assert {miss.source for miss in misses} == {"商品「短期運転資金」（2026年4月1日からの版、第312回理事会 第4号議案）"}
    assert "1,000,000円超えています" in misses[0].text


def test_the_form_the_purpose_and_the_lower_bounds_of_a_product_are_held_too(office, draft):
    product = make_product(
        form=ProductForm.DEED, methods="bullet", purposes="equipment", minimum_amount=20_000_000,
        maximum_amount=50_000_000, minimum_months=12, maximum_months=60,
    )  # fmt: skip
    draft = applications.update_terms(draft, terms=bill_terms(product=product), by=office.clerk, on=TODAY)
    texts = [found.text for found in rulebook.standard_findings(draft, TODAY) if found.blocks]
    assert texts[:4] == [
        "形式の手形貸付は、商品「短期運転資金」の証書貸付と違います。",
        "使いみちの運転資金は、認められた使いみちにありません。",
        "金額 10,000,000円は、下限の 20,000,000円に10,000,000円届きません。",
        "最終期日 2027年2月21日は、期間の下限 12か月（2027年11月24日から）に届きません。",
    ]


def test_a_received_application_keeps_its_version_when_a_new_one_supersedes_it(office, draft):
    product = make_product()
    terms = bill_terms(product=product, fee_rate=Decimal("0.2"), applied_by="代表取締役", consented_on=TODAY)
    uses = [{"purpose": "working", "what": "原材料", "amount": 10_000_000}]
    draft = applications.update_terms(draft, terms=terms, plan={"uses": uses}, by=office.clerk, on=TODAY)
    received = applications.receive(draft, by=office.clerk, on=TODAY, reason=REASON)
    tomorrow = TODAY + timedelta(days=1)
    make_product(effective_on=tomorrow, maximum_amount=1_000_000)
    received = fresh(received)
    assert received.product == product
    assert rulebook.product_findings(received, tomorrow) == []
    assert not any(found.blocks for found in rulebook.standard_findings(received, tomorrow))


def test_a_draft_with_a_superseded_version_chooses_again(office, draft):
    product = make_product()
    draft = applications.update_terms(draft, terms=bill_terms(product=product), by=office.clerk, on=TODAY)
    make_product(effective_on=TODAY)
    (finding,) = rulebook.product_findings(draft, TODAY)
    assert "今日は取り扱っていません" in finding.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"form": ProductForm.DISCOUNT, "instrument": Instrument.PAPER}, "手形割引の申込は、この仕組みでは受け付けていません"),
        ({"fee_kind": FeeKind.FIXED, "fee_rate": None, "fee_amount": 11_000}, "手数料が「1件ごとの定額」の商品"),
    ],
)  # fmt: skip
def test_what_cannot_be_executed_can_be_defined_but_not_applied_for(draft, changes, sentence):
    draft.product = make_product(**changes)
    (finding,) = rulebook.product_findings(draft, TODAY)
    assert finding.blocks
    assert sentence in finding.text


def test_choosing_a_product_fills_form_and_rates_and_says_what_it_allows(office):
    client = Client()
    client.force_login(office.clerk)
    product = make_product()
    coming = make_product(code="raiki", effective_on=date(2027, 4, 1), name="来期の商品")
    with pages_on():
        page = client.get("/loans/applications/new/").content.decode()
        assert "短期運転資金" in page
        assert "来期の商品" not in page
        answer = client.post(
            "/loans/applications/product/", {"product": product.pk, "interest_rate": "9"}
        ).content.decode()
        assert 'value="2.5"' in answer
        assert 'value="0.2"' in answer
        assert "10,000,000円まで" in answer
        assert 'value="bill"' in answer
        assert "checked" in answer
        refused = client.post(
            "/loans/applications/new/", {**bill_terms(), "member_search": "能登", "product": coming.pk}
        )
    assert refused.status_code == 422
    assert "その商品は、いまは取り扱っていません" in refused.content.decode()
    assert Application.objects.count() == 1


def test_the_pages_show_versions_and_lead_the_chief_to_a_new_one(office):
    old = make_product(("financials", ""), effective_on=date(2025, 4, 1), source="第290回理事会")
    now = make_product()
    client = Client()
    with pages_on():
        client.force_login(office.chief)
        listed = client.get("/loans/products/").content.decode()
        every = client.get("/loans/products/?versions=all").content.decode()
        page = client.get(f"/loans/products/{old.pk}/").content.decode()
        proposing = client.get(f"/admin/loans/product/add/?copy={now.pk}").content.decode()
        client.force_login(make_user(Role.DIRECTOR))
        assert "新しい版を提案する" not in client.get(f"/loans/products/{old.pk}/").content.decode()
    assert "2025年4月1日" not in listed
    assert "2025年4月1日" in every
    assert "2026年4月1日に次の版" in page
    assert "決算書（2期）" in page
    assert "新しい版を提案する" in page
    assert 'value="短期運転資金"' in proposing
    assert 'value="第312回理事会 第4号議案"' not in proposing
