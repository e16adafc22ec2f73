"""A whole cooperative at work, made once by the real operations: a person of every role, a case at every stage."""

from __future__ import annotations

import logging
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, time
from io import BytesIO
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import TestCase
from django.urls import get_resolver
from pypdf import PdfWriter

from collateral.enums import AssetKind, RightKind
from coopfin.models import ActionLog, Cooperative, Delegation, Policy, ReadLog
from coopfin.operations import invitations
from coopfin.roles import Role
from desk.demo import road
from documents import operations as documents
from documents.models import DocumentKind
from governance import operations as governance
from governance.enums import BodyKind, ItemResult, MeetingKind
from governance.models import ArticlesClause, Body, FinanceBylaw, FinanceRule, LimitResolution, Meeting, Seat
from ledger.accounts import AccountCode
from ledger.models import Account, Voucher, VoucherState
from ledger.printing import issue_voucher_slip
from loans import items, printing
from loans.enums import ApplicationState as S
from loans.enums import CommentKind, FundingSource, Party
from loans.items import last_decided
from loans.models import Application, DirectorDealing, FundsCause
from loans.operations import checklist, comments, letters, security
from loans.operations import contract as contracts
from loans.operations import disbursement as disbursements
from loans.operations import worksheet as worksheets
from loans.workflow import documents_of
from members import importing
from members import operations as members
from members.enums import LeavingKind, RelationKind, ShareKind
from members.models import Contact, Industry, Kinship, KinshipKind, Mandate, Relationship
from oversight.enums import MarkKind
from oversight.operations import access as oversight
from oversight.operations import marks
from tests.factories.core import make_expert, make_policy
from tests.factories.documents import make_form_version
from tests.factories.funding import make_facility
from tests.factories.governance import make_resolution
from tests.factories.ledger import make_voucher
from tests.factories.loans import REASON, TODAY, deed_terms, fresh, make_application_in, make_office
from tests.factories.members import make_member, make_officer, make_person
from tests.factories.products import make_product
from tests.factories.rules import make_bylaw, make_clause, make_delegation, make_rule
from tests.members.books import excel, row

ONE_PAGE = b"%PDF-1.7\n% a paper stands here\n%%EOF\n"
#: 役割ごとに一人（tests/access_table.py の列の順）
PLAYERS = {
    Role.CLERK: "yamada",
    Role.CHIEF: "kitamura",
    Role.COMMITTEE: "iida",
    Role.DIRECTOR: "kaga",
    Role.PRESIDENT: "komatsu",
    Role.AUDITOR: "kenmochi",
    Role.ADMIN: "kanri",
}


@contextmanager
def pages_on(day=TODAY):
    """The pages believe it is this day, and papers are not drawn."""
    with ExitStack() as stack:
        drawings = ("documents.operations", "governance.views.papers", "loans.views.checklist", "loans.views.timeline")
        for drawing in drawings:
            stack.enter_context(mock.patch(f"{drawing}.render_pdf", return_value=(ONE_PAGE, 1)))
        get_resolver().url_patterns  # noqa: B018  every view is imported from here on
        for module in [name for name, loaded in sys.modules.items() if "business_date" in vars(loaded)]:
            stack.enter_context(mock.patch(f"{module}.business_date", return_value=day))
        yield day


