// coopfin の小さな手助け。なくても全部の仕事はできる（送信・計算・検査はサーバーがする）。
"use strict";
(() => {
  const each = (selector, act, root = document) => root.querySelectorAll(selector).forEach(act);
  const typing = (el) => el.closest("input, textarea, select, [contenteditable]");

  // 「/」で検索へ。
  document.addEventListener("keydown", (event) => {
    if (!["/", "／"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.isComposing || typing(event.target)) return;
    const search = document.getElementById("global-search");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  });

  // Ctrl＋Enter で、書いている欄の画面を保存する。
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    const form = event.target.form;
    if (!form || !form.hasAttribute("data-unsaved")) return;
    event.preventDefault();
    const button = form.querySelector("button[type=submit]:not(:disabled, [formtarget])");
    if (button) form.requestSubmit(button);
  });

  // 一度だけ送る。戻ってきたとき（pageshow）は、また押せるようにする。
  // 画面を離れない送信（ファイルの受け取りなど）は data-resubmit を付ける。
  const buttons = (form) => [...form.elements].filter((el) => el.type === "submit");
  document.addEventListener("submit", (event) => {
    const form = event.target;
    // 「method」や「id」という名の欄があっても間違えないよう、属性を読む。
    if ((form.getAttribute("method") || "").toLowerCase() !== "post") return;
    if (form.hasAttribute("data-resubmit") || form.hasAttribute("hx-post")) return;
    // 見本を別の窓で見るボタンは、この画面を離れない。
    if (event.submitter?.formTarget === "_blank") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    delete form.dataset.dirty;
    // 押したボタンの名前と値が送られてから閉じる。
    setTimeout(() => buttons(form).forEach((el) => { if (!el.disabled) { el.disabled = true; el.dataset.reopen = "yes"; } }));
  });
  window.addEventListener("pageshow", () => {
    each("form[data-sent]", (form) => { delete form.dataset.sent; });
    each("[data-reopen]", (el) => { el.disabled = false; delete el.dataset.reopen; });
  });

  // 書きかけの警告（form に data-unsaved）。
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.hasAttribute("data-unsaved")) form.dataset.dirty = "yes";
  });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-dirty]")) event.preventDefault();
  });

  // 書きかけを控える（data-kept の箱。送るのは htmx）。控えられたら、離れても失わない。
  const LOST = "書きかけを控えられませんでした。ログインの時間が切れたか、通信が途切れています。"
    + "この画面を閉じずに、新しい窓でログインし直してから、続きを打ってください。";
  const keptBox = (event) => (event.detail.elt?.hasAttribute?.("data-kept") ? event.detail.elt : null);
  const csrf = () => /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  const lose = (box) => {
    box.closest("form").dataset.dirty = "yes";
    const told = document.createElement("p");
    told.className = "bad";
    told.textContent = LOST;
    box.replaceChildren(told);
  };
  // ログインし直すと合言葉が替わる。控えるときは、いまのもので送る（書いた人が替われば、サーバーが断る）。
  document.addEventListener("htmx:configRequest", (event) => {
    if (keptBox(event) && csrf()) event.detail.parameters.csrfmiddlewaretoken = csrf();
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const box = keptBox(event);
    if (!box) return;
    if (box.closest("form").dataset.sent) event.preventDefault(); else delete box.closest("form").dataset.dirty;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const box = keptBox(event);
    if (!box) return;
    const { xhr } = event.detail;
    const here = new URL(xhr.responseURL).pathname === new URL(box.getAttribute("hx-post"), location.href).pathname;
    event.detail.shouldSwap = here && [200, 409].includes(xhr.status);
    if (!event.detail.shouldSwap) { lose(box); return; }
    if (xhr.status === 409) { box.closest("form").dataset.dirty = "yes"; return; }
    // 同じ人がログインし直していた。送るときの合言葉も、いまのものにする。
    const mark = box.closest("form").querySelector("[name=csrfmiddlewaretoken]");
    if (mark && csrf()) mark.value = csrf();
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => { if (keptBox(event)) lose(keptBox(event)); });
  }
  // 閉じる・移るときに、まだ控えていないものを送っておく。
  window.addEventListener("pagehide", () => {
    each("form[data-dirty] [data-kept]", (box) => {
      const given = new FormData(box.closest("form"));
      for (const [name, value] of [...given]) if (value instanceof File) given.delete(name);
      given.set("keep", "1");
      given.set("writer", box.dataset.writer);
      if (csrf()) given.set("csrfmiddlewaretoken", csrf());
      navigator.sendBeacon(box.getAttribute("hx-post"), given);
    });
  });

  // 入力の読み取りを欄のそばに見せる（data-echo="yen" / "date"）。決めるのはサーバー。
  const half = (text) => text.normalize("NFKC").trim();
  const UNREADABLE = "読めない書き方です";
  // サーバーの読み方（words.parse_amount）と同じ: 兆・億・万で区切り、その中の 千・百 を読む（1億2千万、2千5百、1.5億）。
  // 下の桁が上の桁に届くもの（1億20000万）や、円未満の端数は読まない。
  const NUMBER = "(?:\\d{1,3}(?:,\\d{3})+|\\d+)(?:\\.\\d+)?";
  const SECTION = new RegExp(`^(?:(${NUMBER})千)?(?:(${NUMBER})百)?(${NUMBER})?$`);
  const addUp = (parts) => {
    let [total, ceiling] = [0, Infinity];
    for (const [value, size] of parts) {
      if (value === undefined) continue;
      if (!(value * size < ceiling)) return NaN;
      [total, ceiling] = [total + value * size, size];
    }
    return total;
  };
  const section = (part, bare) => {
    const found = SECTION.exec(part);
    if (!part || !found || (bare && (found[3] || "").includes("."))) return NaN;
    return addUp([1000, 100, 1].map((size, place) => {
      const figures = found[place + 1];
      return [figures === undefined ? undefined : Number(figures.replaceAll(",", "")), size];
    }));
  };
  const readYen = (raw) => {
    const text = half(raw).replace(/([億万千百兆¥\\])\s+|\s+(?=[兆億万千百円])/g, "$1").replace(/^[¥\\]|円$/g, "");
    if (!text) return "";
    const parts = [];
    let rest = text;
    for (const [unit, size] of [["兆", 1e12], ["億", 1e8], ["万", 1e4]]) {
      const place = rest.indexOf(unit);
      if (place < 0) continue;
      parts.push([section(rest.slice(0, place), false), size]);
      rest = rest.slice(place + 1);
    }
    if (rest) parts.push([section(rest, true), 1]);
    // 1.005億 のような小数も、円の整数に戻してから確かめる。
    const amount = Number(addUp(parts).toPrecision(15));
    return Number.isSafeInteger(amount) ? `${amount.toLocaleString("ja-JP")}円` : UNREADABLE;
  };
  const eras = { R: 2018, 令和: 2018, H: 1988, 平成: 1988, S: 1925, 昭和: 1925, T: 1911, 大正: 1911, M: 1867, 明治: 1867 };
  const readDate = (raw) => {
    const text = half(raw).replace(/\s/g, "").toUpperCase().replace("元年", "1年").replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3");
    const match = /^(令和|平成|昭和|大正|明治|[RHSTM])?(\d{1,4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(text);
    if (!match || (!match[1] && match[2].length !== 4)) return "";
    const [year, month, day] = [Number(match[2]) + (match[1] ? eras[match[1]] : 0), Number(match[3]), Number(match[4])];
    const date = new Date(Date.UTC(year, month - 1, day));
    if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return "暦にない日付です";
    return `${year}年${month}月${day}日（${"日月火水木金土"[date.getUTCDay()]}）`;
  };
  const echo = (input) => {
    let place = input.parentElement.querySelector(".echo");
    if (!place) {
      place = document.createElement("div");
      place.className = "form-text echo";
      place.setAttribute("aria-live", "polite");
      input.after(place);
    }
    // 負の額を書いてよい欄では、△ ▲ - を除いて読み、印を戻す。
    const minus = input.dataset.signed && /^\s*[△▲−－-]/.test(input.value);
    const value = minus ? input.value.replace(/^\s*[△▲−－-]/, "") : input.value;
    const read = (input.dataset.echo === "yen" ? readYen : readDate)(value);
    const text = minus && read && read !== UNREADABLE ? `△${read}` : read;
    place.textContent = text;
    place.classList.toggle("bad", text.startsWith("暦にない") || text === UNREADABLE);
  };
  document.addEventListener("input", (event) => { if (event.target.dataset.echo) echo(event.target); });

  // 入力に合わせた試算: <form data-preview-url="…" data-preview-target="#…">。
  // 結果の箱の側に htmx の印を付けるので、送信ボタンの働きは変わらない。
  const preview = (form) => {
    const target = document.querySelector(form.dataset.previewTarget || "[data-preview]");
    if (!target || !window.htmx || target.hasAttribute("hx-post")) return;
    if (!form.getAttribute("id")) form.setAttribute("id", "preview-source");
    const source = `#${form.getAttribute("id")}`;
    const marks = {
      "data-preview": "", "hx-post": form.dataset.previewUrl, "hx-include": source, "hx-sync": "this:replace",
      "hx-trigger": `load, input from:${source} delay:300ms, change from:${source} delay:300ms`,
    };
    Object.entries(marks).forEach(([name, value]) => target.setAttribute(name, value));
    window.htmx.process(target);
  };

  // 明細の行を足す・外す（Django のフォームセット）。
  const addRow = (set) => {
    const total = set.querySelector("[name$='-TOTAL_FORMS']");
    const rows = set.querySelector("[data-formset-rows]");
    const markup = set.querySelector("template").innerHTML.replaceAll("__prefix__", total.value);
    rows.insertAdjacentHTML("beforeend", markup);
    total.value = Number(total.value) + 1;
    const row = rows.lastElementChild;
    prepare(row);
    const first = row.querySelector("input:not([type=hidden]), select, textarea");
    if (first) first.focus();
  };
  const removeRow = (row) => {
    const mark = row.querySelector("[name$='-DELETE']");
    const form = row.closest("form");
    if (mark) { mark.checked = true; mark.value = "on"; row.hidden = true; } else { row.remove(); }
    if (form) form.dispatchEvent(new Event("change", { bubbles: true }));
  };

  // 行のどこを押しても開く。リンク・ボタン・文字の選択は横取りしない。
  const openRow = (event) => {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.target.closest("a, button, input, select, textarea, label, summary")) return;
    if (String(window.getSelection())) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.href); else window.location.assign(row.dataset.href);
  };

  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-formset-add]");
    const remove = event.target.closest("[data-formset-remove]");
    if (add) addRow(add.closest("[data-formset]"));
    else if (remove) removeRow(remove.closest("[data-formset-row]"));
    else if (event.target.closest("[data-print]")) window.print();
    else openRow(event);
  });

  // 選んだらすぐ送る（並べ替え・期間の切り替えなど）。
  document.addEventListener("change", (event) => {
    if (event.target.hasAttribute("data-autosubmit")) event.target.form.requestSubmit();
  });

  // ファイルを選ぶボタン（data-choose に入力欄の id）と、上に落とせる所（data-drop に送る form の id）。
  // 手助けがなければ、ボタンはファイルを付けるページへ行く。
  document.addEventListener("click", (event) => {
    const chooser = event.target.closest("[data-choose]");
    if (chooser) { event.preventDefault(); document.getElementById(chooser.dataset.choose).click(); }
  });
  const dropArea = (event) => (event.dataTransfer?.types.includes("Files") ? event.target.closest("[data-drop]") : null);
  for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    document.addEventListener(name, (event) => {
      const area = dropArea(event);
      if (!area) return;
      if (name !== "dragleave") event.preventDefault();
      area.classList.toggle("over", over);
      if (name !== "drop") return;
      const form = document.getElementById(area.dataset.drop);
      form.querySelector("input[type=file]").files = event.dataTransfer.files;
      form.requestSubmit();
    });
  }

  // 横に送れる表だけを、キーボードでも送れるようにする。
  const scrollers = () => each(".table-scroll", (box) => {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0; else box.removeAttribute("tabindex");
  });
  function prepare(root) {
    // サーバーが誤りを言っている欄には、打ち直すまで重ねて言わない。
    each("[data-echo]:not(.is-invalid)", (input) => { if (input.value) echo(input); }, root);
    each("form[data-preview-url]", preview, root);
    scrollers();
  }
  document.addEventListener("toggle", scrollers, true);
  document.addEventListener("htmx:afterSettle", (event) => prepare(event.target));
  document.addEventListener("DOMContentLoaded", () => {
    prepare(document);
    new ResizeObserver(scrollers).observe(document.body);
    // メニューが画面より長いときも、いまいる所が見えるように。
    const here = document.querySelector(".side-inner .item[aria-current]"), side = here && here.closest(".side-inner");
    if (side && here.offsetTop + here.offsetHeight > side.clientHeight) side.scrollTop = here.offsetTop - side.clientHeight / 2;
    const errors = document.querySelector("[data-focus]");
    if (errors) errors.focus();
  });
})();
