"""担保・保証を付ける、外す、公正証書を記録する画面。案件を見てよい人だけが開ける。"""

from __future__ import annotations

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.views.generic import View

from collateral import checks
from collateral.forms import SeniorFormSet, seniors_of
from collateral.guarantee_deed import Relation
from collateral.models import Asset, Guarantee, SecurityInterest, SeniorLien
from collateral.operations import ALL_TOLD
from coopfin.charts import Segment, StackedBar
from coopfin.flow import passed
from coopfin.forms import OperationForm
from coopfin.views import GuardedMixin
from documents import operations as documents
from loans import coverage, protection, root_guarantees
from loans.enums import ENDED_STATES
from loans.forms.security import (
    NEW,
    DeedForm,
    GuaranteeForm,
    PartyField,
    RemoveForm,
    SecurityForm,
    StatementForm,
    party_choice,
    proposed_guarantors,
    proposed_owners,
    search_parties,
)
from loans.models import LoanGuarantee, LoanSecurity
from loans.operations import security
from loans.views.base import CaseMixin, CaseOperation

#: 一度に見せる、登録済の物件の数
MOST_OFFERED = 20


class SecurityOperation(CaseOperation):
    """申込の担保・保証を変える画面の土台。閉じている状態では、なぜかを言う。"""

    permission_required = security.PERMISSION
    states = security.CHANGEABLE

    def get_context_data(self, **kwargs):
        closed = security.why_closed(self.object, self.states)
        return super().get_context_data(blocked=bool(closed), blocked_why=closed, **kwargs)


class Preview(CaseMixin, GuardedMixin, View):
    """試算の土台。書き込まずに、入力から結果を見せる。"""

    permission_required = security.PERMISSION

    def case(self):
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])


def cover_bar(application) -> dict:
    """担保による保全と、その棒。案件のページと、入力に合わせた試算が同じものを見せる。"""
    cover = protection.cover_of(application)
    segments = [Segment("保全額", cover.secured, "ok"), Segment("無保全額", cover.unsecured, "caution")]
    bar = StackedBar(f"保全の割合 {cover.ratio}%", [s for s in segments if s.amount], whole=cover.exposure)
    return {"coverage": cover, "bar": bar if cover.rows else None}


def section(application, user, on) -> dict:
    """案件のページの「担保・保証」の値（templates/loans/security_section.html を include する）。"""
    cover = cover_bar(application)
    member = protection.of_member(application, on)
    may_edit = user.has_perm(security.PERMISSION)
    may_change = may_edit and not security.why_closed(application)
    return {
        **cover,
        "member": member if member.exposure else None,
        "member_bar": member.bar,
        # 個人の資産の所在は、台帳を見る人（事務局・理事長・監事）のほかには市区町村までにする（ドメイン E）。
        "masks_private": not user.has_perm("members.view_member"),
        "links_to_register": user.has_perm("collateral.view_collateral"),
        "links": root_guarantees.with_standings(application, coverage.guarantee_links(application)),
        "roots": root_guarantees.in_use_by(application) if may_change else [],
        "review": coverage.review_of(application),
        "review_wanted": application.member.is_corporate,
        "may_see_papers": user.has_perm("documents.view_paper"),
        "may_change": may_change,
        "may_record": may_edit and not security.why_closed(application, security.RECORDABLE),
    }


# --- 担保 ----------------------------------------------------------------------------------


class ChosenAsset:
    """?asset=番号 で選んだ登録済の物件。その組合員のために使えるものだけ。"""

    def offered(self, application):
        return Asset.objects.offered_for(application.member, self.on).with_cover().distinct()

    def chosen(self, application):
        number = self.request.GET.get("asset", "")
        if not number:
            return None
        if not number.isascii() or not number.isdigit() or len(number) > 18:
            raise Http404
        return get_object_or_404(self.offered(application), pk=int(number))


