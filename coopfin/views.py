"""ビューの土台: 権限つきの一覧・詳細・入力、ステップを踏むビュー、二度押し・古い画面の扱い。"""

from __future__ import annotations

from functools import cached_property

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.generic import FormView, View

from coopfin import reading
from coopfin.calc.yen import ImpossibleTerms
from coopfin.clock import business_date
from coopfin.flow import Flow, StepRefused, block
from coopfin.forms import OperationForm, ReasonForm
from coopfin.middleware import refuse_writes
from coopfin.models import UsedToken


def csrf_failure(request, reason=""):
    """合言葉（CSRF）が合わないとき。入力は失われていないので、戻って送り直せる。"""
    return render(request, "403_csrf.html", status=403)


class GuardedMixin(PermissionRequiredMixin):
    """権限の名前を必ず書かせる。見てよい案件かどうかは get_queryset / get_object が決める。"""

    raise_exception = True
    permission_required: str
    #: 権限の名によらず、守秘のもの（案件の名など）を見せる頁
    confidential = False

    @property
    def on(self):
        return business_date()

    def dispatch(self, request, *args, **kwargs):
        if not self.has_permission():
            return self.handle_no_permission()
        if self.confidential or any(map(reading.is_confidential, self.get_permission_required())):
            # 一覧や書出しも、守秘義務の誓約のない人には開かせない（H2.2-e）。
            reading.allow(request.user, self.on)
        return super().dispatch(request, *args, **kwargs)


class RememberReading:
    """開いた案件を閲覧の記録に残す。守秘義務の誓約のない人には開かせない。"""

    def remember(self, *objects):
        reading.allow(self.request.user, self.on)
        self.request.read_objects.extend(objects)


class OncePerToken:
    """二度押しを一度にする。合言葉が使い済みなら、一度目の結果へ案内する。"""

    def already_done(self, token: str):
        if not token:
            return None
        used = UsedToken.objects.filter(token=token[:40], by=self.request.user).first()
        return HttpResponseRedirect(used.result_url) if used else None

    def run_once(self, token: str, work):
        """work() を実行し、合言葉を使い済みにする。work は (結果, 行き先URL) を返す。一つの取引で行う。"""
        done = self.already_done(token)
        if done:
            return None, done
        try:
            with transaction.atomic():
                result, url = work()
                if token:
                    UsedToken.objects.create(token=token[:40], by=self.request.user, result_url=url)
        except IntegrityError:
            # 同じ合言葉がほぼ同時に二つ来た。もう一方が済ませている。
            done = self.already_done(token)
            if done:
                return None, done
            raise
        return result, HttpResponseRedirect(url)


#: 理由が書かれていないという断り（coopfin.flow）
MISSING_REASON = {"overrule", "reason"}


def add_refusal(form, refusal: StepRefused) -> None:
    """断られた理由を、フォームの上の文として見せる。理由の書き忘れは、理由の欄のそばに。"""
    for finding in refusal.findings:
        if finding.code in MISSING_REASON and "reason" in form.fields:
            form.add_error("reason", ValidationError(finding.text, code=finding.code))
            continue
        form.add_error(None, ValidationError(_sentence(finding), code=finding.code or "refused"))


def add_problems(form, error: ValidationError) -> None:
    """操作が受け付けなかった値。欄の名があればその欄のそばに、なければフォームの上に見せる。"""
    if not hasattr(error, "error_dict"):
        error = ValidationError({NON_FIELD_ERRORS: error.messages})
    for name, texts in error.message_dict.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


def _sentence(finding) -> str:
    source = f"（{finding.source}）" if finding.source else ""
    return f"{finding.text}{source}{' ' + finding.detail if finding.detail else ''}"


