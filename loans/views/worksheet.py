"""実態把握調査書: 読む頁、節ごとの入力、面談、運転資金の要因、事務局の所見。"""

from __future__ import annotations

from functools import cached_property

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView

from coopfin.flow import block
from coopfin.kept import KeepsWhatIsTyped, can_be_kept
from coopfin.views import GuardedMixin, RememberReading
from documents import operations as documents
from loans import fact_finding, worksheet
from loans.enums import ApplicationState
from loans.forms.worksheet import ConclusionForm, FollowUpForm, InterviewForm, NeedsForm, SectionForm
from loans.models import Application, Interview, WorksheetAnswer
from loans.models.worksheet import worksheet_url
from loans.operations import worksheet as operations
from loans.views.base import CaseMixin, CaseOperation

INVESTIGATE = "loans.investigate"


def may_write(application: Application, user) -> bool:
    """いま調査書を書ける人か。"""
    return application.state == ApplicationState.INVESTIGATION and user.has_perm(INVESTIGATE)


class Reading(CaseMixin, GuardedMixin, RememberReading, TemplateView):
    """調査書を読む頁。委員・理事が読み、印刷できる。書ける人には、節ごとの入力への入口を添える。"""

    permission_required = "loans.view_application"
    template_name = "loans/worksheet.html"
    title = "実態把握調査書"

    def get_context_data(self, **kwargs):
        self.object = application = self.load()
        self.remember(application)
        user = self.request.user
        sheet = fact_finding.read(application)
        return super().get_context_data(
            title=self.title,
            sheet=sheet,
            # 空欄は、調査書のその欄にそのまま見えている。
            findings=[finding for finding in fact_finding.findings(sheet) if finding.code != "worksheet"],
            may_write=may_write(application, user),
            may_see_papers=user.has_perm("documents.view_paper"),
            investigation=getattr(application, "investigation", None),
            **kwargs,
        )


class WorksheetOperation(KeepsWhatIsTyped, CaseOperation):
    """調査書への記入。書けるのは「実態把握中」のあいだだけ。"""

    permission_required = INVESTIGATE

    def back_url(self):
        return worksheet_url(self.object)

    def get_context_data(self, **kwargs):
        findings = []
        if self.object.state != ApplicationState.INVESTIGATION:
            state = self.object.get_state_display()
            findings.append(
                block(f"いまの状態は「{state}」です。記入できるのは「実態把握中」のときだけです。", "事務の流れ")
            )
        crumbs = [
            ("申込・審査", reverse("loans:applications")),
            (self.object.number_label, self.object.get_absolute_url()),
            ("実態把握調査書", worksheet_url(self.object)),
            (self.title, ""),
        ]
        return super().get_context_data(
            **{"blocked": bool(findings), "findings": findings or None, "breadcrumbs": crumbs, **kwargs}
        )


class SectionPage(WorksheetOperation):
    """一つの節を書く。空のままでも保存でき、ほかの人と同じ問いを書いたときは、両方を見せて断る。"""

    form_class = SectionForm
    template_name = "loans/worksheet_section.html"
    submit_label = "保存する"

    @cached_property
    def sections(self) -> tuple[worksheet.Section, ...]:
        return worksheet.sections_for(fact_finding.facts_of(self.object))

    @cached_property
    def section(self) -> worksheet.Section:
        found = next((section for section in self.sections if section.key == self.kwargs["section"]), None)
        if found is None:
            raise Http404
        return found

    @property
    def title(self):
        return f"調査書　{self.section.label}" if self.object is not None else "調査書"

    def version_of(self, obj) -> str:
        # 案件の版でなく、問いごとに、見えていた答えを確かめる。
        return ""

    def get_form_kwargs(self):
        questions = self.section.asked(fact_finding.facts_of(self.object))
        keys = [question.key for question in questions]
        rows = self.object.worksheet_answers.filter(question__in=keys)
        # 控えるときは、画面を開いたときに見えていた答えから、何を書き変えたかをみる。
        rows = rows.filter(pk__in=self._seen(keys)) if "keep" in self.request.POST else rows.current()
        visible = Application.objects.visible_to(self.request.user, self.on)
        lasting = any(question.lasting for question in questions)
        return {
            **super().get_form_kwargs(),
            "section": self.section,
            "questions": questions,
            "current": {
                row.question: row for row in rows.select_related("answered_by", "document").defer("document__content")
            },
            "previous": fact_finding.previous(self.object, visible) if lasting else {},
        }

    def _seen(self, keys) -> list[int]:
        sent = [self.request.POST.get(f"{key}_seen", "") for key in keys]
        return [int(one) for one in sent if one.isascii() and one.isdigit() and len(one) <= 18]

    def names_to_keep(self, form):
        """書き変えた問いを、その問いの欄ごと。"""
        changed = form.questions_of(super().names_to_keep(form))
        return [name for key in changed for name in form.names_of(key) if can_be_kept(form.fields[name])]

    def notes(self, form):
        changed = form.questions_of(super().names_to_keep(form))
        now = self._now(changed)
        for key in changed:
            answer = now.get(key)
            if answer is not None and str(answer.pk) != self.request.POST.get(f"{key}_seen", ""):
                yield (
                    f"「{worksheet.QUESTIONS[key].label}」は、画面を開いたあとに{answer.answered_by}が書き改めました。"
                    "保存すると、両方の答えを並べて見せます。"
                )

    def _now(self, keys) -> dict[str, WorksheetAnswer]:
        rows = self.object.worksheet_answers.current().filter(question__in=keys)
        return {row.question: row for row in rows.select_related("answered_by")}

    def restore(self, form, values):
        """戻した問いの答えを、控えたあとにほかの人が書き改めていれば、欄のそばに並べて見せる。"""
        seen = {name: pair for name, pair in values.items() if name.endswith("_seen")}
        super().restore(form, {name: pair for name, pair in values.items() if name not in seen})
        self.since.clear()
        for name, (was, _) in seen.items():
            key = name.removesuffix("_seen")
            now = form.current.get(key)
            if key in worksheet.QUESTIONS and (str(now.pk) if now else "") != (was or ""):
                form.conflicts[key] = now

    def operate(self, form):
        accepted = {key: self._accept(key, file) for key, file in form.documents_sent().items()}
        try:
            made = operations.answer(self.object, given=form.given(accepted), by=self.request.user, on=self.on)
        except operations.StaleAnswers as stale:
            form.conflicts = stale.conflicts
            raise
        return self.object, self._next(), self._told(made)

    def _told(self, made: list[WorksheetAnswer]) -> str:
        return (
            f"「{self.section.label}」の{len(made)}問を保存しました。" if made else "変わったところはありませんでした。"
        )

    def _accept(self, key: str, file):
        label = worksheet.QUESTIONS[key].label
        try:
            return documents.accept_upload(
                file=file, kind=f"調査書の根拠（{label}）"[:60], target=self.object, by=self.request.user, on=self.on
            )
        except ValidationError as problem:
            raise ValidationError({f"{key}_file": problem.messages}) from problem

    def _next(self) -> str:
        """次の節へ（「保存して次へ」）。なければ調査書へ戻る。"""
        if "next" in self.request.POST:
            place = self.sections.index(self.section)
            if place + 1 < len(self.sections):
                return reverse("loans:worksheet_section", args=[self.object.pk, self.sections[place + 1].key])
        return worksheet_url(self.object)

    def catch_up(self, form):
        """いまの答えを並べて見せ、同じ画面から送り直せば、自分の文に改まるようにする。"""
        form.data = form.data.copy()
        for key, now in form.conflicts.items():
            form.data[f"{key}_seen"] = "" if now is None else str(now.pk)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        place = self.sections.index(self.section)
        return context | {
            "section": self.section,
            "sections": self.sections,
            "is_last": place + 1 == len(self.sections),
            "may_see_papers": self.request.user.has_perm("documents.view_paper"),
        }


