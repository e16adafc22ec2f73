"""書類の様式の頁: 条文を持つ書類の一覧、いまの文言、版の違い、見本。提案と承認は設定画面でする。"""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404
from django.urls import reverse
from django.views.generic import DetailView, TemplateView, View

from coopfin import log
from coopfin.proposals import SEE_PROPOSALS
from coopfin.views import GuardedMixin
from documents import form_registry, form_versions
from documents.form_registry import FORMS, Form
from documents.models import FormVersion
from documents.paper import CannotRender, preview_response
from documents.views import VIEW_FORM
from documents.wording import Wording
from documents.wording_changes import changes

#: 版の段: 見出しと色
STANDINGS = {
    "now": ("使用中", "ok"),
    "coming": ("これから", "go"),
    "waiting": ("承認待ち", "caution"),
    "past": ("前の版", "plain"),
    "rejected": ("却下", "plain"),
    "withdrawn": ("取下げ", "plain"),
}


def may_propose(user) -> bool:
    """設定画面で版を提案できる人か。"""
    return user.has_perm("documents.propose_form") and user.has_perm("coopfin.use_admin")


def propose_url(code: str) -> str:
    """いまの文言を写した、新しい版の提案。"""
    return f"{reverse('admin:documents_formversion_add')}?paper={code}"


def standing_of(version: FormVersion, on, current: int | None) -> tuple[str, str]:
    """その日の、この版の段。"""
    if version.is_waiting:
        key = "waiting"
    elif not version.is_approved:
        key = str(version.status)
    elif version.effective_on > on:
        key = "coming"
    else:
        key = "now" if version.pk == current else "past"
    return STANDINGS[key]


def newest_of(versions: list[FormVersion], on) -> FormVersion | None:
    """並び（新しい順）の中の、その日に効力のある版。"""
    return next((version for version in versions if version.is_approved and version.effective_on <= on), None)


class Forms(GuardedMixin, TemplateView):
    """条文を持つ書類の一覧。いまの版と、これからの版。"""

    permission_required = VIEW_FORM
    template_name = "documents/forms.html"

    def get_context_data(self, **kwargs):
        by_paper: dict[str, list[FormVersion]] = {}
        for version in FormVersion.objects.select_related("proposed_by"):
            by_paper.setdefault(version.paper, []).append(version)
        rows = []
        for code, form in FORMS.items():
            versions = by_paper.get(code, [])
            current = newest_of(versions, self.on)
            following = [v for v in versions if v.is_waiting or (v.is_approved and v.effective_on > self.on)]
            rows.append(
                {
                    "form": form,
                    "current": current,
                    "label": current.label if current else form_registry.standard(code).label,
                    "following": [(v, standing_of(v, self.on, None)) for v in following],
                    "propose_url": propose_url(code) if may_propose(self.request.user) else "",
                }
            )
        return super().get_context_data(title="書類の様式", rows=rows, **kwargs)


class FormMixin(GuardedMixin):
    """条文を持つ書類を、符号で引く。"""

    permission_required = VIEW_FORM

    @property
    def form_of_paper(self) -> Form:
        if self.kwargs["code"] not in FORMS:
            raise Http404
        return FORMS[self.kwargs["code"]]


class FormPage(FormMixin, TemplateView):
    """一つの書類: いまの文言、使える言葉、版の一覧。"""

    template_name = "documents/form_detail.html"

    def get_context_data(self, **kwargs):
        form = self.form_of_paper
        code, specimen = form.paper.code, form.specimen()
        versions = list(FormVersion.objects.filter(paper=code).select_related("proposed_by", "decided_by"))
        current = newest_of(versions, self.on)
        try:
            paper, fault = form_versions.worded(form.paper, self.on), ""
        except CannotRender as error:
            paper, fault = form.paper, str(error)
        return super().get_context_data(
            title=form.paper.label,
            breadcrumbs=[("書類の様式", reverse("documents:forms")), (form.paper.label, "")],
            form_of_paper=form,
            wording=paper.wording or form_registry.standard(code),
            fault=fault,
            current=current,
            standard_label=form_registry.standard(code).label,
            versions=[(version, standing_of(version, self.on, current and current.pk)) for version in versions],
            offered=offered(form, specimen),
            propose_url=propose_url(code) if may_propose(self.request.user) else "",
            **kwargs,
        )