class SecurityAdd(ChosenAsset, SecurityOperation):
    """担保を付ける。"""

    form_class = SecurityForm
    template_name = "loans/security_add.html"
    title = "担保を付ける"
    submit_label = "担保を付ける"

    @cached_property
    def asset(self):
        return self.chosen(self.object)

    @cached_property
    def formset(self):
        initial = seniors_of(self.asset) if self.asset else []
        data = self.request.POST if self.request.method == "POST" else None
        return SeniorFormSet(data, prefix="seniors", initial=initial, form_kwargs={"on": self.on})

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "application": self.object, "asset": self.asset, "on": self.on}

    def post(self, request, *args, **kwargs):
        form = self.get_form()
        done = self.already_done(request.POST.get("token", ""))
        if done:
            return done
        rows_are_valid = self.formset.is_valid()
        form.is_valid()
        form.check_interest(seniors=len(self.formset.rows()))
        if form.is_valid() and rows_are_valid:
            return self.form_valid(form)
        return self.form_invalid(form)

    def operate(self, form):
        values = {name: form.cleaned_data[name] for name in ("right", "amount", "rank")}
        if self.asset is None:
            values["new_asset"] = form.new_asset()
        else:
            values["asset"] = self.asset
        link = security.add_security(
            self.object, **values, joint_with=form.leader(), seniors=self.formset.rows(), by=self.request.user,
            on=self.on,
        )  # fmt: skip
        return link, self.object.get_absolute_url(), f"担保を付けました（{link.interest}）。"

    def choices(self) -> list[dict]:
        """選べる物件と、すでに担保している貸付、そのまま使える担保権。"""
        found = list(self.offered(self.object)[:MOST_OFFERED])
        links = LoanSecurity.objects.filter(interest__asset__in=found, interest__released_on__isnull=True)
        securing = defaultdict(list)
        for link in links.exclude(application__state__in=ENDED_STATES).select_related("application", "interest"):
            securing[link.interest_id].append(link.application)
        rows = []
        for asset in found:
            ours = asset.interests_in_force()
            rows.append({
                "asset": asset,
                "loans": [loan for interest in ours for loan in securing[interest.pk]],
                "usable": [
                    interest for interest in ours
                    if interest.debtor_id == self.object.member_id
                    and self.object not in securing[interest.pk]
                    and (interest.is_revolving or not securing[interest.pk])
                ],
            })  # fmt: skip
        return rows

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        form = context["form"]
        form.narrow_rights()
        query = f"?asset={self.asset.pk}" if self.asset else ""
        context.update(
            asset=self.asset,
            offered=[] if self.asset else self.choices(),
            formset=self.formset,
            preview_url=reverse("loans:security_preview", args=[self.object.pk]) + query,
            party_url=reverse("loans:party_search", args=[self.object.pk]),
            parties=None if self.asset else _with_chosen(proposed_owners(self.object, self.on), form["owner"].value()),
            party_name="owner",
            party_value=None if self.asset else form["owner"].value(),
            new_party=not self.asset and form["owner"].value() == NEW,
        )
        return context


def _with_chosen(choices: list[dict], value) -> list[dict]:
    """選ばれている相手が候補にいなければ、足す（探し直しを求めない）。"""
    if not value or value == NEW or any(choice["value"] == value for choice in choices):
        return choices
    try:
        party = PartyField().clean(value)
    except ValidationError:
        return choices
    return [*choices, party_choice(party.thing, "選択中")]


class SecurityPreview(ChosenAsset, Preview):
    """担保の試算。登録のときと同じ計算を、書き込まずに見せる。種類が変われば権利と掛目も入れ替える。"""

    http_method_names = ["post"]

    def post(self, request, pk):
        application = self.case()
        asset = self.chosen(application)
        form = SecurityForm(request.POST, application=application, asset=asset, on=self.on)
        initial = seniors_of(asset) if asset else []
        formset = SeniorFormSet(request.POST, prefix="seniors", initial=initial, form_kwargs={"on": self.on})
        form.is_valid()
        formset.is_valid()
        values = getattr(form, "cleaned_data", {})
        rows = formset.rows()
        context = {
            "application": application,
            "row": None,
            "coverage": protection.cover_of(application),
            "findings": [],
        }
        if form.kind_now:
            kind, right = form.kind_now, values.get("right") or request.POST.get("right", "")
            limit = checks.haircut_limit(kind, self.on)
            trial = _trial_asset(asset, form, limit)
            context["findings"] = self._findings(form, kind, right, trial, len(rows))
            context["limit"] = limit
            if trial is not None and values.get("amount"):
                interest = SecurityInterest(
                    asset=trial, debtor=application.member, right=right, amount=values["amount"],
                    rank=values.get("rank") or 1, joint_with=form.leader(),
                )  # fmt: skip
                liens = [SeniorLien(**row).as_lien() for row in rows]
                row = protection.row_of(interest, trial, seniors=liens)
                context["coverage"] = protection.together([*context["coverage"].rows, row], application.amount)
                context["row"] = context["coverage"].rows[-1]
        context |= self._replaced_fields(request, form)
        return render(request, "loans/security_preview.html", context)

    def _findings(self, form, kind, right, trial, seniors):
        values = form.cleaned_data
        found = []
        if right:
            taken = [interest.rank for interest in form.asset.interests_in_force()] if form.asset else []
            refusals = checks.interest_refusals(
                kind=kind, right=right, amount=values.get("amount") or 1, rank=values.get("rank") or 1,
                seniors=seniors, taken=taken,
            )  # fmt: skip
            found += refusals
            found += checks.joint_refusals(right=right, amount=values.get("amount"), leader=form.leader())
            if not any(finding.code == "right" for finding in refusals):
                found.append(passed("この種類に設定できる担保権です。", checks.MATRIX_SOURCE))
        description = trial.description if trial is not None else values.get("description", "")
        found += checks.unsuitable(kind, description or "")
        if trial is not None and trial.pk:
            found += checks.stale(trial, on=self.on, months=checks.renewal_months(self.on))
        return found

    def _replaced_fields(self, request, form) -> dict:
        """種類が選び直されたら、担保権の選択肢と掛目の初めの値を入れ替える。"""
        if form.asset is not None or request.POST.get("shown_kind", "") == form.kind_now:
            return {"replace": False}
        limit = checks.haircut_limit(form.kind_now, self.on) if form.kind_now else None
        fresh = SecurityForm(
            application=form.application, on=self.on, initial={"kind": form.kind_now, "haircut_rate": limit}
        )
        right = request.POST.get("right", "")
        if right in form.rights():
            fresh.initial["right"] = right
        return {"replace": True, "form": fresh}