@contextmanager
def taken_back():
    """What is written inside is undone at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass
class House:
    """The office, its cases by name, and everything else that a page can be opened for."""

    office: road.Office
    cases: dict[str, Application] = field(default_factory=dict)
    things: dict[str, object] = field(default_factory=dict)

    def user(self, role):
        return self.office.cast[PLAYERS[role]]

    @property
    def users(self):
        return {role: self.user(role) for role in PLAYERS}


class AtWork(TestCase):
    """Tests that share one house, built once for the class; what a test does to it is rolled back."""

    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(pages_on())
        # Thousands of requests: nobody reads the copy of every template's context, nor the trace of every refusal.
        cls.enterClassContext(mock.patch("django.test.client.store_rendered_templates"))
        logging.getLogger("django.request").setLevel(logging.CRITICAL)
        cls.addClassCleanup(logging.getLogger("django.request").setLevel, logging.NOTSET)
        super().setUpClass()

    @classmethod
    def setUpTestData(cls):
        cls.house = make_house()


def make_house() -> House:
    """組合の一日。案件は道のりの段ごとに一件。"""
    office = make_office(borrowing_limit=2_000_000_000, member_limit=500_000_000)
    house = House(office)
    account = {
        "bank_code": "0144", "bank_name": "北陸銀行", "branch_code": "001", "branch_name": "金沢支店",
        "account_type": "current", "account_number": "0123456", "account_holder": "ﾉﾄｾｲｷ(ｶ",
    }  # fmt: skip
    borrower = house.things["member"] = make_member("能登精機株式会社", kana="ノトセイキ", **account)
    for state in (
        S.DRAFT, S.INVESTIGATION, S.COMMITTEE_QUEUE, S.RECOMMENDED, S.BOARD_QUEUE, S.CONTRACTING, S.READY,
    ):  # fmt: skip
        house.cases[state.value] = make_application_in(office, state, member=borrower)
    # 実行済の案件は自己資金の証書貸付で、償還予定がある。
    house.cases["disbursed"] = make_application_in(
        office, S.DISBURSED, member=borrower, terms=deed_terms(funding_source=FundingSource.OWN)
    )
    # 承認済の案件は転貸で、理事会の条件が付いている。
    house.cases["approved"] = make_application_in(
        office, S.APPROVED, member=borrower, terms=deed_terms(), result=ItemResult.CONDITIONAL,
        conditions=["火災保険に質権を設定すること"],
    )  # fmt: skip
    _security(house)
    _papers_and_vouchers(house)
    _registers(house)
    _standing(house)
    _meetings(house)
    _settings(house)
    _oversight(house)
    _comments(house)
    for name, case in house.cases.items():
        house.cases[name] = fresh(case)
    return house


def little_pdf() -> bytes:
    """白い一ページの PDF。"""
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(width=100, height=100)
    writer.write(out)
    return out.getvalue()


def _security(house):
    """実態把握中の案件に、組合員の土地と代表者の保証、見積書の写し。"""
    office, things = house.office, house.things
    case = house.cases["investigation"]
    things["security_link"] = security.add_security(
        fresh(case),
        new_asset={
            "kind": AssetKind.LAND, "description": "石川県金沢市鞍月二丁目20番 宅地 330.00㎡", "owner": case.member,
            "appraised": 50_000_000, "appraised_on": TODAY, "appraisal_method": "road", "haircut_rate": 70,
        },
        right=RightKind.MORTGAGE, amount=10_000_000, rank=1, seniors=[], by=office.clerk, on=TODAY,
    )  # fmt: skip
    things["asset"] = things["security_link"].interest.asset
    things["guarantee_link"] = case.guarantees.first()
    things["guarantee"] = things["guarantee_link"].guarantee
    things["interview"] = worksheets.record_interview(
        fresh(case), record={"held_on": TODAY, "place": "先方の工場", "interviewee": "能登 一郎", "interviewer": "山田 花子",
                             "told": "受注は前年並み。", "follow_up": "定期預金の残高"},
        by=office.clerk, on=TODAY,
    )  # fmt: skip
    things["upload"] = documents.accept_upload(
        file=SimpleUploadedFile("見積書.pdf", little_pdf()), kind="見積書", target=case, by=office.clerk, on=TODAY
    )
    things["document_row"] = case.required_documents.first()
    (things["document_file"],) = checklist.attach(
        fresh(case), things["document_row"], files=[SimpleUploadedFile("決算書.pdf", little_pdf())], by=office.clerk,
        on=TODAY,
    )  # fmt: skip


def _papers_and_vouchers(house):
    """契約手続中の案件は一つだけ発行済。実行待ちの案件は、伝票が承認を待つ。"""
    office, things = house.office, house.things
    contracting = fresh(house.cases["contracting"])
    codes = [paper.code for paper in printing.papers_for(contracting.loan)]
    things["paper"] = codes[-1]
    things["issue_batch"] = contracts.start_issuing(fresh(contracting), by=office.clerk, on=TODAY)
    things["issued"] = contracts.issue_paper(contracting, code=codes[0], by=office.clerk, on=TODAY)
    event = disbursements.prepare(
        fresh(house.cases["ready"]), disburse_on=TODAY, by=office.clerk, on=TODAY, reason=REASON
    )
    things["waiting"] = event.voucher
    things["loan"] = fresh(house.cases["disbursed"]).loan
    things["signed"] = documents_of(things["loan"]).first()
    things["posted"] = Voucher.objects.get(state=VoucherState.POSTED)
    things["slip"] = issue_voucher_slip(things["posted"], by=office.clerk, on=TODAY)
    things["case_paper"] = letters.issue_memorandum(
        fresh(house.cases["committee_queue"]), read_at="2026年11月24日 14:05", by=office.clerk, on=TODAY
    )
    things["notice"] = letters.notify(fresh(house.cases["approved"]), by=office.clerk, on=TODAY)
    things["prepared"] = make_voucher(on=TODAY, maker=office.clerk)
    things["transfer"] = make_voucher(on=TODAY, posted=True, maker=office.clerk, checker=office.chief)


def _registers(house):
    things = house.things
    things["officer"] = make_officer(make_member("七尾鋳造株式会社", kana="ナナオチュウゾウ"))
    things["person"] = things["officer"].person
    things["batch"] = importing.start(
        filename="名簿.xlsx", content=excel([row(1), row(2, 業種="ない業種")]), by=house.office.clerk, on=TODAY
    )


def _standing(house):
    """組合員の立場とやりとり: 減口の予定、脱退の予告、関係先、委任、口座変更の申請、重複した台帳など。"""
    things, who = house.things, {"by": house.office.clerk, "on": TODAY}
    member = things["officer"].member
    things["planned_change"] = members.change_shares(
        member=member, kind=ShareKind.DECREASE, shares=10, amount=100_000, effective_on=date(2027, 3, 31), **who
    )
    things["leaving"] = members.record_leaving(
        member=make_member("羽咋機工株式会社", kana="ハクイキコウ"), kind=LeavingKind.VOLUNTARY, notified_on=TODAY,
        document="脱退予告書", **who,
    )  # fmt: skip
    things["relationship"] = members.add_to_member(
        Relationship, member=member, kind=RelationKind.PARENT, other_name="能登ホールディングス株式会社", **who
    )
    things["contact"] = members.add_to_member(Contact, member=member, name="七尾 経子", phone="0767-52-0000", **who)
    things["mandate"] = members.add_to_member(
        Mandate, member=member, person=make_person(), scope="書類の受取り", document="委任状", from_on=TODAY, **who
    )
    things["note"] = members.write_note(member=member, text="決算書は8月に届く。", **who)
    members.change_representative(
        member=member, person=make_person("七尾 次郎", kana="ナナオ ジロウ"), title=member.representative_title,
        changed_on=TODAY, **who,
    )  # fmt: skip
    things["follow_up"] = member.follow_ups.first()
    changed = {**member.account, "account_number": "7654321"}
    things["account_request"] = members.request_account(member=member, document="通帳の写し", **changed, **who)
    things["twin_member"] = make_member("能登精機㈱", kana="ノトセイキ")
    things["twin_person"] = make_person(things["person"].name, kana=things["person"].kana, born_on=None)


def _meetings(house):
    """開かれている理事会（議案一つ）と金融委員会と総会、記録を終えた理事会。"""
    clerk, things = house.office.clerk, house.things
    for name, kind in (("board", BodyKind.BOARD), ("committee", BodyKind.COMMITTEE)):
        things[name] = governance.convene(
            body=Body.objects.get(kind=kind), held_on=TODAY, starts_at=time(14, 0), place="組合会館", by=clerk, on=TODAY
        )
    item = items.open_item(house.cases["board_queue"], BodyKind.BOARD)
    things["item"] = governance.put_on_agenda(item, meeting=things["board"], by=clerk, on=TODAY)
    things["committee_item"] = items.open_item(house.cases["committee_queue"], BodyKind.COMMITTEE)
    things["board"] = Meeting.objects.get(pk=things["board"].pk)
    # 総会は、限度額の決議の提案を議案にしたところ。記録を終えた理事会は、議長の確定を待つ。
    things["proposal"] = make_resolution(
        approved=False, proposer=house.office.admin, meeting_name="", item_number="", resolved_on=None
    )
    general = governance.convene(
        body=Body.objects.get(kind=BodyKind.GENERAL_MEETING), kind=MeetingKind.ORDINARY, number=49, held_on=TODAY,
        starts_at=time(10, 0), place="組合会館", by=clerk, on=TODAY,
    )  # fmt: skip
    item = governance.table(things["proposal"], by=clerk, on=TODAY)
    things["general_item"] = governance.put_on_agenda(item, meeting=general, by=clerk, on=TODAY)
    things["general"] = Meeting.objects.get(pk=general.pk)
    things["closed_board"] = Meeting.objects.to_finalise().order_by("pk").first()
    things["decision"] = things["closed_board"].items.decided().first()


def _comments(house):
    """理事会に付議中の案件に、事務局への質問。"""
    house.things["comment"] = comments.write(
        house.cases["board_queue"], kind=CommentKind.QUESTION, addressee=Party.SECRETARIAT, text="納期はいつですか。",
        by=house.office.committee[0], on=TODAY,
    )  # fmt: skip


def _oversight(house):
    """外部の専門家に許した案件と、回答のある監事の指摘、人の親族、報告の済んだ理事との取引。"""
    office, things, case = house.office, house.things, house.cases["disbursed"]
    things["kinship"] = Kinship.objects.create(person=things["person"], relative=make_person(), kind=KinshipKind.SPOUSE)
    decided = last_decided(case, BodyKind.BOARD)
    things["dealing"] = DirectorDealing.objects.create(
        loan=case.loan, person=make_person("退任 した理事"), capacity="申込先の代表取締役", decision=decided,
        disbursed_on=TODAY, meeting=decided.meeting, reported_on=TODAY, minutes_number="報告事項 第1号",
        reported_by=office.clerk,
    )  # fmt: skip
    things["expert"] = make_expert()
    things["given"] = oversight.grant(
        case, user=things["expert"], from_on=TODAY, to_on=date(2026, 12, 31), reason="担保の評価の意見を聴くため。",
        by=office.chief, on=TODAY,
    )  # fmt: skip
    remark = marks.mark(
        case, kind=MarkKind.REMARK, comment="見積書の写しが綴られていない。", by=office.auditor, on=TODAY
    )
    things["remark"] = marks.reply(remark, text="本日、綴りました。", by=office.clerk, on=TODAY)


def _settings(house):
    """管理サイトで開くもの。提案は管理者のもので、承認を待っている。"""
    office, things = house.office, house.things
    things["policy"] = Policy.objects.approved().first()
    things["waiting_policy"] = make_policy(approved=False, proposer=office.admin)
    things["resolution"] = LimitResolution.objects.approved().first()
    things["waiting_resolution"] = make_resolution(approved=False, proposer=office.admin)
    things["facility"] = make_facility()
    things["waiting_facility"] = make_facility(approved=False, proposer=office.admin)
    # 商品は来年度から。今日の受付には、まだ商品がいらない。
    things["product"] = make_product(effective_on=date(2027, 4, 1))
    things["form_version"] = make_form_version(paper="deed")
    things["waiting_form"] = make_form_version(label="2028年版", approved=False, proposer=office.admin)
    things["waiting_product"] = make_product(code="kyokuji", approved=False, proposer=office.admin)
    things["document_kind"] = DocumentKind.objects.first()
    for name, model, make in (
        ("clause", ArticlesClause, make_clause),
        ("bylaw", FinanceBylaw, make_bylaw),
        ("rule", FinanceRule, make_rule),
        ("delegation", Delegation, make_delegation),
    ):
        things[name] = model.objects.approved().first()
        things[f"waiting_{name}"] = make(approved=False, proposer=office.admin)
    things["cooperative"] = Cooperative.current()
    things["user"] = office.clerk
    things["token"] = invitations.issue_invitation(office.cast["nishida"], by=office.admin, on=TODAY)[1]
    things["seat"] = Seat.objects.first()
    things["body"] = Body.objects.first()
    things["industry"] = Industry.objects.first()
    things["funds_cause"] = FundsCause.objects.first()
    things["account"] = Account.objects.get(pk=str(AccountCode.ORDINARY_DEPOSIT))
    things["line"] = things["posted"].lines.first()
    things["actionlog"] = ActionLog.objects.first()
    things["readlog"] = ReadLog.objects.create(
        content_type=things["actionlog"].content_type, object_id=things["loan"].pk, object_text="試験", by=office.clerk,
        path="/",
    )  # fmt: skip
