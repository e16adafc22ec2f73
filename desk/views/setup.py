"""設定の頁: 入口（整える順番）と、組合・科目・限度額・機関と席の入力。初めの設定も、後の変更も、同じ頁でする。"""

from __future__ import annotations

import hashlib
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.urls import reverse
from django.views.generic import TemplateView

from coopfin import log, master_data
from coopfin.models import Cooperative
from coopfin.operations.cooperative import FIELDS, register_cooperative
from coopfin.views import GuardedMixin
from desk import setup
from desk.forms.setup import (
    LIMIT_SECTIONS,
    RESOLUTION,
    SEATED_BODIES,
    AccountNamesForm,
    ArticlesForm,
    BankFormSet,
    BodyForm,
    CooperativeForm,
    LimitsForm,
    seat_formset,
)
from desk.views.base import SETUP_CRUMB, SettingView
from governance.enums import BodyKind, FinanceBusiness
from governance.models import ArticlesClause, Body, LimitResolution, Seat
from governance.operations.proposing import propose_articles, propose_limits
from governance.operations.seats import register_body, take_seat
from ledger.chart import rename_accounts, renamings
from ledger.models import Account
from members.register import Register


class SetupView(GuardedMixin, TemplateView):
    """設定の入口。整っていなければ、次にすることを先頭に見せる。"""

    permission_required = "coopfin.use_admin"
    template_name = "desk/setup.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        steps = setup.all_steps(user, self.on)
        waiting = [step for step in steps if not step.done and not step.optional]
        mine = [step for step in waiting if step.may]
        return super().get_context_data(
            title="設定" if not waiting else "組合を整える",
            steps=steps,
            left=len(waiting),
            left_text=f"あと {len(waiting)}つ",
            following=mine[0] if mine else None,
            may_read_log=user.has_perm("coopfin.view_log"),
            may_manage_users=user.has_perm("coopfin.manage_users"),
            **kwargs,
        )


class SetupStepView(SettingView):
    """整えることの一つの頁。右に、順番とどこまで進んだかを見せる。"""

    key = ""

    def back_url(self):
        return reverse("desk:setup")

    def get_context_data(self, **kwargs):
        steps = setup.all_steps(self.request.user, self.on)
        return super().get_context_data(
            breadcrumbs=[SETUP_CRUMB, (self.title, "")],
            steps=steps,
            step=next(step for step in steps if step.key == self.key),
            **kwargs,
        )


class CooperativeView(SetupStepView):
    """組合。約定書・契約証書に印字される。"""

    key = "cooperative"
    permission_required = "coopfin.propose_policy"
    template_name = "desk/setup_cooperative.html"
    form_class = CooperativeForm
    title = "組合"
    submit_label = "保存する"

    def load(self):
        return Cooperative.current()

    def version_of(self, obj) -> str:
        if obj is None:
            return "new"
        return hashlib.sha256(repr([getattr(obj, name) for name in FIELDS]).encode()).hexdigest()[:12]

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "instance": Cooperative.current()}

    def get_context_data(self, **kwargs):
        entries = log.timeline(self.object).select_related("by") if self.object is not None else []
        return super().get_context_data(timeline=entries, **kwargs)

    def operate(self, form):
        cooperative = register_cooperative(by=self.request.user, on=self.on, **form.values())
        return cooperative, self.back_url(), f"「{cooperative}」を保存しました。"


class AccountsView(SetupStepView):
    """勘定科目。標準の科目表を読み込み、名称を組合の帳簿に合わせる。"""

    key = "accounts"
    permission_required = "coopfin.propose_policy"
    template_name = "desk/setup_accounts.html"
    form_class = AccountNamesForm
    title = "業種と勘定科目"
    submit_label = "名称を保存する"

    def version_of(self, obj) -> str:
        return str(Account.history.order_by("-history_id").values_list("history_id", flat=True).first() or 0)

    def get_context_data(self, **kwargs):
        return super().get_context_data(missing=master_data.missing(), timeline=renamings(), **kwargs)

    def operate(self, form):
        changed = rename_accounts(form.names(), by=self.request.user, on=self.on)
        return (
            None,
            self.request.path,
            f"{changed}つの科目の名称を変えました。" if changed else "変わった名称はありません。",
        )


