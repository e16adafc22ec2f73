"""基準を満たさない申込の練習: 相談を記録し、理事長の指示を求め、一件は指示を受けて受け付け、一件は指示を待つ。"""

from __future__ import annotations

from datetime import date

from desk.demo.road import Office, step
from loans.enums import AdviceTopic, Ruling
from loans.models import Application
from loans.operations import application as applications
from loans.operations import escalation as escalations


def _reload(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def ask(application: Application, office: Office, on: date, *, reason: str) -> None:
    """ほかの制度を案内したうえで、理事長の指示を求める。"""
    representative = application.member.representative
    record = {
        "advised_on": on,
        "topic": AdviceTopic.PROGRAMME,
        "counterpart": str(representative),
        "text": "県の制度融資（経営安定）と信用保証協会の窓口を案内した。決定まで一か月ほどかかり、仕入れに間に合わないとのこと。",
    }
    escalations.advise(_reload(application), record=record, by=office.clerk, on=on)
    escalations.ask(_reload(application), reason=reason, by=office.clerk, on=on)


def answer(application: Application, office: Office, on: date) -> Application:
    """理事長が「進める」と指示し、事務局が受け付ける。"""
    waiting = escalations.waiting_of(_reload(application))
    reason = "発注書で納期を確かめた。回収の日まで手形一本で通すほうが確実である。"
    rulings = {miss.pk: (Ruling.PROCEED, reason) for miss in waiting.misses.all()}
    escalations.instruct(_reload(application), rulings=rulings, by=office.president, on=on)
    why = "理事長の指示により受け付ける。足りない書類は、面談の日までに受け取る。"
    return step(applications.receive, _reload(application), by=office.clerk, on=on, why=why)