def offered(form: Form, specimen) -> dict:
    """この書類で使える言葉: 差込みと見本での値、条件と見本で合うか、表。"""
    language = form.language
    return {
        "values": [(name, value(specimen), language.required.get(name, "")) for name, value in language.values.items()],
        "conditions": [(name, holds(specimen)) for name, holds in language.conditions.items()],
        "tables": [(name, language.required.get(name, "")) for name in language.tables],
        "quotes_agreement": language.quotes_agreement,
    }


class FormSpecimen(FormMixin, View):
    """いまの文言の見本。"""

    def get(self, request, code):
        form = self.form_of_paper
        try:
            paper = form_versions.worded(form.paper, self.on)
            return preview_response(request, paper, form.specimen(), back_url=reverse("documents:form", args=[code]))
        except CannotRender as error:
            raise Http404(str(error)) from error


class VersionMixin(GuardedMixin):
    """様式の版。"""

    permission_required = VIEW_FORM
    model = FormVersion

    def get_queryset(self):
        known = FormVersion.objects.filter(paper__in=FORMS)
        return known.select_related("proposed_by", "decided_by").prefetch_related("articles")


class FormVersionPage(VersionMixin, DetailView):
    """一つの版: 前の版との違い、文言の誤り、根拠と承認、この版で発行した書類の数。"""

    template_name = "documents/form_version.html"
    context_object_name = "version"

    def get_context_data(self, **kwargs):
        version, user = self.object, self.request.user
        form = FORMS[version.paper]
        current = FormVersion.objects.newest(version.paper, self.on).first()
        wording, before = version.wording(), self.before()
        return super().get_context_data(
            title=f"{form.paper.label}　{version.label}",
            breadcrumbs=[
                ("書類の様式", reverse("documents:forms")),
                (form.paper.label, reverse("documents:form", args=[version.paper])),
                (version.label, ""),
            ],
            standing=standing_of(version, self.on, current and current.pk),
            before=before,
            changes=changes(before, wording),
            problems=[(_heading(problem.place, wording), problem.text) for problem in version.problems()],
            intact=not version.is_approved or version.is_intact,
            used=version.issued.count(),
            timeline=[
                {"at": entry.at, "label": entry.label, "by": entry.by, "reason": entry.reason, "text": ""}
                for entry in log.timeline(version)
            ],
            proposal_url=version.proposal_url if version.is_waiting and user.has_perm(SEE_PROPOSALS) else "",
            **kwargs,
        )  # fmt: skip

    def before(self) -> Wording:
        """比べる相手: この版の前に効力のあった版、待っているならいまの版。なければ標準の文言。"""
        version = self.object
        earlier = FormVersion.objects.approved().filter(paper=version.paper, effective_on__lt=version.effective_on)
        found = earlier.exclude(pk=version.pk).prefetch_related("articles").order_by("-effective_on", "-pk").first()
        return found.wording() if found else form_registry.standard(version.paper)


def _heading(place: int | None, wording: Wording) -> str:
    if place is None:
        return ""
    return {-1: "前文", -2: "後文"}.get(place) or wording.articles[place].heading


class VersionSpecimen(VersionMixin, View):
    """この版の文言の見本。"""

    def get(self, request, pk):
        version = self.get_queryset().filter(pk=pk).first()
        if version is None:
            raise Http404
        form, wording = FORMS[version.paper], version.wording()
        try:
            paper = replace(form.paper, form_version=version.label, wording=wording)
            return preview_response(request, paper, form.specimen(), back_url=version.get_absolute_url())
        except CannotRender as error:
            raise Http404(str(error)) from error
