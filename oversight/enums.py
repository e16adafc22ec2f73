"""守秘と監査の選択肢。"""

from django.db import models


class PledgeKind(models.TextChoices):
    """誓約のしかた。"""

    PAPER = "paper", "書面"
    ELECTRONIC = "electronic", "画面での確認"


class MarkKind(models.TextChoices):
    """監事の印。"""

    AUDITED = "audited", "監査済"
    REMARK = "remark", "指摘"
    QUESTION = "question", "要確認"


#: 事務局の回答を待つ印
TO_BE_ANSWERED = (MarkKind.REMARK, MarkKind.QUESTION)
