"use strict";
// The search: every word has to be in a section, in any case; titles and headings count more.
(() => {
  const question = document.getElementById("question"), results = document.getElementById("results");
  const article = document.querySelector("article"), index = window.guideIndex || [];
  const escaped = text => text.replace(/[&<>"]/g, c => ({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}[c]));
  const marked = (text, words) => words.reduce((html, word) =>
    html.replace(new RegExp(escaped(word).replace(/[.*+?^${}()|[\]\\]/g, "\\$&") + "(?![^<]*>)", "gi"), "<mark>$&</mark>"),
    escaped(text));
  const excerpt = (text, words) => {
    const low = text.toLowerCase(), at = Math.max(0, Math.min(...words.map(w => {
      const i = low.indexOf(w); return i < 0 ? low.length : i; })) - 60);
    return (at ? "… " : "") + text.slice(at, at + 200) + (at + 200 < text.length ? " …" : "");
  };
  const find = words => index.map(section => {
    const title = section.title.toLowerCase(), heading = section.heading.toLowerCase(), text = section.text.toLowerCase();
    if (!words.every(w => title.includes(w) || heading.includes(w) || text.includes(w))) return null;
    if (!words.some(w => heading.includes(w) || text.includes(w))) return null;
    const score = words.reduce((sum, w) => sum + 20 * title.includes(w) + 8 * heading.includes(w)
      + Math.min(text.split(w).length - 1, 5), 0)
      + 30 * (words.length > 1 && (text.includes(words.join(" ")) || heading.includes(words.join(" "))));
    return {section, score};
  }).filter(Boolean).sort((a, b) => b.score - a.score).slice(0, 40);
  const show = () => {
    const words = question.value.toLowerCase().split(/\s+/).filter(Boolean);
    results.hidden = !words.length; article.hidden = !!words.length;
    if (!words.length) return;
    results.innerHTML = find(words).map(({section}) => {
      const head = section.title + (section.heading && section.heading !== section.title ? ": " + section.heading : "");
      const target = section.page + ".html?q=" + encodeURIComponent(question.value) + (section.anchor ? "#" + section.anchor : "");
      return `<a href="${target}"><b>${marked(head, words)}</b><span>${marked(excerpt(section.text, words), words)}</span></a>`;
    }).join("") || `<p>${results.dataset.none}</p>`;
  };
  question.addEventListener("input", show);
  question.addEventListener("keydown", event => {
    if (event.key === "Escape") { question.value = ""; show(); }
    if (event.key === "Enter") { const first = results.querySelector("a"); if (first) location.href = first.href; }
  });
  document.addEventListener("keydown", event => {
    if (event.key === "/" && document.activeElement !== question) { event.preventDefault(); question.focus(); }
  });
  // A page that a search led to shows its words.
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) {
    const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
    const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT), texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    for (const node of texts) {
      const html = marked(node.data, words);
      if (html.includes("<mark>")) {
        const span = document.createElement("span"); span.innerHTML = html; node.replaceWith(...span.childNodes);
      }
    }
  }
})();
