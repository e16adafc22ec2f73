"""取引金融機関と融資枠の頁。"""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.views.generic import TemplateView

from coopfin.proposals import SEE_PROPOSALS
from coopfin.views import GuardedMixin
from documents.access import content_type_of
from documents.models import Upload
from funding.desk import ENDING_DAYS
from funding.models import Facility
from governance.models import LimitResolution
from members import banks


class FacilitiesView(GuardedMixin, TemplateView):
    """取引金融機関・融資枠。指定のある金融機関ごとに、いま使える枠、承認を待つ枠、過ぎた枠（H2.1-f）。"""

    permission_required = "funding.view_facility"
    template_name = "funding/facility_list.html"

    def get_context_data(self, **kwargs):
        user, on = self.request.user, self.on
        resolution = LimitResolution.in_force(on)
        names = [str(bank) for bank in resolution.designated_banks.order_by("pk")] if resolution else []
        everything = list(Facility.objects.select_related("proposed_by", "decided_by"))
        copies: dict[int, list] = {}
        for upload in Upload.objects.defer("content").filter(content_type=content_type_of(Facility())).order_by("pk"):
            copies.setdefault(upload.object_id, []).append(upload)
        current = {facility.pk for facility in Facility.objects.in_force(on)}
        for facility in everything:
            facility.copies = copies.get(facility.pk, [])
            facility.ending = facility.pk in current and facility.ends_on <= on + timedelta(days=ENDING_DAYS)
            facility.designated = any(banks.is_of(facility.bank, name) for name in names)
        in_force = [facility for facility in everything if facility.pk in current]
        return super().get_context_data(
            title="取引金融機関・融資枠",
            resolution=resolution,
            in_force=in_force,
            bare=[name for name in names if not any(banks.is_of(one.bank, name) for one in in_force)],
            waiting=[facility for facility in everything if facility.is_waiting],
            past=[one for one in everything if not one.is_waiting and one.pk not in current],
            total=sum(facility.amount for facility in in_force),
            may_propose=user.has_perm("funding.propose_facility") and user.has_perm("coopfin.use_admin"),
            may_open_proposals=user.has_perm(SEE_PROPOSALS),
            add_url=reverse("admin:funding_facility_add"),
            **kwargs,
        )
