// The cards of the feed, in order. Those far from the current one are emptied to a single element.

const WHOLE_EACH_SIDE = 3;
const AHEAD = 4; // fewer cards than this to come: fetch more
const FEEDS = "filoscope-feeds";
const FEEDS_MAX = 3; // kept for the back button
const KEPT_BEFORE = 30; // of each, cards before the current one
const RETRY_MS = 4000;
const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });

export const countText = (count) => compact.format(count);

const keptFeeds = () => JSON.parse(sessionStorage.getItem(FEEDS) ?? "[]");

export class Shelf {
  #contents = new Map(); // card -> its HTML while it is emptied
  #isFetching = false;
  hasEnded = false;

  constructor(element) {
    this.element = element;
    this.cards = [...element.querySelectorAll("article.card")];
    this.more = this.#takeMore(element);
    element.replaceChildren(...(this.cards.length ? this.cards : element.children));
    this.cards.forEach(upgrade);
    if (!this.cards.length) this.#end();
  }

  /** Fill what is near `index`, empty what is far, fetch what is to come. */
  arrange(index) {
    this.cards.forEach((card, place) => {
      const isNear = Math.abs(place - index) <= WHOLE_EACH_SIDE;
      if (isNear) this.#fill(card);
      else this.#empty(card);
      if (isNear && place >= index) for (const image of card.querySelectorAll("img[loading]")) image.removeAttribute("loading");
    });
    if (this.cards.length - index <= AHEAD) this.fetchMore();
  }

  async fetchMore() {
    if (this.#isFetching || this.hasEnded) return;
    if (!this.more) return this.#end();
    this.#isFetching = true;
    try {
      const answer = await fetch(this.more, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok) throw new Error(`${answer.status} for ${this.more}`);
      this.#append(await answer.text());
    } catch {
      setTimeout(() => this.fetchMore(), RETRY_MS); // offline or restarting
    } finally {
      this.#isFetching = false;
    }
  }

  #append(html) {
    const fragment = new DOMParser().parseFromString(html, "text/html").body;
    const known = new Set(this.cards.map((card) => card.dataset.slug));
    this.more = this.#takeMore(fragment);
    const fresh = [...fragment.querySelectorAll("article.card")].filter((card) => !known.has(card.dataset.slug));
    fresh.forEach((card) => (upgrade(card), this.#empty(card)));
    this.cards.push(...fresh);
    this.element.append(...fresh);
    if (fresh.length) this.end = this.end?.remove();
    if (!this.more || !fresh.length) this.#end();
    this.element.dispatchEvent(new Event("grown"));
  }

  #end() {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.end ??= this.last ?? document.getElementById("end").content.firstElementChild.cloneNode(true);
    this.element.append(this.end);
    if (!this.end.matches(".break")) import("./waiting.js").then(({ lookLater }) => lookLater(this));
  }

  #takeMore(root) {
    this.last = root.querySelector(".end"); // a break card, which only the server decides on
    const link = root.querySelector("a.more");
    link?.remove();
    return link?.dataset.more;
  }

  #empty(card) {
    if (this.#contents.has(card) || card.video) return;
    this.#contents.set(card, card.innerHTML);
    card.replaceChildren();
  }

  #fill(card) {
    if (!this.#contents.has(card)) return;
    card.innerHTML = this.#contents.get(card);
    this.#contents.delete(card);
  }

  // ---- the back button and a reload ----

  /** Keep the cards from a little before `index` for when this page is opened again. */
  keep(id, index) {
    const from = Math.max(0, index - KEPT_BEFORE);
    const cards = this.cards.slice(from).map((card) => {
      const copy = card.cloneNode(!this.#contents.has(card));
      if (this.#contents.has(card)) copy.innerHTML = this.#contents.get(card);
      copy.removeAttribute("style"); // markup may carry none: Content-Security-Policy
      copy.querySelectorAll(".film, .controls, .burst").forEach((part) => part.remove());
      return copy.outerHTML;
    });
    const others = keptFeeds().filter((feed) => feed.id !== id).slice(1 - FEEDS_MAX);
    try {
      sessionStorage.setItem(FEEDS, JSON.stringify([...others, { id, cards, more: this.more, tab: this.element.dataset.tab }]));
    } catch {
      // No room: the address alone brings the clip back.
    }
  }

  /** Put the kept cards around the one the server has sent; return the place of `slug`, or 0. */
  restore(id, slug) {
    const kept = keptFeeds().find((feed) => feed.id === id);
    const sent = this.cards.find((card) => card.dataset.slug === slug);
    if (!kept || !sent) return 0;
    const parsed = new DOMParser().parseFromString(kept.cards.join(""), "text/html");
    this.cards = [...parsed.querySelectorAll("article.card")].map((card) => (card.dataset.slug === slug ? sent : card));
    this.cards.forEach((card) => {
      if (card === sent) return;
      upgrade(card);
      this.#empty(card);
    });
    const place = this.cards.indexOf(sent);
    const before = this.cards.slice(0, place);
    sent.before(...before);
    while (sent.nextSibling) sent.nextSibling.remove();
    this.element.append(...this.cards.slice(place + 1));
    this.hasEnded = false;
    this.more = kept.more;
    this.element.dataset.tab = kept.tab;
    return place;
  }
}

/** What the server sent for a page without script becomes what the feed needs. */
function upgrade(card) {
  card.querySelectorAll("noscript").forEach((part) => part.remove());
  for (const count of card.querySelectorAll("[data-count]")) count.textContent = countText(count.dataset.count);
  for (const link of card.querySelectorAll("a[data-act]")) link.setAttribute("role", "button");
  card.style.setProperty("--colour", card.dataset.colour || "#2a221c");
}
