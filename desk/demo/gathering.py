"""練習用の案件の必要書類: 足りないまま待つ、絵で読める、原本を預かったまま終わる。"""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from desk.demo.road import Office
from documents.models import DocumentKind
from documents.paper import render_pdf
from loans.enums import ApplicationState as S
from loans.models import Application
from loans.operations import checklist

_ESTIMATE = """<!doctype html><html lang="ja"><head><style>@page {{ size: A4; margin: 25mm }}
body {{ font-family: "BIZ UDMincho"; font-size: 11pt }}
h1 {{ font-family: "BIZ UDGothic"; text-align: center; letter-spacing: .5em }}
table {{ width: 100%; border-collapse: collapse }} td {{ border: .5pt solid #000; padding: 3mm }}</style></head><body>
<h1>御見積書</h1><p>{member} 御中</p><p style="text-align: right">北陸機械商事株式会社</p>
<table><tr><td>{what}</td><td style="text-align: right">{amount:,}円</td></tr></table>
<p>有効期限は発行から六か月です。</p></body></html>"""


def _estimate(application: Application) -> SimpleUploadedFile:
    html = _ESTIMATE.format(member=application.member.name, what=application.purpose_detail, amount=application.amount)
    content, _ = render_pdf(html)
    return SimpleUploadedFile("見積書 北陸機械商事.pdf", content)


def _photograph() -> SimpleUploadedFile:
    """机の上の決算書を撮った写真のかわりに、罫線だけの絵。"""
    image, out = Image.new("RGB", (900, 1270), "white"), BytesIO()
    pen = ImageDraw.Draw(image)
    for line in range(120, 1200, 40):
        pen.line((80, line, 820, line), fill="#888888", width=2)
    image.save(out, "JPEG", quality=70)
    return SimpleUploadedFile("決算書の写真.jpg", out.getvalue())


def play(office: Office, today: date) -> None:
    """いまの案件に、書類の出入りを演じる。"""
    cases = Application.objects.filter(product__isnull=False).order_by("pk")
    waiting = cases.filter(state=S.INVESTIGATION).first() or cases.filter(state=S.RECEIVED).first()
    if waiting is not None:
        _half_gathered(waiting, office, today)
    tabled = cases.filter(state=S.COMMITTEE_QUEUE).first()
    row = tabled and tabled.required_documents.filter(received_on__isnull=False).first()
    if row:
        checklist.attach(tabled, row, files=[_photograph()], by=office.clerk, on=today)


def keep_original(application: Application, office: Office, on: date) -> None:
    """決算書の原本を預かる（取り下げのあとに、返す仕事が残る）。"""
    rows = application.required_documents.filter(kind="financials")
    if rows:
        checklist.record(application, rows, values={"received_on": on, "original_kept": True}, by=office.clerk, on=on)


def with_original(application: Application, office: Office, on: date) -> Application:
    """申込のときに、決算書の原本を預かる（謝絶の通知が、返すものとして挙げる）。"""
    keep_original(application, office, on)
    return Application.objects.get(pk=application.pk)


def _half_gathered(application: Application, office: Office, today: date) -> None:
    """三つ届き、見積書は古く、一つは省かれ、一つは実行までに出してもらう。"""
    rows = {row.kind_id: row for row in application.required_documents.all()}
    came = [row for code, row in rows.items() if code in ("financials", "profile")]
    checklist.record(
        application, came, values={"received_on": today - timedelta(days=3), "copied_on": today - timedelta(days=3)},
        by=office.clerk, on=today,
    )  # fmt: skip
    if estimate := rows.get("estimate"):
        checklist.attach(application, estimate, files=[_estimate(application)], by=office.clerk, on=today)
        checklist.record(
            application, [estimate], values={"issued_on": today - timedelta(days=200)}, by=office.clerk, on=today
        )
    if plan := rows.get("business-plan"):
        checklist.waive(
            application,
            plan,
            reason="更新する機械は同じ型で、前の申込の計画書から事情が変わらないため。",
            by=office.chief,
            on=today,
        )
    checklist.add(
        application, kind=DocumentKind.objects.filter(pk="registry").first(), name="", note="", due="disbursement",
        reason="本店を移したばかりで、登記が申請中のため。", by=office.clerk, on=today,
    )  # fmt: skip
