"""調査書を書く: 練習用の組合の案件の、実態把握の答えと面談。"""

from __future__ import annotations

from datetime import date

from coopfin.calc import days
from loans import fact_finding, judgement, judging, worksheet
from loans.enums import Purpose
from loans.models import Application, FundsCause, FundsTerm
from loans.operations import capacity as capacities
from loans.operations import worksheet as operations
from loans.operations.worksheet import Given

#: 問い → (選んだ答え, 文, 根拠)。{…} は案件の言葉に置き換える。
WORDS = {
    "history": ("", "先代が始めた商売を継いで三十年余り。古くからの売り先との付き合いが土台になっている。", ""),
    "environment": ("calm", "市場は大きくは伸びないが、短い納期と小口の注文に応える所が減り、仕事は途切れない。", ""),
    "affiliates": ("none", "", ""),
    "household": ("", "事業用の口座と家計の口座を分けている。配偶者が経理を手伝い、専従者給与を払っている。", ""),
    "banks": ("main", "主力は地元の信用金庫。長短あわせた借入は年商の四割ほどで、約定どおり減っている。", "残高証明書（直近の月末）"),
    "policy": ("", "無理な拡大をせず、品質と納期で選ばれる所を目指す。設備の更新は五年ごとに計画している。", ""),
    "control": ("", "代表者{representative}が決めている。日々の資金繰りも自ら見ている。", ""),
    "career": ("clean", "同業で十年勤めたのち家業に入った。取引停止などの経験はない。", "面談と同業者への聞き取り"),
    "assets": ("even", "自宅の土地・建物（住宅ローンは完済）と、一族で預金・保険がある。", "固定資産税の課税明細書"),
    "successor": ("likely", "長男が三年前に入社し、現場と見積りを任されつつある。", ""),
    "reputation": ("good", "支払が早く、約束を守るとの評判。組合の共同事業にもよく加わる。", ""),
    "position": ("even", "組合員の同業のうち中ほど。特注の小口に強く、値段で競り負けることは少ない。", ""),
    "sales": ("even", "上位三社で六割。最大の売り先は三割弱で、回収は月末締めの翌々月末。前年比は横ばい。", "得意先別の売上表（2期分）"),
    "purchasing": ("good", "主な仕入先は二社で、値上がり分はおおむね売値に移せている。支払は翌月末。", "仕入先元帳"),
    "cycle": ("flat", "受注の指標は横ばい。年度末に向けて引き合いがやや増えている。", ""),
    "resilience": ("even", "前の落ち込みでは人員を減らさず、二期で黒字に戻した。手元の資金は月商の一・五か月。", ""),
    "rivals": ("", "近隣の二社と競うが、扱う品が違い、互いに仕事を回し合うこともある。", ""),
    "place": ("", "本社の工場内。土地・建物とも自社のもので、床の補強は要らない。", ""),
    "items": ("", "{purpose_detail}。型式・能力は見積書のとおり。", "見積書"),
    "cost": ("", "据付・運搬の費用を含む。", "見積書2社"),
    "own_share": ("", "差額は手元の預金から払う。", ""),
    "schedule": ("", "実行後すぐに発注し、納入まで二か月、試運転を含めて三か月で稼働。支払は納入のとき。", ""),
    "relation": ("replace", "古い設備の入れ替え。いまの仕事をそのまま引き継ぎ、段取りの時間を短くする。", ""),
    "plausible": ("good", "同業でも入れ替えが進んでおり、規模は受注に見合う。", ""),
    "operating_funds": ("good", "入れ替えのため、新たに要る運転資金は少ない。", ""),
    "technique": ("good", "操作の講習を納入時に受ける。経験者が二人いる。", ""),
    "capacity": ("good", "能率は二割ほど上がり、稼働率は八割を見込む（いまの設備の実績から）。", ""),
    "supply": ("good", "いまの仕入先から、いまの条件で買える。", ""),
    "demand": ("good", "主な売り先から来期の内示を受けている。", "内示書の写し"),
    "workforce": ("good", "いまの人員で足りる。", ""),
    "ecology": ("good", "騒音・振動はいまより小さくなる。届出は要らない。", ""),
    "reason": ("", "{purpose_detail}のため。前年の同じ時期は手元の資金でまかなったが、今年は受注が増えて足りない。", "受注残の一覧"),
    "turnover": ("", "売掛金の回収まで60日、在庫20日、買掛金の支払まで30日。この一年、延びていない。", "試算表（直近）"),
    "hidden": ("none", "前年の同種の借入は期日に返しており、繰り返しではない。赤字・滞貨もない。", ""),
    "source": ("", "{repayment_source}による。入らないときは、定期預金を取り崩すと聞いている。", "売掛金の明細"),
    "need": ("partly", "財務は安定しているが、売り先の集中に備えて人の保証を求める。", ""),
    "collateral": ("", "申込に付けた担保のとおり。付けない案件では、額と期間から人の保証で足りると考える。", ""),
    "guarantors": ("", "代表者の収入と資産から、保証の力はある。内容を理解したうえで引き受けている。", ""),
}  # fmt: skip


