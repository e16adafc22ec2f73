"""どのページにも要る枠の値: 組合名、メニュー、訓練用の帯。"""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from coopfin import worklists
from coopfin.clock import business_date
from coopfin.models import Cooperative


def _navigation(request):
    user = request.user
    if not user.is_authenticated:
        return []
    today = business_date()
    match = request.resolver_match
    here = match.view_name if match else ""
    groups: dict[str, list] = {}
    for item in sorted(worklists.menu, key=lambda item: item.order):
        if not user.has_perm(item.permission):
            continue
        prefixes = item.namespaces or (item.url_name,)
        groups.setdefault(item.group, []).append(
            {
                "label": item.label,
                "url": reverse(item.url_name),
                "count": item.count(user, today) if item.count else 0,
                "current": any(here.startswith(prefix) for prefix in prefixes),
            }
        )
    return [{"label": label, "items": items} for label, items in groups.items()]


def frame(request):
    """base.html が使う値。"""
    return {
        "cooperative": SimpleLazyObject(Cooperative.current),
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
        "demo_mode": settings.DEMO,
        "today": business_date(),
        "printed_at": timezone.now,
    }
