"""組合員の頁。この組合員についてのすべてを一枚に集める（ほかのアプリの欄は panels から来る）。"""

from __future__ import annotations

from django.views.generic import DetailView

from coopfin.views import GuardedMixin, RememberReading
from members import histories, panels
from members.models import AccountRequest, Member
from members.operations.accounts import REQUEST
from members.views.base import MEMBERS_CRUMB

#: 欄の並び（見出しへの近道）
PLACES = (
    ("facts", "基本"), ("officers", "代表者・役員"), ("shares", "出資"), ("relationships", "関係先"),
    ("contacts", "連絡先・委任"), ("notes", "メモ"), ("history", "経過"),
)  # fmt: skip


def on_and_off(rows, on) -> tuple[list, list]:
    """いま続いているものと、終わったもの。"""
    rows = list(rows)
    over = [row for row in rows if row.to_on is not None and row.to_on <= on]
    return [row for row in rows if row not in over], over


class MemberDetailView(GuardedMixin, RememberReading, DetailView):
    """組合員の頁。統合済の組合員は、統合先への案内とともに残る。"""

    permission_required = "members.view_member"
    template_name = "members/member_detail.html"
    queryset = Member.everyone.select_related("representative", "industry", "merged_into")
    context_object_name = "member"

    def get_object(self, queryset=None):
        member = super().get_object(queryset)
        self.remember(member)
        return member

    def get_context_data(self, **kwargs):
        member, user, on = self.object, self.request.user, self.on
        officers, former_officers = on_and_off(member.officers.select_related("person"), on)
        relationships, former_relationships = on_and_off(
            member.relationships.select_related("other_member", "other_person", "member"), on
        )
        seen_from_others = [
            row
            for row in member.relationships_as_other.select_related("member", "other_member")
            if row.to_on is None or row.to_on > on
        ]
        contacts, former_contacts = on_and_off(member.contacts.all(), on)
        mandates, former_mandates = on_and_off(member.mandates.select_related("person"), on)
        leavings = list(member.leavings.select_related("made_by"))
        may_edit = user.has_perm("members.edit_member") and not member.is_merged
        return super().get_context_data(
            **kwargs,
            title=member.name,
            breadcrumbs=[MEMBERS_CRUMB, (member.name, "")],
            places=PLACES,
            on=on,
            may_edit=may_edit,
            may_request_account=user.has_perm(REQUEST) and not member.is_merged,
            is_current=member.is_current(on),
            is_leaving=member.is_leaving(on),
            facts=self.facts(member),
            account_facts=self.account_facts(member),
            account_waiting=self.waiting_request(member),
            officers=officers,
            former_officers=former_officers,
            shares=member.share_changes.select_related("counterpart", "made_by"),
            relationships=relationships,
            former_relationships=former_relationships,
            seen_from_others=seen_from_others,
            sales=member.annual_sales.all(),
            contacts=contacts,
            former_contacts=former_contacts,
            mandates=mandates,
            former_mandates=former_mandates,
            notes=member.notes.select_related("by", "corrects", "corrected_by"),
            follow_ups=[row for row in member.follow_ups.all() if row.done_on is None],
            leaving=next((row for row in leavings if row.withdrawn_on is None), None),
            former_leavings=[row for row in leavings if row.withdrawn_on is not None],
            merged=list(member.merged.all()),
            panels=panels.member_panels_for(member, user, on),
            timeline=histories.member_entries(member),
        )

    @staticmethod
    def waiting_request(member):
        return AccountRequest.objects.waiting().filter(member=member).select_related("proposed_by").first()

    @staticmethod
    def facts(member):
        return [
            ("組合員番号", member.number),
            ("名称", member.name),
            ("カナ", member.kana),
            ("種類", member.get_kind_display()),
            ("法人番号", member.corporate_number if member.is_corporate else "―（個人事業主）"),
            ("業種", member.industry.name),
            ("所在地", f"〒{member.postal_code} {member.address}"),
            ("電話番号", member.phone),
            ("加入日", member.joined_on),
            *([("脱退日", member.left_on)] if member.left_on else []),
            ("備考", member.note),
        ]

    @staticmethod
    def account_facts(member):
        if not member.account_number:
            return []
        return [
            ("銀行", f"{member.bank_name}（{member.bank_code}）"),
            ("支店", f"{member.branch_name}（{member.branch_code}）"),
            ("預金種類", member.get_account_type_display()),
            ("口座番号", member.account_number),
            ("口座名義", member.account_holder),
        ]
