"""練習用の案件。どれも申込から、望みの状態まで本物の操作で歩かせる。日付は動かす日から数える。"""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

from collateral.enums import AppraisalMethod, AssetKind, RightKind, SeniorKind
from collateral.guarantee_deed import Relation
from coopfin.calc import days
from coopfin.calc.days import add_months
from desk.demo import fact_finding, gathering, instructions, plans, printed, products, road
from desk.demo.road import Office
from governance import operations as governance
from governance.enums import BodyKind, ItemResult, OpinionChoice
from governance.models import Body
from governance.printing import issue_notice
from loans import items
from loans.conditions import Wanted
from loans.enums import ApplicationState as S
from loans.enums import CommentKind, ConditionDue, ConditionKind, FundingSource, LoanType, Method, Party, Purpose
from loans.models import Application
from loans.operations import application as applications
from loans.operations import comments, security
from loans.operations import disbursement as disbursements
from loans.operations import review as reviews
from members.models import Member, Person

#: 道を最後まで歩くのにかかる日数（road.Office.pace が 2 のとき）
WHOLE_ROAD = 22


def bill(amount: int, detail: str, *, start: date, rate="2.475", fee="0.2", months=3, bank=True) -> dict:
    """手形貸付の条件。"""
    disburse = days.roll(start + timedelta(days=WHOLE_ROAD))
    return {
        "loan_type": LoanType.BILL,
        "purpose": Purpose.WORKING,
        "purpose_detail": detail,
        "repayment_source": "売掛金の回収",
        "amount": amount,
        "funding_source": FundingSource.BANK if bank else FundingSource.OWN,
        "interest_rate": Decimal(rate),
        "fee_rate": Decimal(fee) if bank else Decimal(0),
        "disburse_on": disburse,
        "maturity_on": days.roll(add_months(disburse, months)),
    }


def deed(
    amount: int,
    detail: str,
    *,
    start: date,
    rate="2.1",
    fee="0.2",
    method=Method.EQUAL_PRINCIPAL,
    count=60,
    interval=1,
    grace=0,
    bank=True,
    purpose=Purpose.EQUIPMENT,
) -> dict:
    """証書貸付の条件（毎月末払い）。"""
    disburse = days.roll(start + timedelta(days=WHOLE_ROAD))
    return {
        "loan_type": LoanType.DEED,
        "purpose": purpose,
        "purpose_detail": detail,
        "repayment_source": "設備による増益と減価償却" if purpose == Purpose.EQUIPMENT else "営業利益",
        "amount": amount,
        "funding_source": FundingSource.BANK if bank else FundingSource.OWN,
        "interest_rate": Decimal(rate),
        "fee_rate": Decimal(fee) if bank else Decimal(0),
        "disburse_on": disburse,
        "method": method,
        "installments": count,
        "interval_months": interval,
        "grace_installments": grace,
        "first_due_on": add_months(disburse, interval, anchor=31),
        "anchor_day": 31,
    }


def _member(name: str) -> Member:
    return Member.objects.get(name=name)


def draft(member: Member, terms: dict, office: Office, on: date) -> Application:
    """申込の下書き。代表者の保証は自動で提案される。"""
    asked = {
        "product": products.fitting(terms, on),
        "applied_by": f"{member.get_representative_title_display()} {member.representative}",
        "consented_on": on,
    }
    return applications.create_draft(
        member=member, terms={**asked, **terms}, plan=plans.fitting(member.name, terms), by=office.clerk, on=on
    )


def with_mortgage(
    application: Application, office: Office, on: date, *, appraised: int, place: str, rank=1, seniors=()
) -> Application:
    """土地に抵当権を付ける。"""
    security.add_security(
        application,
        new_asset={
            "kind": AssetKind.LAND,
            "description": place,
            "owner": application.member,
            "appraised": appraised,
            "appraised_on": on,
            "appraisal_method": AppraisalMethod.ROAD,
            "appraisal_note": "路線価図 令和8年分",
            "haircut_rate": Decimal(70),
        },
        right=RightKind.MORTGAGE,
        amount=application.amount,
        rank=rank,
        seniors=list(seniors),
        by=office.clerk,
        on=on,
    )
    return Application.objects.get(pk=application.pk)


