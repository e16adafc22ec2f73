"""画面の試験の手助け: 日付を止め、役の人で開き、送る。"""

import re
from datetime import date

from django.urls import reverse

from tests.factories.loans import TODAY

CLOCKS = ("coopfin.views", "coopfin.context_processors", "loans.views.search", "loans.admin")


def stop_the_clock(monkeypatch, on: date = TODAY) -> None:
    """業務日を一つの日に止める。"""
    for place in CLOCKS:
        monkeypatch.setattr(f"{place}.business_date", lambda: on)


def page(name, *args):
    return reverse(f"loans:{name}", args=args)


def text_of(response) -> str:
    """画面の文（札と余白を除く）。"""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


class Desk:
    """ある人の画面。"""

    def __init__(self, client, user):
        self.client, self.user = client, user
        client.force_login(user)

    def get(self, name, *args, query=""):
        return self.client.get(page(name, *args) + query)

    def send(self, name, *args, query="", **data):
        """開いて、見えた版と合言葉を付けて送る。"""
        opened = self.client.get(page(name, *args) + query)
        form = opened.context["form"] if opened.status_code == 200 and "form" in (opened.context or {}) else None
        hidden = {key: form[key].value() or "" for key in ("version", "token")} if form is not None else {}
        return self.client.post(page(name, *args) + query, {**hidden, **data})
