"""契約書類の条文で使える言葉: 差込み・条件・表・見本の値。文言は fixtures/forms と、組合が承認した版（documents.FormVersion）。"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from collateral.enums import RightKind
from coopfin.templatetags.coopfin import rate
from documents.form_registry import Form, register
from documents.paper import Paper
from documents.wording import Language
from loans import specimens
from loans.papers import DEED, DEED_WITH_MORTGAGE, GUARANTEE_LETTER, MASTER_AGREEMENT
from loans.security_papers import (
    ASSIGNMENT_CONTRACT,
    MORTGAGE_CONTRACT,
    PLEDGE_CONTRACT,
    REVOLVING_MORTGAGE_CONTRACT,
    SECURITIES_PLEDGE,
)

#: どの契約書類の条文でも使える差込み
_COMMON = {
    "組合の名": lambda it: it.creditor.name,
    "管轄裁判所": lambda it: it.court,
}
_GUARANTEE_TABLE = {"保証意思の確認": "print/loans/guarantee_clauses.html"}

MASTER_AGREEMENT_FORM = Form(
    MASTER_AGREEMENT,
    Language(
        values={
            **_COMMON,
            "借主の名": lambda it: it.debtor.name,
            "損害金の率": lambda it: rate(it.damages_rate),
            "端数の扱い": lambda it: it.rounding_words,
            "催告後の猶予日数": lambda it: str(it.grace_days),
        },
        conditions={
            "当然に失う事由を定めるとき": lambda it: not it.only_on_demand,
            "請求によってだけ失うとき": lambda it: it.only_on_demand,
        },
        required={
            "損害金の率": "利息制限法 4条・7条。損害金の計算が立ちます",
            "催告後の猶予日数": "民法 541条。遅れだけで期限の利益を失わせません",
            "管轄裁判所": "民事訴訟法 11条",
        },
    ),
    specimens.master_agreement,
)

_DEED = Language(
    values={
        **_COMMON,
        "債務者の名": lambda it: it.debtor.name,
        "保証人と物上保証人": lambda it: it.others,
        "義務者の全部": lambda it: it.obligors,
        "基準利率を定める金融機関": lambda it: it.base_rate_source,
        "催告後の猶予日数": lambda it: str(it.grace_days),
        "支払の場所": lambda it: it.payment_place,
        "転貸の原資の金融機関": lambda it: it.bank,
    },
    conditions={
        "保証人があるとき": lambda it: bool(it.guarantors),
        "個人の保証人があるとき": lambda it: any(g.is_individual for g in it.guarantors),
        "物上保証人があるとき": lambda it: bool(it.owners),
        "保証人又は物上保証人があるとき": lambda it: bool(it.guarantors or it.owners),
        "担保があるとき": lambda it: bool(it.collateral),
        "転貸のとき": lambda it: bool(it.bank),
        "転貸手数料があるとき": lambda it: bool(it.fee_rate),
        "手数料の端数を別々に切り捨てるとき": lambda it: not it.fee_truncated_once,
        "手数料の端数を一度だけ切り捨てるとき": lambda it: it.fee_truncated_once,
    },
    tables={
        "貸付の要項": "print/loans/deed_terms.html",
        "担保の表示": "print/loans/other_collateral.html",
        **_GUARANTEE_TABLE,
    },
    required={
        "貸付の要項": "民法 587条・587条の2。貸付の中身そのものです",
        "保証意思の確認": "民法 465条の6・10",
        "担保の表示": "手引き 第2章2 四",
        "催告後の猶予日数": "民法 541条",
        "支払の場所": "手引き 様式 金銭消費貸借契約証書 第3条",
        "管轄裁判所": "民事訴訟法 11条",
    },
    quotes_agreement=True,
)
DEED_FORM = Form(DEED, _DEED, specimens.deed)
DEED_WITH_MORTGAGE_FORM = Form(
    DEED_WITH_MORTGAGE,
    replace(
        _DEED,
        conditions={**_DEED.conditions, "ほかの担保があるとき": lambda it: bool(it.collateral)},
        tables={**_DEED.tables, "抵当権の物件": "print/loans/mortgages.html"},
        required={**_DEED.required, "抵当権の物件": "民法 369条。どの物件の抵当権かが決まりません"},
    ),
    specimens.deed_with_mortgage,
)

GUARANTEE_LETTER_FORM = Form(
    GUARANTEE_LETTER,
    Language(
        values={**_COMMON, "債務者の名": lambda it: it.debtor.name},
        conditions={"個人の保証人があるとき": lambda it: any(g.is_individual for g in it.guarantors)},
        tables={"極度額と元本確定期日": "print/loans/maximum_amounts.html", **_GUARANTEE_TABLE},
        required={
            "極度額と元本確定期日": "民法 465条の2・3。極度額のない個人の根保証は無効です",
            "保証意思の確認": "民法 465条の6・10",
        },
        quotes_agreement=True,
    ),
    specimens.guarantee_letter,
)

_SECURITY = Language(
    values={
        **_COMMON,
        "債務者の名": lambda it: it.debtor.name,
        "設定者の全部": lambda it: it.owners_words,
    },
    conditions={"物上保証人があるとき": lambda it: bool(it.third_party_owners)},
    tables={"被担保債務": "print/loans/secured_claim.html", "物件の表示": "print/loans/secured_items.html"},
    required={"物件の表示": "担保の目的", "被担保債務": "担保する債務"},
    quotes_agreement=True,
)


def _security(paper: Paper, language: Language = _SECURITY) -> Form:
    return Form(paper, language, partial(specimens.security_contract, paper))


_REVOLVING = replace(
    _SECURITY,
    tables={"根抵当権の要項": "print/loans/revolving_terms.html", "物件の表示": "print/loans/secured_items.html"},
    required={"物件の表示": "担保の目的", "根抵当権の要項": "民法 398条の2。極度額と債権の範囲"},
)
_ASSIGNMENT = replace(
    _SECURITY,
    conditions={
        **_SECURITY.conditions,
        "動産を譲渡するとき": lambda it: it.assigns_goods,
        "債権を譲渡するとき": lambda it: it.assigns_claims,
    },
)
_SECURITIES = replace(
    _SECURITY,
    conditions={
        **_SECURITY.conditions,
        "質権を設定するとき": lambda it: any(item.right == RightKind.PLEDGE for item in it.items),
        "譲渡担保とするとき": lambda it: any(item.right == RightKind.ASSIGNMENT for item in it.items),
    },
)

register(
    MASTER_AGREEMENT_FORM,
    DEED_FORM,
    DEED_WITH_MORTGAGE_FORM,
    GUARANTEE_LETTER_FORM,
    _security(MORTGAGE_CONTRACT),
    _security(REVOLVING_MORTGAGE_CONTRACT, _REVOLVING),
    _security(ASSIGNMENT_CONTRACT, _ASSIGNMENT),
    _security(PLEDGE_CONTRACT),
    _security(SECURITIES_PLEDGE, _SECURITIES),
)