class MasterDataView(SetupStepView):
    """標準の業種と勘定科目を読み込む。すでにある行は変えない。"""

    key = "accounts"
    permission_required = "coopfin.propose_policy"
    template_name = "generic/confirm.html"
    title = "標準の業種と勘定科目を読み込む"
    submit_label = "読み込む"

    def back_url(self):
        return reverse("desk:setup_accounts")

    def get_context_data(self, **kwargs):
        text = f"まだない{master_data.missing()}行を加えます。すでにある行は、名称を変えたものもそのまま残ります。"
        return super().get_context_data(text=text, **kwargs)

    def operate(self, form):
        added = sum(master_data.load().values())
        return None, self.back_url(), f"標準の業種と勘定科目を{added}行読み込みました。"


PROPOSED = "これは提案です。別の権限者が承認するまで、効力はありません。"


def earlier_proposal(model, request):
    """?from=番号 の、承認されずに終わった提案。なければ None。"""
    number = request.GET.get("from", "")
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    ended = (model.Status.WITHDRAWN, model.Status.REJECTED)
    return model.objects.filter(pk=int(number), status__in=ended).first()


class ArticlesView(SetupStepView):
    """定款の金融条項の提案。貸付と債務保証は、別の条項として書く。"""

    key = "articles"
    permission_required = "governance.propose_resolution"
    template_name = "desk/setup_articles.html"
    form_class = ArticlesForm
    title = "定款の金融条項の提案"
    submit_label = "提案する"

    @cached_property
    def businesses(self) -> list[dict]:
        """事業ごとの、いま効力のある条項と、承認を待つ提案。"""
        waiting = {clause.business: clause for clause in ArticlesClause.objects.waiting().select_related("proposed_by")}
        return [
            {"label": one.label, "value": one.value, "current": ArticlesClause.on(one, self.on), "waiting": waiting.get(one)}
            for one in FinanceBusiness
        ]  # fmt: skip

    def get_initial(self):
        earlier = earlier_proposal(ArticlesClause, self.request)
        if earlier is not None:
            return {name: getattr(earlier, name) for name in self.form_class.Meta.fields}
        missing = [one["value"] for one in self.businesses if not one["current"] and not one["waiting"]]
        return {"business": missing[0]} if missing else {}

    def get_context_data(self, **kwargs):
        return super().get_context_data(businesses=self.businesses, **kwargs)

    def operate(self, form):
        clause = propose_articles(by=self.request.user, on=self.on, **form.values())
        return clause, self.back_url(), f"「{clause}」を提案しました。{PROPOSED}"


