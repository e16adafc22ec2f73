"""招待のメール。送れる設定（EMAIL_URL）があるときだけ使う。"""

from __future__ import annotations

import logging
import smtplib

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)


def can_send() -> bool:
    """メールを送る設定があるか。"""
    return settings.SENDS_MAIL


def send_invitation(invitation, link: str, *, cooperative: str) -> bool:
    """招待のリンクを本人へ送る。送れたかを返す（送れなくても、リンクは画面にある）。"""
    context = {"invitation": invitation, "user": invitation.user, "link": link, "cooperative": cooperative}
    try:
        send_mail(
            f"{cooperative} 組合金融への招待", render_to_string("desk/invitation_mail.txt", context), None,
            [invitation.user.email],
        )  # fmt: skip
    except (OSError, smtplib.SMTPException):
        logger.exception("招待のメールを送れませんでした。")
        return False
    return True
