/*
 * intents.js - what this browser means to buy: one key a purchase, kept across reloads and tabs.
 *
 * The server sells once for a key, however often it is asked (docs/API.md). So the key is made when
 * the page is first opened, long before the button is pressed, and lives in localStorage: a double
 * click, a reload, the back button and a second tab all find the same one. It is given up in two
 * cases only: the server refused, and every try was answered, so that no order can be behind it; or
 * its order has ended and the buyer starts anew.
 *
 *   fresh --claim--> sent --ordered--> ordered --renew--> fresh
 *                     |--refused (every try was answered)--> fresh
 *
 * An item that is sold by draw refuses all who ask before it; that the user takes part is kept
 * beside the key (`part`), until what came of it was heard.
 *
 * A claim is made under a lock that all tabs share, where the browser has one (it hides it from
 * pages that came over plain HTTP from elsewhere). Only then may a first try be called the first:
 * the node need not look up a key that was never sent.
 */
const RESUME_MS = 10 * 60 * 1000; // an order that nobody saw has expired by then, or soon will
const PAST = 5;

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return "web-" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Intents {
  // `user` is "" for nobody in particular.
  constructor(item, user, storage = localStorage) {
    this.name = `penstock:intent:${item}:${user}`;
    this.storage = storage;
  }

  // The intent as it stands; made if there is none.
  load() {
    try {
      const found = JSON.parse(this.storage.getItem(this.name));
      if (found && typeof found.key === "string") return found;
    } catch {
      // Somebody else's text: as good as none.
    }
    return this.save({ key: newKey(), state: "fresh", units: 1, past: [] });
  }

  save(intent) {
    this.storage.setItem(this.name, JSON.stringify(intent));
    return intent;
  }

  // {intent, isFresh, first}: what to ask for, whether nobody asked with this key so far, and
  // whether that may be said to the server. Units are the first claim's while it is unresolved.
  async claim(units) {
    if (!navigator.locks) return this.take(units, false);
    return navigator.locks.request(this.name, () => this.take(units, true));
  }

  take(units, isLocked) {
    const intent = this.load();
    if (intent.state !== "fresh") return { intent, isFresh: false, first: false };
    this.save({ ...intent, state: "sent", units, sentAt: Date.now() });
    return { intent: this.load(), isFresh: true, first: isLocked };
  }

  // The key has an order. If another tab has given the key up meanwhile, its order is kept all the
  // same: in its place if that is free, else among the earlier ones.
  ordered(key, order) {
    const intent = this.load();
    if (intent.key === key || intent.state === "fresh") {
      return this.save({ ...intent, key, state: "ordered", order });
    }
    if (intent.order === order) return intent;
    return this.save({ ...intent, past: [{ order }, ...intent.past].slice(0, PAST) });
  }

  // The server said no, and no try is without an answer.
  refused(key) {
    const intent = this.load();
    return intent.key === key && intent.state === "sent" ? this.renew() : intent;
  }

  // The user takes part in the draw with this commitment, and is to be told of it.
  entered(part) {
    return this.save({ ...this.load(), part });
  }

  // The next purchase: another key. An order that was had is remembered.
  renew(state) {
    const { order, past = [], part } = this.load();
    const kept = order ? [{ order, state }, ...past].slice(0, PAST) : past;
    return this.save({ key: newKey(), state: "fresh", units: 1, past: kept, part });
  }

  // A purchase was under way when the page went, and not long ago.
  isUnresolved() {
    const { state, sentAt } = this.load();
    return state === "sent" && Date.now() - sentAt < RESUME_MS;
  }
}