class LimitsView(SetupStepView):
    """総会の限度額の決議の提案。別の権限者が承認するまで、効力はない。"""

    key = "limits"
    permission_required = "governance.propose_resolution"
    template_name = "desk/setup_limits.html"
    form_class = LimitsForm
    title = "限度額の決議の提案"
    submit_label = "提案する"

    @cached_property
    def current(self):
        return LimitResolution.in_force(self.on)

    @cached_property
    def copied(self):
        """下書きに写す決議: 出し直す提案か、いまの決議。"""
        return earlier_proposal(LimitResolution, self.request) or self.current

    @cached_property
    def banks(self):
        """試算の頁から来たときはその金融機関、そうでなければ、いまの決議の金融機関から始める。"""
        named = [name.split(maxsplit=1) for name in self.request.GET.getlist("bank") if name.strip()]
        if not named and self.copied is not None:
            named = [(bank.name, bank.branch) for bank in self.copied.designated_banks.order_by("pk")]
        initial = [dict(zip(("name", "branch"), names, strict=False)) for names in named]
        return BankFormSet(self.request.POST or None, prefix="banks", initial=initial)

    def get_initial(self):
        names = [name for _, group in LIMIT_SECTIONS for name in group]
        kept = names if self.copied != self.current else names[len(RESOLUTION) :]
        kept = {} if self.copied is None else {name: getattr(self.copied, name) for name in kept}
        return {**kept, **{name: self.request.GET[name] for name in names if name in self.request.GET}}

    def get_context_data(self, **kwargs):
        waiting = LimitResolution.objects.waiting().select_related("proposed_by").order_by("-pk")
        return super().get_context_data(formset=self.banks, current=self.current, waiting=list(waiting), **kwargs)

    def post(self, request, *args, **kwargs):
        form = self.get_form()
        if form.is_valid() & self.banks.is_valid():
            return self.form_valid(form)
        return self.form_invalid(form)

    def operate(self, form):
        resolution = propose_limits(banks=self.banks.banks(), by=self.request.user, on=self.on, **form.values())
        return resolution, self.back_url(), f"「{resolution}」を提案しました。{PROPOSED}"


class BodiesView(SetupStepView):
    """機関と席。理事会と金融委員会に、人・席・任期を何行でも続けて書く。"""

    key = "bodies"
    permission_required = "governance.manage_bodies"
    template_name = "desk/setup_bodies.html"
    title = "機関と席"
    submit_label = "保存する"

    @cached_property
    def register(self):
        return Register()

    @cached_property
    def sections(self) -> list[dict]:
        """機関ごとの欄・いまの席・新しい席の行。"""
        data = self.request.POST if self.request.method == "POST" else None
        bodies = {body.kind: body for body in Body.objects.all()}
        seats = list(Seat.objects.current(self.on).select_related("person", "body").order_by("from_on", "pk"))
        found = []
        for kind, extra in SEATED_BODIES:
            form = BodyForm(data, kind=kind, body=bodies.get(kind))
            held = [seat for seat in seats if seat.body.kind == kind]
            rows = seat_formset(form, 1 if held else extra, data=data, register=self.register)
            found.append({"kind": kind, "form": form, "held": held, "formset": rows})
        meeting = BodyForm(data, kind=BodyKind.GENERAL_MEETING, body=bodies.get(BodyKind.GENERAL_MEETING))
        found.append({"kind": BodyKind.GENERAL_MEETING, "form": meeting, "held": [], "formset": None})
        return found

    def version_of(self, obj) -> str:
        counted = Seat.objects.aggregate(seats=Count("pk"), ended=Count("pk", filter=Q(to_on__isnull=False)))
        return f"{counted['seats']}-{counted['ended']}"

    def get_context_data(self, **kwargs):
        return super().get_context_data(sections=self.sections, register=self.register, **kwargs)

    def post(self, request, *args, **kwargs):
        form = self.get_form()
        valid = form.is_valid()
        for section in self.sections:
            valid &= section["form"].is_valid()
            valid &= section["formset"] is None or section["formset"].is_valid()
        return self.form_valid(form) if valid else self.form_invalid(form)

    def operate(self, form):
        given = {"by": self.request.user, "on": self.on}
        count = 0
        for section in self.sections:
            body = register_body(**section["form"].values(), **given)
            for row in section["formset"].seats() if section["formset"] is not None else ():
                term = {name: row.cleaned_data[name] for name in ("title", "from_on", "to_on")}
                try:
                    take_seat(body=body, person=row.chosen_person(**given), **term, **given)
                except ValidationError as error:
                    name = row.cleaned_data["person_name"]
                    raise ValidationError([f"{body} {name}：{text}" for text in error.messages]) from error
                count += 1
        notice = f"機関を保存し、{count}席を登録しました。" if count else "機関を保存しました。"
        return None, self.back_url(), notice
