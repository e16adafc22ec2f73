"""今日（業務日）。時計を読むのはビューと管理コマンドだけで、ここを通る。下の層は日付を受け取る。"""

from datetime import date

from django.utils import timezone


def business_date() -> date:
    """業務日。日本時間の今日。"""
    return timezone.localdate()