class OperationView(GuardedMixin, RememberReading, OncePerToken, FormView):
    """操作を一つ呼ぶ入力画面。検査 → 操作 → 一つの知らせ → 行き先。"""

    form_class = OperationForm
    template_name = "step_form.html"
    title = ""
    submit_label = "登録する"
    queryset = None

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.object = None

    def load(self):
        """対象を読む。見てはならない案件は 404 になるように絞る。"""
        if self.queryset is None:
            return None
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    def get_queryset(self):
        return self.queryset.all()

    def dispatch(self, request, *args, **kwargs):
        if not self.has_permission():
            return self.handle_no_permission()
        self.object = self.load()
        if self.object is not None:
            self.remember(self.object)
        return super().dispatch(request, *args, **kwargs)

    def version_of(self, obj) -> str:
        """画面を開いたときの版。"""
        return str(getattr(obj, "version", "")) if obj is not None else ""

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "version": self.version_of(self.object)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=self.title, submit_label=self.submit_label, object=self.object, back_url=self.back_url(), **kwargs
        )

    def back_url(self) -> str:
        return self.object.get_absolute_url() if self.object is not None else "/"

    def check_version(self, form):
        sent = form.cleaned_data.get("version", "")
        if sent and sent != self.version_of(self.object):
            raise StepRefused(
                self.title,
                [
                    block(
                        "この画面を開いたあとに、ほかの人が更新しました。最新の内容を確かめて、もう一度操作してください。"
                        "入力した内容はこの画面に残っています。",
                        "二重操作の防止",
                        code="stale",
                    )
                ],
            )

    def catch_up(self, form) -> None:
        """古い画面を断ったあと、最新の内容を見せ、入力を残したまま、同じ画面から送り直せるようにする。"""
        self.object = self.load()
        self.__dict__.pop("findings", None)
        form.data = form.data.copy()
        form.data["version"] = self.version_of(self.object)

    #: 各画面が書く: operate(form) → (結果, 行き先URL, 知らせの文)

    def form_valid(self, form):
        token = form.cleaned_data.get("token", "")
        notice = []

        def work():
            self.check_version(form)
            result, url, message = self.operate(form)
            notice.append(message)
            return result, url

        done = self.already_done(token)
        if done:
            return done
        try:
            _, response = self.run_once(token, work)
        except StepRefused as refusal:
            add_refusal(form, refusal)
            if any(finding.code == "stale" for finding in refusal.findings):
                self.catch_up(form)
            return self.form_invalid(form)
        except ValidationError as error:
            add_problems(form, error)
            return self.form_invalid(form)
        except ImpossibleTerms as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        for message in notice:
            messages.success(self.request, message)
        return response

    def form_invalid(self, form):
        # 一度目が済んだあとの同じ送信は「すでにあります」などと断られる。断る前に、一度目の結果へ案内する。
        done = self.already_done(self.request.POST.get("token", ""))
        if done:
            return done
        # ブラウザはファイルを持ち続けない。選び直さなければ写しが付かないことを、欄のそばで言う。
        for name in set(self.request.FILES) & set(form.fields) - set(form.errors):
            form.add_error(
                name, "ほかの欄に直すところがあったため、ファイルは受け取っていません。もう一度選んでください。"
            )
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class StepView(OperationView):
    """流れのステップを一つ踏む画面。残っていることを見せ、操作を呼ぶ。

    operation に操作を、notice に知らせの文を書けば足りる。欄が増えるときは operate を書き直す。
    """

    form_class = ReasonForm
    flow: Flow
    step_name: str
    operation = None
    notice = ""

    @property
    def step(self):
        return self.flow[self.step_name]

    @property
    def permission_required(self):
        return self.step.permission

    @property
    def title(self):
        return self.step.label

    @property
    def submit_label(self):
        return self.step.label

    def given(self) -> dict:
        """確認に渡す、この画面だけの値（契約日など）。"""
        return {}

    @cached_property
    def findings(self):
        return self.flow.findings(self.step, self.object, by=self.request.user, on=self.on, **self.given())

    def get_form(self, form_class=None):
        """理由の欄は、要るときだけ出す。断られて出し直す画面では、書いたものが消えないように残す。"""
        form = super().get_form(form_class)
        if "reason" in form.fields:
            field = form.fields["reason"]
            # form["reason"] を読むと見出しが固まるので、送られたものから読む。
            written = form.is_bound and form.data.get(form.add_prefix("reason"), "").strip()
            if self.step.needs_reason:
                field.required = True
            elif any(finding.blocks for finding in self.findings) and not written:
                # 進めないあいだは、承知のうえで進める理由を尋ねない。
                del form.fields["reason"]
            elif any(finding.warns for finding in self.findings):
                field.label = "注意を承知のうえで進める理由"
            elif not written:
                del form.fields["reason"]
        return form

    def operate(self, form):
        operation = type(self).operation
        operation(self.object, by=self.request.user, on=self.on, reason=form.cleaned_data.get("reason", ""))
        return self.object, self.success_url_for(self.object), self.notice or f"「{self.step.label}」を済ませました。"

    def success_url_for(self, obj) -> str:
        return obj.get_absolute_url()

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            step=self.step,
            findings=self.findings,
            blocked=any(f.blocks for f in self.findings),
            needs_overrule=any(f.warns for f in self.findings),
            **kwargs,
        )


class PlainView(GuardedMixin, View):
    """画面を持たない要求（ダウンロードなど）。"""


class ReadingPost(GuardedMixin, View):
    """送られた欄から計算して見せるだけの要求。書こうとすれば断る。"""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        with connection.execute_wrapper(refuse_writes):
            return self.answer(request, **kwargs)


def deny(message: str):
    """見てはならないものを断る。"""
    raise PermissionDenied(message)
