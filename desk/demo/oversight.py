"""練習用の組合の守秘と監査: 誓約書の受領、親族の届出、理事会への報告、監事の指摘と回答、弁護士への閲覧の許し。"""

from __future__ import annotations

from datetime import date, timedelta
from html import escape

from django.core.files.uploadedfile import SimpleUploadedFile

from coopfin.calc import days
from coopfin.calc.words import to_wareki
from coopfin.models import User
from desk.demo.road import Office
from documents.paper import render_pdf
from governance.enums import BodyKind
from governance.models import Meeting, Seat
from ledger.models import Voucher, VoucherState
from loans.enums import ApplicationState
from loans.models import Application, DirectorDealing, Loan
from loans.operations import dealings
from members import operations as members
from members.models import KinshipKind, Person
from oversight import wording
from oversight.enums import MarkKind
from oversight.operations import access, marks, pledges

LAWYER = "hongo"


def receive_pledges(office: Office, on: date) -> None:
    """ログインしない理事の誓約書。任期のはじめに、署名のある紙を受け取っている。"""
    starts = days.fiscal_year_start(days.add_months(on, -12))
    seats = Seat.objects.current(starts).filter(person__user__isnull=True).select_related("person").order_by("pk")
    for person in dict.fromkeys(seat.person for seat in seats):
        pledges.record_paper(person=person, pledged_on=starts, file=_signed(person, starts), by=office.clerk, on=starts)


def _signed(person: Person, on: date) -> SimpleUploadedFile:
    """署名のある誓約書の写し。"""
    text = wording.text_on(on)
    articles = "".join(f"<li>{escape(article)}</li>" for article in text.articles)
    html = (
        "<html lang='ja'><head><title>守秘義務誓約書</title></head><body style='font-family: \"BIZ UDMincho\"'>"
        "<h1 style='font-family: \"BIZ UDGothic\"'>守秘義務誓約書</h1>"
        f"<p>{escape(text.opening)}</p><ol>{articles}</ol><p>{to_wareki(on)}</p>"
        f"<p>{escape(person.name)}（署名）</p></body></html>"
    )
    content, _ = render_pdf(html)
    return SimpleUploadedFile(f"誓約書_{person.name}.pdf", content)


def declare_kin(office: Office, on: date) -> None:
    """金融委員の浅野さんは、北陸鋼材販売の代表者の子。この会社の案件には加わらない。"""
    members.add_kinship(
        person=Person.objects.get(name="浅野 さくら"), relative=Person.objects.get(name="清水 豊"),
        kind=KinshipKind.PARENT_CHILD, source="本人の申出", by=office.clerk, on=on,
    )  # fmt: skip


def report_to_the_board(office: Office, on: date) -> None:
    """理事との取引のうち、いちばん古いものは次の理事会に報告済。あとのものは報告を待っている。"""
    dealing = DirectorDealing.objects.order_by("disbursed_on", "pk").first()
    boards = Meeting.objects.held().filter(body__kind=BodyKind.BOARD, held_on__range=(dealing.disbursed_on, on))
    dealings.report(
        dealing, meeting=boards.order_by("held_on").first(), minutes_number="報告事項 第1号",
        note="相手・金額・条件と、理事会の承認のとおりに実行したことを報告した。", by=office.clerk, on=on,
    )  # fmt: skip


def audit(office: Office, on: date) -> None:
    """監事が伝票を確かめ、貸付に指摘をし、事務局が答えている。要確認の一つは、回答を待っている。"""
    week_ago, before = on - timedelta(days=7), on - timedelta(days=5)
    loan = Loan.objects.filter(member__name="能登精機株式会社").order_by("pk").first()
    other = Loan.objects.filter(member__name="白山木材株式会社").order_by("pk").first()
    voucher = Voucher.objects.filter(state=VoucherState.POSTED, loan_events__loan=loan).first()
    marks.mark(voucher, kind=MarkKind.AUDITED, by=office.auditor, on=week_ago)
    remark = marks.mark(
        loan, kind=MarkKind.REMARK, comment="機械の納品書の写しが綴られていません。資金の使いみちを確かめられません。",
        by=office.auditor, on=week_ago,
    )  # fmt: skip
    marks.reply(
        remark, text="納品書の写しを受け取り、貸付の綴りに加えました。以後、実行から一か月以内に受け取ります。", by=office.clerk,
        on=before,
    )  # fmt: skip
    marks.mark(
        other, kind=MarkKind.QUESTION, comment="原木の相場が下がっています。在庫の評価をどう見ていますか。", by=office.auditor,
        on=before,
    )  # fmt: skip


def ask_the_lawyer(users: dict[str, User], office: Office, on: date) -> None:
    """小松鋳造の案件を、弁護士に一か月だけ読ませる。"""
    case = Application.objects.filter(
        member__name="小松鋳造株式会社", state=ApplicationState.BOARD_QUEUE
    ).get()  # fmt: skip
    access.grant(
        case, user=User.objects.get(pk=users[LAWYER].pk), from_on=on, to_on=days.add_months(on, 1),
        reason="担保の土地の境界について、弁護士の意見を聴くため。", by=office.chief, on=on,
    )  # fmt: skip


def play(users: dict[str, User], office: Office, on: date) -> None:
    """案件を演じたあとに。"""
    report_to_the_board(office, on)
    audit(office, on)
    ask_the_lawyer(users, office, on)