def _trial_asset(asset, form, limit):
    """試算に使う物件。登録済ならそのまま、新しいものは入力から（まだ足りなければ None）。"""
    if asset is not None:
        return asset
    values = form.cleaned_data
    haircut = values.get("haircut_rate")
    if haircut is None:
        haircut = limit
    if values.get("appraised") is None or haircut is None:
        return None
    return Asset(
        kind=form.kind_now, description=values.get("description") or "", appraised=values["appraised"],
        haircut_rate=haircut,
    )  # fmt: skip


class SecurityUse(SecurityOperation):
    """設定済の担保権（根抵当権など）を、この申込の担保にも使う。"""

    form_class = OperationForm
    template_name = "loans/security_remove.html"
    title = "設定済の担保権を使う"
    submit_label = "この担保権を使う"

    @cached_property
    def interest(self):
        found = SecurityInterest.objects.live().filter(debtor=self.object.member_id).select_related("asset", "debtor")
        return get_object_or_404(found, pk=self.kwargs["interest"])

    def operate(self, form):
        link = security.use_interest(self.object, interest=self.interest, by=self.request.user, on=self.on)
        return link, self.object.get_absolute_url(), f"担保を付けました（{link.interest}）。"

    def get_context_data(self, **kwargs):
        links = self.interest.loan_securities.exclude(application__state__in=ENDED_STATES)
        others = [link.application for link in links.select_related("application__member")]
        return super().get_context_data(
            text="この担保権を、この申込の担保にも使います。余力は、先に承認・実行された貸付が使った残りを数えます。",
            facts=[
                ("担保", str(self.interest)),
                ("所有者", str(self.interest.asset.owner)),
                ("債権額・極度額", f"{self.interest.amount:,}円"),
                ("すでに担保している貸付", "、".join(each.number_label for each in others) or "ありません"),
            ],
            **kwargs,
        )


class SecurityRemove(SecurityOperation):
    """担保を外す。"""

    form_class = RemoveForm
    template_name = "loans/security_remove.html"
    title = "担保を外す"
    submit_label = "担保を外す"

    @cached_property
    def link(self):
        found = LoanSecurity.objects.filter(application=self.object).select_related("interest__asset")
        return get_object_or_404(found, pk=self.kwargs["link"])

    def post(self, request, *args, **kwargs):
        # 二度目の送信では、もう担保がない。一度目の結果へ案内する。
        return self.already_done(request.POST.get("token", "")) or super().post(request, *args, **kwargs)

    def operate(self, form):
        text = str(self.link)
        security.remove_security(
            self.object, self.link, by=self.request.user, on=self.on, reason=form.cleaned_data["reason"]
        )
        return None, self.object.get_absolute_url(), f"担保を外しました（{text}）。"

    def get_context_data(self, **kwargs):
        asset = self.link.interest.asset
        return super().get_context_data(
            text="この担保を申込から外します。物件は台帳に残り、登記していない担保権は取りやめになります。",
            facts=[
                ("担保", str(self.link.interest)),
                ("所有者", str(asset.owner)),
                ("債権額・極度額", f"{self.link.interest.amount:,}円"),
            ],
            danger=True,
            **kwargs,
        )


