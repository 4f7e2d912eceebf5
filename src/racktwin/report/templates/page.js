// Draws the charts in the reader's colour scheme and filters the ledger. Everything it needs is in this page.
"use strict";
(function () {
  const palettes = JSON.parse(document.getElementById("palettes").textContent);
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const config = { displaylogo: false, responsive: true, modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] };

  function paint(value, palette) {
    if (typeof value === "string") {
      return value[0] === "$" && palette[value.slice(1)] ? palette[value.slice(1)] : value;
    }
    if (Array.isArray(value)) return value.map((item) => paint(item, palette));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, paint(item, palette)]));
    }
    return value;
  }

  function draw(palette) {
    for (const place of document.querySelectorAll(".plot")) {
      const painted = paint(figures[place.dataset.figure], palette);
      Plotly.react(place, painted.data, painted.layout, config);
    }
  }

  const drawForScreen = () => draw(palettes[dark.matches ? "dark" : "light"]);
  drawForScreen();
  dark.addEventListener("change", drawForScreen);
  window.addEventListener("beforeprint", () => {
    draw(palettes.light);
    for (const place of document.querySelectorAll(".plot")) Plotly.Plots.resize(place);
  });
  window.addEventListener("afterprint", drawForScreen);

  const ledger = document.getElementById("ledger");
  if (!ledger) return;
  const search = document.getElementById("ledger-search");
  const confidence = document.getElementById("ledger-confidence");
  const count = document.getElementById("ledger-count");
  const rows = Array.from(ledger.tBodies[0].rows, (row) => ({ row, text: row.textContent.toLowerCase() }));

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text } of rows) {
      const graded = !confidence.value || row.dataset.confidence === confidence.value;
      row.hidden = !(graded && words.every((word) => text.includes(word)));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = `${shown} of ${rows.length} shown`;
  }
  search.addEventListener("input", filter);
  confidence.addEventListener("change", filter);
  document.getElementById("ledger-filter").addEventListener("submit", (event) => event.preventDefault());
})();
