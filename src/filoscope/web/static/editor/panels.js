// One tool at a time: a sheet from below on phones, a column beside the picture on wide screens.

export class Panels extends EventTarget {
  constructor(root) {
    super();
    this.root = root;
    this.shell = root.querySelector("[data-panels]");
    this.name = "";
    root.addEventListener("click", (event) => {
      const opener = event.target.closest("[data-panel-opens]");
      if (opener && !opener.disabled) this.open(opener.dataset.panelOpens === this.name ? "" : opener.dataset.panelOpens, opener);
      if (event.target.closest("[data-panel-closes]")) this.close();
    });
    this.shell.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
  }

  get(name) {
    return this.shell.querySelector(`[data-panel="${name}"]`);
  }

  open(name, opener = document.activeElement) {
    if (!name) return this.close();
    this.opener = opener;
    this.name = name;
    for (const panel of this.shell.children) panel.hidden = panel.dataset.panel !== name;
    this.shell.hidden = false;
    this.shell.scrollTop = 0;
    this.#mark();
    this.dispatchEvent(new CustomEvent("open", { detail: name }));
    this.get(name).querySelector("h2").focus({ preventScroll: true });
  }

  close() {
    if (!this.name) return;
    this.name = "";
    this.shell.hidden = true;
    this.#mark();
    if (this.opener?.isConnected) this.opener.focus({ preventScroll: true });
    this.dispatchEvent(new Event("close"));
  }

  #mark() {
    this.root.classList.toggle("panel-open", Boolean(this.name));
    for (const opener of this.root.querySelectorAll("[data-panel-opens]")) {
      opener.setAttribute("aria-expanded", String(opener.dataset.panelOpens === this.name));
    }
  }
}