# --- 保証 ----------------------------------------------------------------------------------


class GuaranteeAdd(SecurityOperation):
    """保証人を付ける。"""

    form_class = GuaranteeForm
    template_name = "loans/security_guarantee_add.html"
    title = "保証人を付ける"
    submit_label = "保証人を付ける"

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "application": self.object, "on": self.on}

    def get_initial(self):
        terms = security.terms_of_guarantee(self.object, on=self.on)
        initial = {"maximum_amount": terms["maximum_amount"], "fixed_on": terms["fixed_on"]}
        member = self.object.member
        if (
            member.is_corporate
            and not self.object.guarantees.filter(guarantee__person=member.representative_id).exists()
        ):
            initial |= {"guarantor": f"p:{member.representative_id}", "relation": Relation.REPRESENTATIVE.value}
        return initial

    def operate(self, form):
        link = security.add_guarantee(
            self.object, **form.guarantor_values(), relation=form.cleaned_data["relation"], **form.terms(),
            **form.record_values(), by=self.request.user, on=self.on,
        )  # fmt: skip
        return link, self.object.get_absolute_url(), f"保証人を付けました（{link.guarantee}）。"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        value = context["form"]["guarantor"].value()
        context.update(
            scope=context["form"].scope,
            roots=root_guarantees.in_use_by(self.object),
            preview_url=reverse("loans:guarantee_preview", args=[self.object.pk]),
            party_url=reverse("loans:party_search", args=[self.object.pk]),
            parties=_with_chosen(proposed_guarantors(self.object, self.on), value),
            party_name="guarantor",
            party_value=value,
            new_party=value == NEW,
        )
        return context


class GuaranteePreview(Preview):
    """保証人の点検。公正証書が要るかどうかを、選んだそばから言う。"""

    http_method_names = ["post"]

    def post(self, request, pk):
        application = self.case()
        form = GuaranteeForm(request.POST, application=application, on=self.on)
        form.is_valid()
        relation = request.POST.get("relation", "")
        context = {"application": application, "findings": []}
        if form.party is not None and relation in dict(form.fields["relation"].choices) and relation:
            context["findings"] = self._findings(application, form, relation)
        return render(request, "loans/security_guarantee_preview.html", context)

    def _findings(self, application, form, relation):
        person, member = form.person(), form.party.member
        found = checks.guarantee_refusals(
            debtor=application.member, person=person, member=member, relation=relation, scope=form.scope.value,
            **form.terms(), on=self.on,
        )  # fmt: skip
        if any(finding.code in ("guarantor", "relation") for finding in found):
            return found
        guarantee = Guarantee(
            person=person, member=member, debtor=application.member, relation=relation, scope=form.scope.value,
            **form.terms(), **form.record_values(),
        )  # fmt: skip
        return [*found, *coverage.findings_of_guarantee(application, guarantee, on=self.on)]


class GuaranteeLink:
    """申込の保証を一つ読む。"""

    @cached_property
    def link(self):
        found = LoanGuarantee.objects.filter(application=self.object).select_related(
            "application", "guarantee__person", "guarantee__member__representative", "guarantee__debtor"
        )
        return get_object_or_404(found, pk=self.kwargs["link"])

    def facts(self):
        guarantee = self.link.guarantee
        return [
            ("保証人", str(guarantee.guarantor)),
            ("債務者", str(guarantee.debtor)),
            ("関係", guarantee.relation_label),
            ("範囲", f"{guarantee.get_kind_display()}・{guarantee.get_scope_display()}"),
            *([("極度額", f"{guarantee.maximum_amount:,}円")] if guarantee.maximum_amount else []),
            *([("元本確定期日", guarantee.fixed_on)] if guarantee.fixed_on else []),
        ]


class GuaranteeRemove(GuaranteeLink, SecurityOperation):
    """保証人を外す。"""

    form_class = RemoveForm
    template_name = "loans/security_remove.html"
    title = "保証人を外す"
    submit_label = "保証人を外す"

    def post(self, request, *args, **kwargs):
        return self.already_done(request.POST.get("token", "")) or super().post(request, *args, **kwargs)

    def operate(self, form):
        text = str(self.link)
        security.remove_guarantee(
            self.object, self.link, by=self.request.user, on=self.on, reason=form.cleaned_data["reason"]
        )
        return None, self.object.get_absolute_url(), f"保証人を外しました（{text}）。"

    def get_context_data(self, **kwargs):
        text = "この保証人を申込から外します。"
        if self.link.guarantee.relation == Relation.REPRESENTATIVE:
            text += "代表者を保証人としないときは、「経営者保証の検討」に理由の記録が要ります。"
        return super().get_context_data(text=text, facts=self.facts(), danger=True, **kwargs)


