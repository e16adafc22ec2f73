"""管理サイト: 組合・方針・利用者・記録。限度額と方針は、ここでは提案で、別の人が承認して効力を持つ。"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from decimal import Decimal

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminDateWidget, AdminTextInputWidget
from django.contrib.auth import admin as group_admin  # noqa: F401  先に登録させてから、下で外す
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from coopfin import log, proposals, reading
from coopfin.admin_site import NoDeleteAdmin, ReadOnlyAdmin
from coopfin.clock import business_date
from coopfin.fields import RateField, YenField
from coopfin.flow import Finding, StepRefused
from coopfin.forms import JapaneseDateField
from coopfin.models import ActionLog, Cooperative, HaircutRate, Policy, ReadLog, User
from coopfin.policy_settings import GROUPS, LAST_PAPER_BILL, Setting, help_text_of
from coopfin.shown import field_rows, show

# 役割の表がすべてを決めるので、Django のグループは使わない。
admin.site.unregister(Group)

#: 金額は 2000万・全角、日付は和暦でも打てる。
JAPANESE_INPUTS = {
    YenField: {"widget": AdminTextInputWidget},
    RateField: {"widget": AdminTextInputWidget},
    models.DateField: {"form_class": JapaneseDateField, "widget": AdminDateWidget},
}


class LoggedAdmin(NoDeleteAdmin):
    """保存を操作の記録に残す、消せない管理画面。"""

    formfield_overrides = JAPANESE_INPUTS

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        labels = [str(form.fields[name].label or name) for name in form.changed_data if name in form.fields]
        log.record(
            obj,
            verb="admin_change" if change else "admin_add",
            label=f"{obj._meta.verbose_name}の{'変更' if change else '登録'}（設定画面）",
            by=request.user,
            on=business_date(),
            fields=labels,
        )


class PledgedAdmin:
    """守秘の行の管理画面。一覧も一行も、開くには守秘義務の誓約が要る（H2.2-e）。"""

    def needs_pledge(self, request) -> bool:
        return self.has_view_permission(request)

    def changelist_view(self, request, extra_context=None):
        if self.needs_pledge(request):
            reading.allow(request.user, business_date())
        return super().changelist_view(request, extra_context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if self.needs_pledge(request):
            reading.allow(request.user, business_date())
        return super().change_view(request, object_id, form_url, extra_context)


class RememberedAdmin(PledgedAdmin):
    """守秘の行の管理画面。開いたことは閲覧の記録に残る（H2.2-e）。"""

    def change_view(self, request, object_id, form_url="", extra_context=None):
        obj = self.get_object(request, unquote(object_id))
        if obj is not None and self.has_view_permission(request, obj):
            reading.allow(request.user, business_date())
            request.read_objects.append(obj)
        return super().change_view(request, object_id, form_url, extra_context)


class DecisionForm(forms.Form):
    """承認・却下の確認。seal は、確認した中身の写しの印。"""

    seal = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="却下の理由",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
    )


class ProposalAdmin(NoDeleteAdmin):
    """提案の管理画面（相互牽制、手引き 第2章1 e）。登録は提案で、別の権限者が承認するまで効力はない。

    待っている間に直せるのは提案した本人だけ。承認・却下のあとは誰も直せない。
    """

    approve_permission = ""
    formfield_overrides = JAPANESE_INPUTS
    change_form_template = "admin/coopfin/proposal_change_form.html"
    list_filter = ["status"]
    list_select_related = ["proposed_by", "decided_by"]

    def in_force(self, obj):
        """いま効力のある版。承認する人が比べる相手。なければ None。"""
        return None

    def extra_rows(self, obj, current):
        """明細の行（見出し, いま, 提案）。"""
        return []

    def rows(self, obj):
        """承認する人が読む表（見出し, いま, 提案, 変わるか）。"""
        current = self.in_force(obj)
        rows = field_rows(obj, current) + self.extra_rows(obj, current)
        return [(label, old, new, current is not None and old != new) for label, old, new in rows]

    def seal(self, obj) -> str:
        """中身の印。承認の頁を開いたあとに中身が変わったら合わなくなる。"""
        text = json.dumps([(label, new) for label, _, new, _ in self.rows(obj)], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @admin.display(description="内容")
    def contents(self, obj):
        return render_to_string(
            "admin/coopfin/proposal_contents.html",
            {"rows": self.rows(obj), "compare": self.in_force(obj) is not None, "proposal": obj},
        )

    # --- 誰が何をできるか ---
    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        if obj is None:
            return allowed
        own = allowed and obj.is_waiting and obj.proposed_by_id == request.user.pk
        return own and (not obj.is_frozen or bool(obj.added_later))

    def get_readonly_fields(self, request, obj=None):
        """付議したあとは、書き足す欄のほかは読むだけ（議決する中身が変わらないように）。"""
        found = super().get_readonly_fields(request, obj)
        if obj is None or not obj.is_waiting or not obj.is_frozen:
            return found
        written = [field.name for field in obj._meta.fields if field.editable and not field.primary_key]
        return [*found, *(name for name in written if name not in obj.added_later)]

    def may_decide_as(self, user, obj) -> bool:
        """この人は、この提案を承認・却下できるか。"""
        return obj.is_waiting and user.has_perm(self.approve_permission) and obj.proposed_by_id != user.pk

    def may_decide(self, request, obj) -> bool:
        return self.may_decide_as(request.user, obj)

    def get_object(self, request, object_id, from_field=None):
        """送信のときは鎖錠して読み直す。直している間に承認されたものを、提案に戻してしまわないため。"""
        obj = super().get_object(request, object_id, from_field)
        if obj is not None and request.method == "POST" and transaction.get_connection().in_atomic_block:
            obj = self.model._default_manager.select_for_update().get(pk=obj.pk)
        return obj

    def get_fieldsets(self, request, obj=None):
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": ["contents"]})]
        return super().get_fieldsets(request, obj)

    def get_inlines(self, request, obj):
        if obj is not None and not self.has_change_permission(request, obj):
            return []
        return super().get_inlines(request, obj)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.proposed_by = request.user
        super().save_model(request, obj, form, change)
        log.record(
            obj,
            verb="amend" if change else "propose",
            label=f"{obj._meta.verbose_name}の提案{'の手直し' if change else ''}",
            by=request.user,
            on=business_date(),
        )

    def response_add(self, request, obj, post_url_continue=None):
        response = super().response_add(request, obj, post_url_continue)
        messages.info(request, "これは提案です。別の権限者が承認するまで、効力はありません。")
        return response

    # --- 承認と却下 ---
    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        return [
            path("<path:object_id>/approve/", wrap(self.approve_view), name=f"{name}_approve"),
            path("<path:object_id>/reject/", wrap(self.reject_view), name=f"{name}_reject"),
            *super().get_urls(),
        ]

    def approve_view(self, request, object_id):
        return self._decide(request, object_id, approving=True)

    def reject_view(self, request, object_id):
        return self._decide(request, object_id, approving=False)

    def _page(self, obj, verb="change"):
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{verb}"
        return reverse(name, args=[obj.pk])

    def _decide(self, request, object_id, *, approving):
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not request.user.has_perm(self.approve_permission):
            raise PermissionDenied
        form = DecisionForm(request.POST or None, initial={"seal": self.seal(obj)})
        form.fields["reason"].required = not approving
        if approving:
            del form.fields["reason"]
        if request.method == "POST" and form.is_valid():
            return self._run(request, obj, form.cleaned_data, approving=approving)
        if request.method != "POST" and not self.may_decide(request, obj):
            messages.error(request, self.why_not(request, obj))
            return HttpResponseRedirect(self._page(obj))
        title = f"{self.opts.verbose_name}の提案を{'承認' if approving else '却下'}する"
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "original": obj,
            "proposal": obj,
            "form": form,
            "approving": approving,
            "contents": self.contents(obj),
            "back_url": self._page(obj),
        }
        return TemplateResponse(
            request, "admin/coopfin/proposal_decide.html", context, status=422 if form.errors else 200
        )

    def why_not(self, request, obj) -> str:
        """承認・却下できない理由の文。"""
        if not obj.is_waiting:
            return f"この提案はすでに「{obj.get_status_display()}」です。"
        if obj.proposed_by_id == request.user.pk:
            return "提案した本人は承認・却下できません。別の権限者にお願いしてください。"
        return "承認・却下する権限がありません。"

    def _run(self, request, obj, given, *, approving):
        decide = {"by": request.user, "on": business_date(), "permission": self.approve_permission}
        try:
            with transaction.atomic():
                locked = self.model._default_manager.select_for_update().get(pk=obj.pk)
                if given["seal"] != self.seal(locked):
                    messages.error(
                        request, "確認の画面を開いたあとに、提案かいまの内容が変わりました。もう一度確かめてください。"
                    )
                    return HttpResponseRedirect(self._page(obj, "approve" if approving else "reject"))
                if approving:
                    proposals.approve(locked, **decide)
                else:
                    proposals.reject(locked, reason=given["reason"], **decide)
        except StepRefused as refusal:
            for finding in refusal.findings:
                source = f"（{finding.source}）" if finding.source else ""
                messages.error(request, f"{finding.text}{source}")
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, message)
        else:
            messages.success(request, f"{obj}を{'承認' if approving else '却下'}しました。")
        return HttpResponseRedirect(self._page(obj))

    def findings(self, request, obj) -> list[Finding]:
        """待っている提案の、承認の前に確かめること。議案にする・付議を取り下げる道は、それができる人にだけ示す。"""
        found = obj.approval_findings(business_date()) if obj.is_waiting else []
        if request.user.has_perm("governance.table_proposal"):
            return found
        return [replace(one, url="") if one.code in ("not-tabled", "take-back") else one for one in found]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context.update(
                proposal=obj,
                findings=self.findings(request, obj),
                may_decide=self.may_decide(request, obj),
                why_not="" if self.may_decide(request, obj) or not obj.is_waiting else self.why_not(request, obj),
                approve_url=self._page(obj, "approve"),
                reject_url=self._page(obj, "reject"),
                entries=log.timeline(obj),
            )
        return super().render_change_form(request, context, add, change, form_url, obj)


class HaircutForm(forms.ModelForm):
    """担保掛目の一行。新しい方針では、いまの掛目を写した行が、触らなくても登録される。"""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["asset_kind"] = forms.ChoiceField(
            label="担保の種類", choices=[("", "選んでください"), *HaircutRate.kinds.items()]
        )

    def has_changed(self):
        return super().has_changed() or bool(self.instance.pk is None and self.initial.get("asset_kind"))


class HaircutInline(admin.TabularInline):
    """担保掛目。"""

    model = HaircutRate
    form = HaircutForm
    formfield_overrides = JAPANESE_INPUTS
    fields = ["asset_kind", "haircut_rate"]

    def get_extra(self, request, obj=None, **kwargs):
        return 1 if obj is not None else max(len(HaircutRate.kinds), 1)


@admin.register(Policy)
class PolicyAdmin(ProposalAdmin):
    """方針。いま効力のある版を写した下書きから始まる。"""

    approve_permission = "coopfin.approve_policy"
    inlines = [HaircutInline]
    list_display = ["__str__", "effective_on", "source", "status", "proposed_by", "decided_by"]
    fieldsets = [
        (
            None,
            {
                "fields": ["effective_on", "source"],
                "description": "ここでの登録は提案です。別の権限者が承認すると、効力が生じる日から新しい計算に使われます。"
                "すでに実行した貸付の約定は変わりません。",
            },
        ),
        *(
            (label, {"fields": [item.name for item in items if isinstance(item, Setting)]})
            for label, items in GROUPS
            if any(isinstance(item, Setting) for item in items)
        ),
    ]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        found = super().formfield_for_dbfield(db_field, request, **kwargs)
        if found is not None:
            found.help_text = help_text_of(db_field.name, str(found.help_text))
        return found

    def in_force(self, obj):
        current = Policy.on(business_date())
        return current if current is not None and current.pk != obj.pk else None

    def extra_rows(self, obj, current):
        new = {row.asset_kind: show(row, HaircutRate._meta.get_field("haircut_rate")) for row in obj.haircuts.all()}
        old = {}
        if current is not None:
            old = {
                row.asset_kind: show(row, HaircutRate._meta.get_field("haircut_rate")) for row in current.haircuts.all()
            }
        kinds = [*HaircutRate.kinds, *sorted({*new, *old} - set(HaircutRate.kinds))]
        return [
            (f"掛目 {HaircutRate.kinds.get(kind, kind)}", old.get(kind, ""), new.get(kind, "（なし）"))
            for kind in kinds
            if kind in new or kind in old
        ]

    def get_changeform_initial_data(self, request):
        current = Policy.on(business_date())
        initial = {"effective_on": business_date(), "paper_bill_last_maturity_on": LAST_PAPER_BILL}
        if current is not None:
            initial = {
                field.name: getattr(current, field.name)
                for field in Policy._meta.fields
                if field.editable and field.name not in {"id", "effective_on", "source"}
            }
        return {**initial, **super().get_changeform_initial_data(request)}

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if obj.pk is None and isinstance(inline, HaircutInline):
            current = Policy.on(business_date())
            rates = HaircutRate.first_rates
            if current is not None:
                rates = {row.asset_kind: row.haircut_rate for row in current.haircuts.all()}
            kwargs["initial"] = [
                {"asset_kind": kind, "haircut_rate": rates.get(kind, Decimal(0))} for kind in HaircutRate.kinds
            ]
        return kwargs


@admin.register(Cooperative)
class CooperativeAdmin(LoggedAdmin):
    """組合（一つだけ）。約定書・契約証書に印字される。"""

    list_display = ["name", "representative_title", "representative_name", "address"]

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not Cooperative.objects.exists()


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """利用者。見るだけで、招く・変える・止めるのは「設定」の利用者の頁（一人だけの管理者を外さない、などの規則がある）。"""

    list_display = ["username", "name", "role_names", "person_name", "email", "is_active"]
    list_filter = ["is_active", "role_rows__role"]
    search_fields = ["username", "name", "email"]
    ordering = ["username"]
    fields = ["username", "name", "email", "is_active", "role_names", "person_name", "joined_at", "last_login", "page"]
    readonly_fields = fields

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("person").prefetch_related("role_rows")

    @admin.display(description="役割")
    def role_names(self, obj):
        return obj.role_labels or "（なし）"

    @admin.display(description="人の台帳")
    def person_name(self, obj):
        return getattr(obj, "person", None) or "（結んでいません）"

    @admin.display(description="変更")
    def page(self, obj):
        return format_html('<a href="{}">利用者の頁を開く</a>', reverse("desk:user", args=[obj.pk]))


class RecordAdmin(PledgedAdmin, ReadOnlyAdmin):
    """記録の管理画面。見る・探すだけ。利害関係のある案件と、閲覧の許しのない案件の記録は、見てよい人にも伏せる。"""

    list_select_related = ["by", "content_type"]
    show_full_result_count = False
    list_per_page = 50

    def needs_pledge(self, request) -> bool:
        """案件を読めない人（利用者を管理する人）には、理由も詳細も見せないので、誓約を求めない。"""
        return request.user.has_perm("loans.view_application")

    def get_queryset(self, request):
        user, on = request.user, business_date()
        return super().get_queryset(request).exclude(reading.about_hidden(user, on) | reading.about_closed(user, on))


@admin.register(ActionLog)
class ActionLogAdmin(RecordAdmin):
    """操作の記録。"""

    list_display = ["at", "label", "object_text", "by", "on", "reason"]
    list_filter = [
        ("by", admin.RelatedOnlyFieldListFilter), ("content_type", admin.RelatedOnlyFieldListFilter), "on",
    ]  # fmt: skip
    search_fields = ["object_text", "label", "reason", "by__name"]
    search_help_text = "対象・操作・理由・氏名から探します。"
    fields = ["at", "label", "object_text", "content_type", "object_id", "by", "on", "reason", "details"]
    readonly_fields = ["details"]
    #: 案件を読めない人（利用者を管理する人）には、誰が何をしたかだけを見せる
    CONFIDENTIAL = ("reason", "details")

    def _allowed(self, request, names):
        if request.user.has_perm("loans.view_application"):
            return names
        return [name for name in names if name not in self.CONFIDENTIAL]

    def get_list_display(self, request):
        return self._allowed(request, self.list_display)

    def get_search_fields(self, request):
        return self._allowed(request, self.search_fields)

    def get_fields(self, request, obj=None):
        return self._allowed(request, self.fields)

    @admin.display(description="詳細")
    def details(self, obj):
        return format_html("<pre>{}</pre>", json.dumps(obj.detail, ensure_ascii=False, indent=2)) if obj.detail else ""


@admin.register(ReadLog)
class ReadLogAdmin(RecordAdmin):
    """閲覧の記録（H2.2-e 守秘義務）。"""

    list_display = ["at", "object_text", "content_type", "by", "path"]
    list_filter = [
        ("by", admin.RelatedOnlyFieldListFilter), ("content_type", admin.RelatedOnlyFieldListFilter), "at",
    ]  # fmt: skip
    search_fields = ["object_text", "by__name", "path"]
    search_help_text = "対象・氏名・ページから探します。"
    fields = ["at", "object_text", "content_type", "object_id", "by", "path"]
