"""書類の条文。番号と文言は documents.wording が組み立てる。"""

from __future__ import annotations

from django import template
from django.template.loader import render_to_string

from documents import form_registry

register = template.Library()


@register.simple_tag(takes_context=True)
def wording(context):
    """前文・条文・後文。書類の様式（paper）の、この値（it）での文言。"""
    it = context["it"]
    return render_to_string("print/wording.html", {"it": it, "composed": form_registry.composed(context["paper"], it)})