class Attaching:
    """写しを一つ付けられる画面。中身を調べて受け取る。"""

    notice_kind = ""

    def accepted(self, form):
        file = form.cleaned_data.get("notice")
        if not file:
            return None
        try:
            return documents.accept_upload(
                file=file, kind=self.notice_kind, target=self.object, by=self.request.user, on=self.on
            )
        except ValidationError as problem:
            raise ValidationError({"notice": problem.messages}) from problem


class GuaranteeDeed(Attaching, GuaranteeLink, SecurityOperation):
    """公正証書・例外の裏づけ・情報提供を記録する。"""

    form_class = DeedForm
    template_name = "loans/security_deed.html"
    title = "公正証書・情報提供を記録する"
    submit_label = "記録する"
    states = security.RECORDABLE
    notice_kind = "情報提供の確認書"

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "guarantee": self.link.guarantee, "on": self.on}

    def get_initial(self):
        guarantee = self.link.guarantee
        initial = {name: getattr(guarantee, name) for name in DeedForm.RECORD_NAMES}
        return initial | {"told": guarantee.told if guarantee.informed_on else ALL_TOLD}

    def operate(self, form):
        record = form.record_values()
        if upload := self.accepted(form):
            record["confirmation"] = upload
        link = security.record_deed(self.link, **record, by=self.request.user, on=self.on)
        return link, self.object.get_absolute_url(), f"公正証書・情報提供を記録しました（{link.guarantee}）。"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            facts=self.facts(), guarantee=self.link.guarantee,
            findings=coverage.findings_of_guarantee(self.object, self.link.guarantee, on=self.on), **kwargs,
        )  # fmt: skip


class GuaranteeStatement(Attaching, GuaranteeLink, SecurityOperation):
    """保証人の資産・収入の申告を記録する。前の申告は残る。"""

    form_class = StatementForm
    template_name = "loans/security_statement.html"
    title = "保証人の申告を記録する"
    submit_label = "記録する"
    states = security.RECORDABLE
    notice_kind = "保証人の申告書"

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "on": self.on}

    def operate(self, form):
        link = security.record_statement(
            self.link, stated_on=form.cleaned_data["stated_on"], **form.amounts(), note=form.cleaned_data["note"],
            document=self.accepted(form), by=self.request.user, on=self.on,
        )  # fmt: skip
        return link, self.object.get_absolute_url(), f"保証人の申告を記録しました（{link.guarantee}）。"

    def get_context_data(self, **kwargs):
        statements = self.link.guarantee.statements.select_related("recorded_by", "document")
        return super().get_context_data(facts=self.facts(), statements=statements, **kwargs)


class PartySearch(Preview):
    """人・組合員を探す（所有者・保証人の候補）。"""

    http_method_names = ["get"]

    def get(self, request, pk):
        self.case()
        name = "owner" if request.GET.get("for") == "owner" else "guarantor"
        text = request.GET.get("q", "")[:100]
        context = {"choices": search_parties(text), "party_name": name, "text": text.strip()}
        return render(request, "loans/security_parties.html", context)


urlpatterns = [
    path("applications/<int:pk>/security/add/", SecurityAdd.as_view(), name="security_add"),
    path("applications/<int:pk>/security/use/<int:interest>/", SecurityUse.as_view(), name="security_use"),
    path("applications/<int:pk>/security/preview/", SecurityPreview.as_view(), name="security_preview"),
    path("applications/<int:pk>/security/<int:link>/remove/", SecurityRemove.as_view(), name="security_remove"),
    path("applications/<int:pk>/guarantee/add/", GuaranteeAdd.as_view(), name="guarantee_add"),
    path("applications/<int:pk>/guarantee/preview/", GuaranteePreview.as_view(), name="guarantee_preview"),
    path("applications/<int:pk>/guarantee/<int:link>/remove/", GuaranteeRemove.as_view(), name="guarantee_remove"),
    path("applications/<int:pk>/guarantee/<int:link>/deed/", GuaranteeDeed.as_view(), name="guarantee_deed"),
    path(
        "applications/<int:pk>/guarantee/<int:link>/statement/",
        GuaranteeStatement.as_view(),
        name="guarantee_statement",
    ),
    path("applications/<int:pk>/parties/", PartySearch.as_view(), name="party_search"),
]
