"""書いたものを失わない画面。打つそばから書きかけを控え、開き直せば戻す（ログインの時間切れ・閉じた窓・古い画面）。

同じ URL へ keep を付けて送られたら控え、discard なら捨てる。控えは書いた本人だけのもので、送って記録されれば消える。
"""

from __future__ import annotations

from functools import cached_property

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import render

from coopfin.models import KeptForm
from coopfin.operations import kept as operations

#: 画面が運ぶもの（書いたものではない）
CARRIED = frozenset({"version", "token"})
#: 丸ごと控えるときに、控えないもの
NOT_TYPED = frozenset({"csrfmiddlewaretoken", "keep", "writer"})


class KeepsWhatIsTyped:
    """OperationView に重ねる。"""

    @property
    def page(self) -> str:
        return self.request.path

    def post(self, request, *args, **kwargs):
        if "keep" in request.POST:
            return self.keep()
        if "discard" in request.POST:
            operations.forget(self.page, by=request.user)
            messages.success(request, "書きかけを捨てました。")
            return HttpResponseRedirect(request.get_full_path())
        return super().post(request, *args, **kwargs)

    # --- 控える ---
    def keep(self):
        # 控えるのは閲覧ではない。
        self.request.read_objects.clear()
        form, told = self.get_form(), {}
        if self.already_done(self.request.POST.get("token", "")):
            # 送信に追い越された控え。もう記録になっている。
            return render(self.request, "parts/kept_state.html", told)
        if self.request.POST.get("writer") != str(self.request.user.pk):
            told = {"stranger": True}
        elif values := self.values_to_keep(form):
            told = {"kept": operations.keep(self.page, values, by=self.request.user), "notes": self.notes(form)}
        else:
            operations.forget(self.page, by=self.request.user)
        return render(self.request, "parts/kept_state.html", told, status=409 if "stranger" in told else 200)

    def values_to_keep(self, form) -> dict:
        """欄の名 → 打たれた値と、いまの記録。"""
        return {name: [form[name].data, recorded(form, name)] for name in self.names_to_keep(form)}

    def names_to_keep(self, form) -> list[str]:
        """控える欄。記録されているものから変わった欄だけ（ファイルは控えられない）。"""
        return [name for name in form.changed_data if name not in CARRIED and can_be_kept(form.fields[name])]

    def notes(self, form) -> list[str]:
        """控えたときに知らせること。"""
        return []

    # --- 戻す ---
    @cached_property
    def kept(self) -> KeptForm | None:
        if self.request.method != "GET":
            return None
        return KeptForm.objects.filter(user=self.request.user, page=self.page).first()

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        if self.kept is not None:
            self.restore(form, self.kept.values)
        return form

    def restore(self, form, values: dict) -> None:
        """書きかけを欄に戻す。控えたあとに記録が改まっていれば、いまの記録を並べて見せる。"""
        for name, (typed, was) in values.items():
            if name in form.fields:
                if (now := recorded(form, name)) != was:
                    self.since.append((form.fields[name].label, now or "（空）"))
                form.initial[name] = typed

    @cached_property
    def since(self) -> list[tuple[str, str]]:
        """書いているあいだに改まった記録: 欄の名と、いまの記録。"""
        return []

    def catch_up(self, form) -> None:
        """古い画面を断ったあと、いまの記録と違う欄を並べて見せる。送り直せば、この画面のとおりに改まる。"""
        super().catch_up(form)
        self.since.extend(self.differences(super().get_form()))

    def differences(self, form) -> list[tuple[str, str]]:
        """書かれたものと違う、いまの記録。form は、読み直した記録から作ったもの。"""
        return [(form.fields[name].label, recorded(form, name) or "（空）") for name in self.names_to_keep(form)]

    def form_valid(self, form):
        response = super().form_valid(form)
        if response.status_code == 302:
            operations.forget(self.page, by=self.request.user)
        return response

    def get_context_data(self, **kwargs):
        return super().get_context_data(keeps=True, kept=self.kept, since=self.since, **kwargs)


class KeepsTheWholePage(KeepsWhatIsTyped):
    """明細の行のある画面。打たれたまま丸ごと控え、戻すときは、まだ足りないところも一緒に言う。"""

    @property
    def page(self) -> str:
        return self.request.get_full_path()[: KeptForm._meta.get_field("page").max_length]

    def values_to_keep(self, form) -> dict:
        if not self.has_typed(form):
            return {}
        return {name: given for name, given in self.request.POST.lists() if name not in NOT_TYPED}

    def has_typed(self, form) -> bool:
        return bool(self.names_to_keep(form))

    def get_form_kwargs(self):
        given = super().get_form_kwargs()
        if self.kept is not None:
            typed = QueryDict(mutable=True)
            for name, values in self.kept.values.items():
                typed.setlist(name, values)
            given["data"] = typed
        return given

    def restore(self, form, values: dict) -> None:
        form.full_clean()


def recorded(form, name: str) -> str:
    """いま記録されている値を、読む言葉で。"""
    field = form.fields[name]
    value = form.get_initial_for_field(field, name)
    if isinstance(value, models.Model):
        return str(value)
    value = field.prepare_value(value)
    chosen = {} if isinstance(field, forms.ModelChoiceField) else dict(getattr(field, "choices", ()))
    several = value if isinstance(value, list) else [value]
    return "・".join(str(chosen.get(one, one)) for one in several if one not in (None, False, ""))


def can_be_kept(field: forms.Field) -> bool:
    """打たれたままの値を控え、戻せる欄か。"""
    return not isinstance(field, forms.FileField) and not isinstance(field.widget, forms.MultiWidget)