class Needs(WorksheetOperation):
    """要る運転資金を、要因・期間・額で書く。"""

    form_class = NeedsForm
    template_name = "loans/funds_needs.html"
    title = "運転資金の要因と額"
    submit_label = "記録する"

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "needs": list(self.object.funds_needs.select_related("cause"))}

    def operate(self, form):
        operations.state_needs(self.object, needs=form.needs, by=self.request.user, on=self.on)
        return self.object, worksheet_url(self.object) + "#needs", "運転資金の要因と額を記録しました。"


class _InterviewPage(WorksheetOperation):
    form_class = InterviewForm
    template_name = "loans/interview_form.html"

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "on": self.on}

    @cached_property
    def interview(self) -> Interview:
        return get_object_or_404(self.object.interviews, pk=self.kwargs["interview"])


class InterviewAdd(_InterviewPage):
    """面談を記録する。"""

    title = "面談を記録する"
    submit_label = "記録する"

    def version_of(self, obj) -> str:
        # 新しい記録を足すだけなので、ほかの人の記入とぶつからない。
        return ""

    def get_initial(self):
        member = self.object.member
        return {
            "held_on": self.on,
            "interviewee": f"{member.get_representative_title_display()} {member.representative}"[:60],
            "interviewer": self.request.user.name,
        }

    def operate(self, form):
        operations.record_interview(self.object, record=form.record, by=self.request.user, on=self.on)
        return self.object, worksheet_url(self.object) + "#interviews", "面談を記録しました。"


class InterviewEdit(_InterviewPage):
    """面談の記録を直す。"""

    title = "面談の記録を直す"
    submit_label = "直す"

    def get_initial(self):
        return {name: getattr(self.interview, name) for name in InterviewForm.FIELDS}

    def operate(self, form):
        operations.correct_interview(self.object, self.interview, record=form.record, by=self.request.user, on=self.on)
        return self.object, worksheet_url(self.object) + "#interviews", "面談の記録を直しました。"


class FollowUp(_InterviewPage):
    """面談であとで確かめるとしたことを、確かめた。"""

    form_class = FollowUpForm
    template_name = "loans/follow_up_form.html"
    title = "確かめたことを記録する"
    submit_label = "記録する"

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        kwargs.pop("on")
        return kwargs

    def version_of(self, obj) -> str:
        return ""

    def operate(self, form):
        operations.settle_follow_up(
            self.object, self.interview, outcome=form.cleaned_data["outcome"], by=self.request.user, on=self.on
        )
        return self.object, worksheet_url(self.object) + "#interviews", "確かめたことを記録しました。"

    def get_context_data(self, **kwargs):
        return super().get_context_data(interview=self.interview, **kwargs)


class Conclusion(WorksheetOperation):
    """事務局の所見。"""

    form_class = ConclusionForm
    template_name = "loans/investigation_form.html"
    title = "事務局の所見を書く"
    submit_label = "記録する"

    def get_initial(self):
        written = getattr(self.object, "investigation", None)
        return {"conclusion": written.conclusion} if written else {}

    def operate(self, form):
        operations.conclude(self.object, conclusion=form.cleaned_data["conclusion"], by=self.request.user, on=self.on)
        return self.object, worksheet_url(self.object), "事務局の所見を記録しました。"

    def get_context_data(self, **kwargs):
        return super().get_context_data(sheet=fact_finding.read(self.object), **kwargs)