def with_land_and_building(
    application: Application, office: Office, on: date, *, appraised: int, place: str
) -> Application:
    """土地と建物を共同担保にする。土地には、銀行の抵当権が先にある（残高証明書で確かめた）。"""
    application = with_mortgage(
        application, office, on, appraised=appraised, place=place, rank=2,
        seniors=[
            {
                "kind": SeniorKind.MORTGAGE, "holder": "北國銀行 小松支店", "registered": 15_000_000,
                "balance": 6_200_000, "balance_on": on, "evidence": "残高証明書",
            }
        ],
    )  # fmt: skip
    leader = application.securities.get().interest
    security.add_security(
        application,
        new_asset={
            "kind": AssetKind.BUILDING,
            "description": f"{place.split(' 宅地')[0]} 家屋番号12番1 工場 鉄骨造2階建 480.20㎡",
            "owner": application.member,
            "appraised": 14_000_000,
            "appraised_on": on,
            "appraisal_method": AppraisalMethod.BOOK,
            "appraisal_note": "固定資産台帳（償却後）",
            "haircut_rate": Decimal(60),
        },
        right=RightKind.MORTGAGE,
        amount=leader.amount,
        joint_with=leader,
        by=office.clerk,
        on=on,
    )
    return Application.objects.get(pk=application.pk)


def without_representative(application: Application, office: Office, on: date) -> Application:
    """代表者を保証人とせず、その検討を記録する。"""
    link = application.guarantees.get(guarantee__person=application.member.representative)
    security.remove_guarantee(
        application, link, by=office.clerk, on=on, reason="経営者保証に関するガイドラインの要件を満たすため。"
    )
    road.review_guarantee(
        application, office, on, waive="三つの要件をすべて満たし、法人の資産と収益だけで返済が見込めるため。"
    )
    return Application.objects.get(pk=application.pk)


def with_third_party(application: Application, office: Office, on: date, *, name: str, deed_on=None) -> Application:
    """第三者の個人保証人を付ける（公正証書の日付があれば記録する）。"""
    person = Person.objects.filter(name=name).first() or Person(
        name=name, kana="タナカ ミノル", address="石川県金沢市泉野町一丁目1番1号"
    )
    person.save()
    security.add_guarantee(
        application,
        person=person,
        relation=Relation.RELATIVE_OR_FRIEND,
        informed_on=on,
        deed_on=deed_on,
        deed_office="金沢公証人合同役場" if deed_on else "",
        deed_number="令和8年第512号" if deed_on else "",
        by=office.clerk,
        on=on,
    )
    link = Application.objects.get(pk=application.pk).guarantees.get(guarantee__person=person)
    security.record_statement(
        link, stated_on=on, income=6_800_000, real_estate=22_000_000, deposits=8_500_000, debts=4_000_000,
        by=office.clerk, on=on,
    )  # fmt: skip
    return Application.objects.get(pk=application.pk)


