// 管理サイトの欄のうち、見出しだけで名前を持たないものに、読み上げの名前を付ける。
"use strict";
(() => {
  const words = (element) => element.textContent.replace(/[:：]\s*$/, "").trim();

  // 表の形の欄: 列の見出しを名前にする。
  const nameCells = (root) => root.querySelectorAll(".tabular td").forEach((cell) => {
    const heading = cell.closest("table").querySelectorAll("thead th")[cell.cellIndex];
    cell.querySelectorAll("input:not([type=hidden]), select, textarea").forEach((input) => {
      if (heading && !input.labels.length) input.setAttribute("aria-label", words(heading));
    });
  });

  // 探して選ぶ欄（Select2）: 元の欄の見出しを名前にする。選んだ値を見せるところは、入力の欄ではない。
  const nameChoosers = () => document.querySelectorAll("select.admin-autocomplete").forEach((select) => {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const box = select.parentElement.querySelector(".select2-selection");
    if (!label || !box) return;
    box.removeAttribute("aria-labelledby");
    box.setAttribute("aria-label", words(label));
    box.querySelectorAll(".select2-selection__rendered").forEach((shown) => {
      shown.removeAttribute("role");
      shown.removeAttribute("aria-readonly");
    });
  });

  window.addEventListener("load", () => {
    nameCells(document);
    // Select2 の欄は jQuery の「用意ができた」ときに作られるので、そのあとの番に並ぶ。
    if (window.django?.jQuery) window.django.jQuery(nameChoosers); else nameChoosers();
  });
  document.addEventListener("formset:added", () => nameCells(document));
})();
