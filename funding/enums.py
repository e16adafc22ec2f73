"""借入の選択肢。"""

from django.db import models


class FacilityForm(models.TextChoices):
    """融資枠で借りられる形式。"""

    ANY = "any", "手形・証書のどちらも"
    BILL = "bill", "手形借入"
    DEED = "deed", "証書借入"