def given_for(application: Application) -> dict[str, Given]:
    """尋ねる問いのすべてへの答え。"""
    words = {
        "representative": str(application.member.representative),
        "purpose_detail": application.purpose_detail,
        "repayment_source": application.repayment_source,
    }
    facts = fact_finding.facts_of(application)
    parts = application.purpose_parts
    own = parts.get(Purpose.EQUIPMENT, 0) // 5
    amounts = {"cost": parts.get(Purpose.EQUIPMENT, 0) + own, "own_share": own}
    seen = dict(application.worksheet_answers.current().values_list("question", "pk"))
    found = {}
    for section in worksheet.sections_for(facts):
        for question in section.asked(facts):
            choice, text, evidence = WORDS[question.key]
            found[question.key] = Given(
                choice=choice, text=text.format(**words), evidence=evidence, amount=amounts.get(question.key),
                seen=seen.get(question.key),
            )  # fmt: skip
    return found


def begin(application: Application, *, by, on: date) -> None:
    """書きかけの調査書: 面談をし、基礎と経営者まで書いた。確かめることが一つ残っている。"""
    _interview(application, by=by, on=on, follow_up="定期預金の残高証明書を見せてもらう")
    written = {question.key for section in worksheet.SECTIONS[:2] for question in section.questions}
    given = {key: one for key, one in given_for(application).items() if key in written - {"successor", "assets"}}
    operations.answer(Application.objects.get(pk=application.pk), given=given, by=by, on=on)


def _interview(application: Application, *, by, on: date, follow_up: str) -> None:
    operations.record_interview(
        Application.objects.get(pk=application.pk),
        record={
            "held_on": on, "place": "先方の事務所", "interviewee": f"代表者 {application.member.representative}"[:60],
            "interviewer": by.name, "follow_up": follow_up,
            "told": "受注は前年並みで、主な取引先との関係も長い。資金の要る理由と返し方を、決算書を見ながら聞いた。",
        },
        by=by, on=on,
    )  # fmt: skip


def figures_for(application: Application, *, weak: bool = False) -> dict:
    """返済の力の試算に使う数。一年の元金の返済に、いくらかの余りを見る。"""
    if not judging.is_long(application):
        term = days.one_end(application.disburse_on, application.maturity_on)
        return {
            "receivables": application.amount * 3 // 2,
            "turnover_days": term + 15,
            "basis": "直近の売掛金の明細と試算表",
        }
    computation = judging.computation_of(application, application.disburse_on)
    rows = [(row.due_on, row.principal) for row in computation.instalments]
    year = max(judgement.yearly_principal(rows, application.disburse_on))
    other = judging.repayments_elsewhere(application) + 1_000_000
    profit = year + other
    figures = {
        "profit": profit, "startup_profit": profit * 8 // 10, "shortfall_profit": profit * (5 if weak else 9) // 10,
        "depreciation": profit * 3 // 10, "other_repayments": other,
        "basis": "直近2期の決算書と、設備の計画書。下回る場合は、売上が計画の八割のとき。",
    }  # fmt: skip
    if application.purpose == Purpose.WORKING:
        figures["funding_power"] = "主力の信用金庫に当座貸越の枠があり、定期預金も月商の半分ほどある。"
    return figures


def investigate(application: Application, *, by, on: date, follow_up: str = "", weak: bool = False) -> Application:
    """面談をし、調査書・運転資金の要因・返済の力を書き、所見をまとめる。weak なら、計画を下回ると返済が足りない。"""

    def reread() -> Application:
        return Application.objects.get(pk=application.pk)

    if not application.interviews.exists():
        _interview(application, by=by, on=on, follow_up=follow_up)
    operations.answer(reread(), given=given_for(reread()), by=by, on=on)
    if Purpose.WORKING in application.purpose_parts:
        cause = FundsCause.objects.get(pk="seasonal" if application.is_bill else "growth")
        term = FundsTerm.SHORT if application.is_bill else FundsTerm.LONG
        need = {
            "cause": cause,
            "term": term,
            "amount": application.purpose_parts[Purpose.WORKING],
            "basis": "資金繰表の不足額の山",
        }
        operations.state_needs(reread(), needs=[need], by=by, on=on)
    capacities.figure(reread(), figures=figures_for(reread(), weak=weak), by=by, on=on)
    operations.conclude(
        reread(),
        conclusion=f"返済の財源（{application.repayment_source}）は確かで、申込どおりの貸付が妥当と考える。",
        by=by,
        on=on,
    )
    return reread()
