"""The vectors: figures worked out elsewhere, met to the yen and to the day by the functions the product itself uses.

One adapter per category translates a vector's words into a call and the answer back; it never computes. An adapter must
read every key of `given`, so that a vector with a new twist fails rather than passes by luck. What has no adapter fails
too, unless it is named in NOT_BUILT_YET: a category, or (category, frozenset of given keys) for one shape of it.
"""

import json
import os
from pathlib import Path

import pytest

from collateral import guarantee_deed
from coopfin.calc import stamp_duty
from tests.vectors import cap_adapters  # noqa: F401  they enter themselves into the list
from tests.vectors.adapters import ADAPTERS, Given

FOLDER = Path(os.environ.get("COOPFIN_VECTORS") or Path(__file__).parent)

NOT_BUILT_YET = {
    "accrual",
    "allocation",
    "allowance",
    "bill_clearing",
    "bill_discount",
    "bill_rewrite",
    "collection",
    "damages",
    "debtor_class",
    "fee_tax",
    "guarantor_notice",
    "industry_breakdown",
    "legal_rate",
    "limitation",
    "naiyo_shomei",
    "passthrough",
    "period_columns",
    "prepayment_fee",
    "rate_change",
    "reconciliation",
    "refund_interest",
    "set_off",
    "zengin",
}


def load_vectors(folder=None):
    vectors = []
    for path in sorted((folder or FOLDER).glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, dict) and isinstance(content.get("vectors"), list):
            vectors += [vector for vector in content["vectors"] if vector.get("kind") != "reference"]
    return vectors


def is_not_built_yet(vector):
    category = vector["category"]
    return category in NOT_BUILT_YET or (category, frozenset(vector["given"])) in NOT_BUILT_YET


def as_text(value):
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)


def in_order(lines):
    """A voucher is the same whatever the order of its lines."""
    return sorted(lines, key=lambda line: (line["side"], line["account"], line["amount"]))


VECTORS = load_vectors()


@pytest.mark.parametrize("vector", [v for v in VECTORS if not is_not_built_yet(v)], ids=lambda v: v["id"])
def test_the_vector_is_met(vector):
    assert vector["category"] in ADAPTERS, f"no adapter for {vector['category']}, and not named in NOT_BUILT_YET"
    given, expected = Given(vector["given"]), vector["expected"]
    actual = ADAPTERS[vector["category"]](given)
    for key, value in expected.items():
        assert key in actual, f"the adapter does not answer {key}"
        answer = actual[key]() if callable(actual[key]) else actual[key]
        if key == "voucher":
            answer, value = in_order(answer), in_order(value)
        assert answer == value, f"{vector['id']} {key}: {as_text(answer)} is not {as_text(value)}"
    assert set(given) <= given.read, f"the adapter ignored {set(given) - given.read}"


def test_there_are_vectors():
    assert len(VECTORS) >= 1


def test_what_is_named_as_not_built_has_no_adapter():
    names = {entry for entry in NOT_BUILT_YET if isinstance(entry, str)}
    assert not names & set(ADAPTERS)


def test_what_is_named_as_not_built_is_a_known_shape():
    shapes = json.loads((Path(__file__).parent / "shapes.json").read_text(encoding="utf-8"))
    for entry in NOT_BUILT_YET:
        category, keys = (entry, frozenset()) if isinstance(entry, str) else entry
        assert category in shapes
        assert keys <= set(shapes[category]["given"])


def test_every_category_has_an_adapter_or_is_named():
    shapes = json.loads((Path(__file__).parent / "shapes.json").read_text(encoding="utf-8"))
    named = {entry if isinstance(entry, str) else entry[0] for entry in NOT_BUILT_YET}
    assert set(shapes) == set(ADAPTERS) | named


def test_adapters_know_every_role_and_debtor_in_the_shapes():
    shapes = json.loads((Path(__file__).parent / "shapes.json").read_text(encoding="utf-8"))
    lists = shapes["guarantee_deed"]["enumerations"]
    assert set(lists["role"]) == set(guarantee_deed.RELATION_LABELS.values())
    assert set(lists["debtor"]) == set(guarantee_deed.DEBTOR_LABELS.values())
    assert set(shapes["stamp_duty"]["enumerations"]["documents[]"]) <= {str(paper) for paper in stamp_duty.Paper}


def test_the_adapter_of_limits_knows_every_key_of_its_shape():
    """Nothing of it is left out, whichever of the keys a vector combines."""
    shape = json.loads((Path(__file__).parent / "shapes.json").read_text(encoding="utf-8"))["limit"]
    several = {"member_limit": 2, "member_after": 3, "coop_borrow_limit": 2, "coop_borrow_after": 1}
    examples = [
        {"limit": 9, "outstanding": 3, "committed": 1, "request": 2, "replaced": 1},
        {"uniform": 9, "collateral_cover": 3, "share_capital": 1, "deposits": 1, "policy": "min(uniform, backing)"},
        {"uniform": 9, "annual_sales": 12, "months": 2, "sales_based_unit": 1},
        {"a": {"own_funds": 1}, "b": {"new_onlending": 2}},
        {"member_use": 10, "nonmember_use": 3},
        {
            "guarantee_limit_per_member": 5, "guarantee_outstanding": 3, "request_guarantee": 3, "loan_limit": 4,
            "loan_after": 5,
        },
        {**several, "bank_facility": 2, "bank_after": 3},
    ]  # fmt: skip
    answers, read = {}, set()
    for example in examples:
        given = Given(example)
        answers |= ADAPTERS["limit"](given)
        assert set(given) <= given.read
        read |= set(example)
    assert read == set(shape["given"])
    assert set(answers) == set(shape["expected"])
    assert answers["blocking"] == ["member_limit", "bank_facility"]
    both = ADAPTERS["limit"](Given(examples[-2]))
    assert both["blocking"] == ["member_guarantee_limit", "member_limit"]


def test_a_vector_without_adapter_fails():
    with pytest.raises(AssertionError, match="no adapter"):
        test_the_vector_is_met({"id": "X-1", "category": "unheard_of", "given": {}, "expected": {}})


def test_a_vector_with_an_unread_key_fails():
    vector = {
        "id": "X-2",
        "category": "kanji_amount",
        "given": {"amount": 1, "style": "plain"},
        "expected": {"text": "金壱円也"},
    }
    with pytest.raises(AssertionError, match="style"):
        test_the_vector_is_met(vector)


def test_a_vector_with_another_answer_fails():
    vector = {"id": "X-3", "category": "kanji_amount", "given": {"amount": 1}, "expected": {"text": "金弐円也"}}
    with pytest.raises(AssertionError, match="X-3"):
        test_the_vector_is_met(vector)
