"""練習用の案件の書類: 謝絶の通知は送られ、条件付承諾の通知は送るのを待ち、付議中の案件には稟議書と答申書がある。"""

from __future__ import annotations

from datetime import date

from desk.demo.road import Office
from loans.enums import Delivery
from loans.models import Application
from loans.operations import letters

#: 申込者に伝える、謝絶の理由と案内
POLITE = "在庫の積み増しに要る資金としては、返済の財源がまだはっきりしないためです。"
ELSEWHERE = "県の小規模事業者向けの制度融資もございます。ご希望であれば、窓口をご案内いたします。"


def tell(application: Application, office: Office, on: date, *, reason: str = "", message: str = "", sent: str = ""):
    """決定を申込者に知らせる。sent（引受番号）があれば、郵送したことまで記録する。"""
    notice = letters.notify(
        Application.objects.get(pk=application.pk), reason_told=reason, message=message, by=office.clerk, on=on
    )
    if sent:
        letters.send(notice, means=Delivery.POST, sent_on=on, evidence=sent, by=office.clerk, on=on)


def for_the_board(application: Application, office: Office, on: date) -> None:
    """理事会に出す答申書と、そのときの稟議書。"""
    application = Application.objects.get(pk=application.pk)
    letters.issue_recommendation(application, by=office.clerk, on=on)
    read_at = f"{on.year}年{on.month}月{on.day}日 16:40"
    letters.issue_memorandum(application, read_at=read_at, by=office.clerk, on=on)
