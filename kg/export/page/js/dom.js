// Making elements: whatever is shown goes in as text, and links lead to http and https only.

const dom = (function () {
  const SVG = "http://www.w3.org/2000/svg";
  const reduced = window.matchMedia("(prefers-reduced-motion: reduce)");

  function byId(id) {
    return document.getElementById(id);
  }

  /** An element with attributes (a function is a listener, false and null are left out) and children. */
  function el(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (typeof value === "function") made.addEventListener(name, value);
      else if (value !== null && value !== undefined && value !== false)
        made.setAttribute(name, value === true ? "" : value);
    }
    made.append(
      ...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false),
    );
    return made;
  }

  function button(text, onClick, attributes) {
    return el("button", { type: "button", click: onClick, ...attributes }, text);
  }

  function icon(name) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS(SVG, "use");
    use.setAttribute("href", "#icon-" + name);
    svg.append(use);
    return svg;
  }

  /** The address if it is an absolute one of http or https, else null. */
  function safeUrl(address) {
    try {
      const url = new URL(address);
      return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
    } catch {
      return null;
    }
  }

  /** A link out of the page, or the bare text where the address is none to follow. */
  function link(address, text) {
    const url = safeUrl(address);
    if (!url) return document.createTextNode(text);
    return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text);
  }

  /** A file for the reader to keep. */
  function download(name, content, type) {
    const blob = content instanceof Blob ? content : new Blob([content], { type: type + ";charset=utf-8" });
    const url = URL.createObjectURL(blob);
    el("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = el("textarea", { class: "unseen", readonly: true });
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    notice("Copied.");
  }

  let timer = 0;

  /** A line at the foot of the graph that goes away by itself. */
  function notice(text) {
    const line = byId("notice");
    line.textContent = text;
    line.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => (line.hidden = true), 5000);
  }

  function plural(count, one, many) {
    return `${count.toLocaleString("en")} ${count === 1 ? one : many || one + "s"}`;
  }

  function shortened(text, length) {
    const chars = Array.from(text);
    if (chars.length <= length) return text;
    const cut = chars.slice(0, length).join("");
    return cut.slice(0, Math.max(cut.lastIndexOf(" "), length * 0.6)).trimEnd() + "…";
  }

  return { byId, el, button, icon, safeUrl, link, download, copy, notice, plural, shortened, reduced };
})();