def play(office: Office, today: date, say=lambda text: None) -> None:
    """案件を演じる。"""

    def ago(number: int) -> date:
        return today - timedelta(days=number)

    def story(name: str, terms_at, start: int, until: str, *, dress=None, **more) -> Application:
        on = ago(start)
        member = _member(name)
        application = draft(member, terms_at(on), office, on)
        if dress is not None:
            application = dress(application, on)
        _inform(application, office, on)
        application, arrived = road.bring(application, until, office, on, **more)
        say(f"{application.number or '下書き'} {member}: {application.get_state_display()}（{arrived}）")
        return application

    def mortgage(appraised: int, place: str):
        return lambda application, on: with_mortgage(application, office, on, appraised=appraised, place=place)

    # 受付の古い順に演じるので、受付番号・会議の回・伝票番号も日付の順に並ぶ。
    story(
        "能登精機株式会社",
        lambda on: deed(12_000_000, "マシニングセンタ1台の購入", start=on, grace=3),
        150,
        S.DISBURSED,
        dress=mortgage(24_000_000, "石川県白山市旭丘三丁目10番2 宅地 412.30㎡"),
    )
    story(
        "白山木材株式会社",
        lambda on: bill(10_000_000, "夏季の原木仕入れ", start=on, rate="6.0", fee="0.1"),
        110,
        S.DISBURSED,
    )
    # 承認されたまま、決定の有効期限が近づいている。
    story("能美エンジニアリング株式会社", lambda on: bill(3_000_000, "部材の仕入れ", start=on), 97, S.APPROVED)
    story(
        "加賀繊維有限会社",
        lambda on: deed(
            8_000_000, "織機の更新", start=on, method=Method.EQUAL_PAYMENT, count=48, bank=False, rate="2.4"
        ),
        85,
        S.DISBURSED,
    )
    declined = story(
        "犀川鉄骨建設株式会社",
        lambda on: bill(8_000_000, "在庫の積み増し", start=on),
        70,
        S.DECLINED,
        dress=lambda application, on: gathering.with_original(application, office, on),
        result=ItemResult.UNFAVOURABLE,
    )
    printed.tell(
        declined,
        office,
        road.open_day(ago(58)),
        reason=printed.POLITE,
        message=printed.ELSEWHERE,
        sent="簡易書留 21-0934",
    )
    story(
        "輪島塗工房 松本",
        lambda on: bill(2_000_000, "漆の仕入れ", start=on, bank=False, rate="2.8"),
        60,
        S.DISBURSED,
    )
    story(
        "株式会社山﨑製作所",
        lambda on: deed(
            5_000_000, "受注増の運転資金", start=on, method=Method.BULLET, count=4, interval=3, purpose=Purpose.WORKING
        ),
        50,
        S.DISBURSED,
    )
    story("鶴来鉄工株式会社", lambda on: bill(15_000_000, "賞与資金", start=on), 40, S.DISBURSED)
    withdrawn = story("㈱北陸ギヤー工業", lambda on: bill(2_000_000, "材料の仕入れ", start=on), 30, S.RECEIVED)
    gathering.keep_original(withdrawn, office, ago(29))
    applications.withdraw(
        Application.objects.get(pk=withdrawn.pk),
        by=office.clerk,
        on=road.open_day(ago(28)),
        reason="銀行から直接借りられることになったため。",
    )
    returned = story(
        "門前機工株式会社",
        lambda on: deed(4_000_000, "工場の改修", start=on, count=48, bank=False),
        25,
        S.RECOMMENDED,
    )
    applications.return_(
        Application.objects.get(pk=returned.pk),
        by=office.chief,
        on=road.open_day(ago(16)),
        reason="見積書が一社だけなので、もう一社から取り直し、金額を見直すこと。",
    )
    # 条件を改めて付議し直したので、金融委員会は、前の付議から何が変わったかを読む。
    improved = {
        "amount": 3_400_000,
        "purpose_detail": "工場の改修（二社の見積りの安いほう）",
        "purpose": returned.purpose,
    }
    applications.update_terms(
        Application.objects.get(pk=returned.pk),
        terms=improved,
        plan=plans.fitting(returned.member.name, improved),
        by=office.clerk,
        on=road.open_day(ago(9)),
    )
    again = applications.investigate(
        Application.objects.get(pk=returned.pk),
        by=office.clerk,
        on=road.open_day(ago(9)),
        reason="前の付議の指摘を受け、条件を改めた。",
    )
    again = reviews.submit_to_committee(
        Application.objects.get(pk=again.pk),
        by=office.clerk,
        on=road.open_day(ago(8)),
        reason="前の付議の指摘を受け、条件を改めた。",
    )
    question = comments.write(
        again, kind=CommentKind.QUESTION, addressee=Party.SECRETARIAT, by=office.committee[1], on=road.open_day(ago(6)),
        text="二社の見積りの差は、何によるものですか。工事の範囲は同じでしょうか。",
    )  # fmt: skip
    comments.answer(
        question,
        text="範囲は同じです。差は屋根材の違いで、安いほうも保証は十年です。",
        by=office.clerk,
        on=road.open_day(ago(5)),
    )
    ready = story("金沢制御システム株式会社", lambda on: bill(6_000_000, "外注費の支払", start=on), 21, S.READY)
    road.step(
        disbursements.prepare,
        Application.objects.get(pk=ready.pk),
        disburse_on=days.roll(today),
        by=office.clerk,
        on=today,
        why=road.BEFORE_PAYMENT,
    )
    conditional = story(
        "白山木材株式会社",
        lambda on: deed(9_000_000, "乾燥機の導入", start=on, count=36),
        19,
        S.CONTRACTING,
        conditions=[
            Wanted(
                "直近の試算表の提出を受け、売上が前年の9割を下回らないことを確かめること",
                ConditionKind.DOCUMENT,
                ConditionDue.CONTRACT,
            ),
            road.FIRE_INSURANCE,
        ],
        result=ItemResult.CONDITIONAL,
    )
    printed.tell(conditional, office, today)
    waiting = story(
        "小松鋳造株式会社",
        lambda on: deed(20_000_000, "集じん設備の更新", start=on, grace=6),
        14,
        S.BOARD_QUEUE,
        dress=lambda application, on: with_land_and_building(
            application, office, on, appraised=26_000_000, place="石川県小松市安宅町甲12番1 宅地 655.00㎡"
        ),
        weak=True,
    )
    printed.for_the_board(waiting, office, road.open_day(ago(1)))
    _call_the_next_board(waiting, office, today)
    story(
        "宝達工具製作所",
        lambda on: bill(1_500_000, "展示会の出展費用", start=on, bank=False, rate="2.8"),
        12,
        S.RECOMMENDED,
    )
    committee = story(
        "株式会社山﨑製作所",
        lambda on: deed(14_000_000, "NC旋盤1台の購入", start=on),
        9,
        S.COMMITTEE_QUEUE,
        dress=lambda application, on: with_third_party(application, office, on, name="田中 実"),
    )
    reviews.give_opinion(
        Application.objects.get(pk=committee.pk),
        choice=OpinionChoice.CONDITIONAL,
        text="事業の見通しは認める。第三者に保証を求める以上、手続をそろえてから契約すべきである。",
        conditions=[
            Wanted(
                "第三者保証人 田中 実の保証意思宣明公正証書を、契約日前1か月以内に作成すること",
                ConditionKind.GUARANTOR,
                ConditionDue.CONTRACT,
            )
        ],
        by=office.committee[1],
        on=road.open_day(ago(2)),
    )
    comments.write(
        Application.objects.get(pk=committee.pk), kind=CommentKind.QUESTION, addressee=Party.SECRETARIAT,
        text="第三者保証人は、債務者の事業とどのような関係がありますか。保証を求めるほかに道はありませんか。",
        by=office.committee[2], on=road.open_day(ago(1)),
    )  # fmt: skip
    written = story(
        "辰口計測器株式会社",
        lambda on: deed(3_000_000, "測定器の購入", start=on, count=24, bank=False),
        6,
        S.INVESTIGATION,
    )
    fact_finding.begin(written, by=office.clerk, on=ago(3))
    # 期間が基準を超える手形。一件は理事長の指示を受けて受け付け、一件は指示を待っている。
    instructed = story(
        "㈱北陸ギヤー工業", lambda on: bill(3_000_000, "納期の長い受注の材料", start=on, months=13), 4, S.DRAFT
    )
    instructions.ask(
        instructed, office, ago(4), reason="納期が13か月の受注で、途中の書換えを避けたい。得意先の信用は高い。"
    )
    instructions.answer(instructed, office, ago(3))
    story(
        "北陸鋼材販売株式会社",
        lambda on: bill(4_000_000, "年末の仕入れ", start=on),
        2,
        S.RECEIVED,
        dress=lambda application, on: without_representative(application, office, on),
    )
    asked = story(
        "金沢制御システム株式会社", lambda on: bill(5_000_000, "開発の外注費", start=on, months=14), 1, S.DRAFT
    )
    instructions.ask(asked, office, ago(1), reason="検収まで14か月の開発で、入金は検収のあとになる。")
    story(
        "加賀繊維有限会社",
        lambda on: deed(2_500_000, "空調の更新", start=on, count=30, bank=False),
        0,
        S.DRAFT,
    )


def _inform(application: Application, office: Office, on: date) -> None:
    """保証人が情報の提供を受けたことを記録する（民法465条の10）。"""
    for link in Application.objects.get(pk=application.pk).guarantees.select_related("guarantee"):
        if link.guarantee.informed_on is None:
            link.application = Application.objects.get(pk=application.pk)
            security.record_deed(link, informed_on=on, by=office.clerk, on=on)


def _call_the_next_board(application: Application, office: Office, today: date) -> None:
    """次の理事会を招集し、付議中の案件を議案に載せる。前の会議の議事録は、新しい二つを除いて確定している。"""
    road.finalise_boards(office, today, waiting=2)
    meeting = governance.convene(
        body=Body.objects.get(kind=BodyKind.BOARD),
        held_on=days.roll(today),
        starts_at=time(14, 0),
        place="組合会館 2階会議室",
        by=office.clerk,
        on=today,
    )
    item = items.open_item(application, BodyKind.BOARD)
    governance.put_on_agenda(item, meeting=meeting, by=office.clerk, on=today)
    issue_notice(meeting, by=office.clerk, on=today)
