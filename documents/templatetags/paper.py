"""契約書の条の番号。条は有無が変わるので、番号は出た順に付く。"""

from __future__ import annotations

from django import template
from django.utils.html import format_html

register = template.Library()


@register.simple_tag(takes_context=True)
def article(context, title):
    """条の見出し。第1条（適用範囲）。"""
    return format_html("<h2>第{}条（{}）</h2>", next(context["article_numbers"]), title)


@register.simple_tag(takes_context=True)
def party_article(context, title, name):
    """条の見出しと、その番号を後の文で引くための名前。"""
    number = next(context["article_numbers"])
    context["article_named"][name] = f"第{number}条"
    return format_html("<h2>第{}条（{}）</h2>", number, title)
