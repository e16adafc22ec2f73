"""管理サイト: 書類の種類と、様式の版の提案・承認。消すことはできない。"""

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse

from coopfin.admin import LoggedAdmin, ProposalAdmin
from coopfin.clock import business_date
from documents import form_registry, form_versions
from documents.form_pages import offered
from documents.form_registry import FORMS
from documents.models import DocumentKind, FormArticle, FormVersion
from documents.paper import CannotRender
from documents.wording import Article, Wording, problems


@admin.register(DocumentKind)
class DocumentKindAdmin(LoggedAdmin):
    """書類の種類。名前と条件は、組合の取扱いに合わせて直せる。"""

    list_display = ["name", "code", "order", "validity_months", "original_seen", "note"]
    search_fields = ["name", "code"]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj is not None else []


class ArticleForm(forms.ModelForm):
    """条。写した条は、触らなくても登録される。"""

    def has_changed(self):
        return super().has_changed() or bool(self.instance.pk is None and self.initial.get("heading"))


class ArticleFormSet(forms.BaseInlineFormSet):
    """条のすべて。使えない言葉と欠けを、その条のそばで言う。"""

    def clean(self):
        super().clean()
        if any(self.errors):
            return
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        kept.sort(key=lambda form: form.cleaned_data["position"])
        version = self.instance
        articles = tuple(
            Article(given["heading"], given["body"], given.get("when", ""))
            for given in (form.cleaned_data for form in kept)
        )
        if version.paper not in FORMS:
            return
        wording = Wording(version.label, articles, version.lead, version.closing)
        for problem in problems(wording, FORMS[version.paper].language):
            if problem.place is None or problem.place < 0:
                where = {-1: "前文：", -2: "後文："}.get(problem.place, "")
                self._non_form_errors.append(f"{where}{problem.text}")
            else:
                kept[problem.place].add_error("body", problem.text)


class ArticleInline(admin.StackedInline):
    """条文。"""

    model = FormArticle
    form = ArticleForm
    formset = ArticleFormSet
    fields = ["position", "heading", "when", "body"]
    extra = 1

    def get_extra(self, request, obj=None, **kwargs):
        return self.extra if obj is not None else len(_copied(request).articles) + self.extra

    def get_formset(self, request, obj=None, **kwargs):
        """置く条件は、その書類にあるものから選ぶ。"""
        formset = super().get_formset(request, obj, **kwargs)
        code, when = obj.paper if obj is not None else _code(request), formset.form.base_fields.get("when")
        if code in FORMS and when is not None:
            names = FORMS[code].language.conditions
            formset.form.base_fields["when"] = forms.ChoiceField(
                label=when.label, required=False, choices=[("", "いつも置く"), *((name, name) for name in names)]
            )
        return formset


def _code(request) -> str:
    """?paper=符号 で選ばれた書類（なければ空）。"""
    code = request.GET.get("paper", "")
    return code if code in FORMS else ""


def _words(code: str) -> str:
    """差込み・条件・表の一覧。"""
    if code not in FORMS:
        return ""
    return render_to_string("documents/offered.html", {"offered": offered(FORMS[code], FORMS[code].specimen())})


def _copied(request) -> Wording:
    """新しい版の下書きになる、いまの文言。"""
    code = _code(request)
    if not code:
        return Wording("", ())
    try:
        return form_versions.in_force(code, business_date())
    except CannotRender:
        return form_registry.standard(code)


@admin.register(FormVersion)
class FormVersionAdmin(ProposalAdmin):
    """様式の版。承認された版は直さず、新しい版を提案する。いまの文言を写した下書きから始まる。"""

    approve_permission = "documents.approve_form"
    inlines = [ArticleInline]
    list_display = ["__str__", "paper", "effective_on", "source", "status", "proposed_by", "decided_by"]
    list_filter = ["status", "paper"]

    def get_fieldsets(self, request, obj=None):
        found = super().get_fieldsets(request, obj)
        if obj is not None and not self.has_change_permission(request, obj):
            return found
        return [
            (
                None,
                {
                    "fields": ["paper", "label", "effective_on", "source", "lead", "closing"],
                    "description": "ここでの登録は提案です。別の権限者が承認すると、使い始める日から発行する書類がこの文言になります。"
                    "発行した書類は、発行したときの文言のまま残ります。",
                },
            ),
            (
                "条文で使える言葉",
                {"fields": [], "description": _words(obj.paper if obj is not None else _code(request))},
            ),
        ]

    def add_view(self, request, form_url="", extra_context=None):
        if request.method == "GET" and not _code(request) and self.has_add_permission(request):
            messages.info(request, "文言を変える書類を選んでください。いまの文言を写した下書きから始まります。")
            return HttpResponseRedirect(reverse("documents:forms"))
        return super().add_view(request, form_url, extra_context)

    def get_changeform_initial_data(self, request):
        copied, code = _copied(request), _code(request)
        return {"paper": code, "effective_on": business_date(), "lead": copied.lead, "closing": copied.closing}

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if obj.pk is None and request.method == "GET":
            kwargs["initial"] = [
                {"position": 10 * place, "heading": article.heading, "when": article.when, "body": article.body}
                for place, article in enumerate(_copied(request).articles, start=1)
            ]
        return kwargs

    def in_force(self, obj):
        return FormVersion.objects.newest(obj.paper, business_date()).exclude(pk=obj.pk).first()

    def extra_rows(self, obj, current):
        old = current.wording() if current else form_registry.standard(obj.paper)
        new = obj.wording()
        before = {(article.heading, article.when): article.body for article in old.articles}
        after = {(article.heading, article.when): article.body for article in new.articles}
        rows = [(_title(key), before.get(key, "（なし）"), body) for key, body in after.items()]
        return rows + [(_title(key), body, "（なくす）") for key, body in before.items() if key not in after]


def _title(key: tuple[str, str]) -> str:
    heading, when = key
    return f"{heading}［{when}］" if when else heading
