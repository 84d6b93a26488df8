// Builds elements; whatever came from a paper becomes text, never markup.
"use strict";
app.el = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
};

app.swatch = (kind) => {
  const swatch = app.el("span", { class: kind === "paper" ? "swatch paper" : "swatch", "aria-hidden": "true" });
  swatch.style.setProperty("--color", `var(--${kind})`);
  return swatch;
};

app.link = (url, text) => {
  if (!/^https?:\/\//i.test(url)) return null;
  return app.el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text);
};

app.urlsIn = (text) => {
  const found = text.match(/\bhttps?:\/\/[^\s<>"'`{}|\\^]+/g) || [];
  return [...new Set(found.map((url) => url.replace(/[.,;:!?)\]]+$/, "")))];
};

app.save = (name, blob) => {
  const url = URL.createObjectURL(blob);
  app.el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
};
