/*
 * intents.js - what this browser means to buy: one key a purchase, kept across reloads and tabs.
 *
 * The server sells once for a key, however often it is asked (docs/API.md). So the key is made when
 * the page is first opened, long before the button is pressed, and is kept by the browser: a double
 * click, a reload, the back button and a second tab all find the same one. It is given up in two
 * cases only: the server refused, and no earlier try can still be under way, so that no order can
 * be behind it; or its order has ended and the buyer starts anew.
 *
 *   fresh --claim--> sent --ordered--> ordered --renew--> fresh
 *                     |--refused (all earlier tries answered, or long ago)--> fresh
 *
 * `doubtAt` is when the last try that has no answer was sent, 0 if there is none; it is written
 * before the try is sent, so a reload finds it. A try is decided within 13 s, whatever dies
 * (docs/RELIABILITY.md, H10): a refusal of one that was sent 20 s later is the last word.
 *
 * An item that is sold by draw refuses all who ask before it; that the user takes part is kept
 * beside the key (`part`), until what came of it was heard.
 *
 * A claim is made under a lock that all tabs share, where the browser has one (it hides it from
 * pages that came over plain HTTP from elsewhere). Only then may a first try be called the first:
 * the node need not look up a key that was never sent.
 */
import { lasting } from "../assets/storage.js";

const RESUME_MS = 10 * 60 * 1000; // an order that nobody saw has expired by then, or soon will
const DOUBT_MS = 20 * 1000;
const PAST = 5;

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return "web-" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Intents {
  // `user` is "" for nobody in particular.
  constructor(item, user, storage = lasting) {
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

  // {intent, attempt, first}: what to ask for, the try that is now to be sent, and whether it may
  // be called the first to the server. Units are the first claim's while it is unresolved.
  async claim(units) {
    if (!navigator.locks) return this.take(units, false);
    return navigator.locks.request(this.name, () => this.take(units, true));
  }

  take(units, isLocked) {
    const intent = this.load();
    const isFresh = intent.state === "fresh";
    if (isFresh) this.save({ ...intent, state: "sent", units, sentAt: Date.now(), doubtAt: 0 });
    const attempt = this.attempt(intent.key);
    return { intent: this.load(), attempt, first: isFresh && isLocked };
  }

  // A try with this key is about to be sent: {at, before}, when, and the doubt that there was.
  attempt(key) {
    const intent = this.load();
    const at = Date.now();
    if (intent.key !== key || intent.state !== "sent") return { at, before: at };
    const before = Math.min(at, intent.doubtAt ?? intent.sentAt); // the date may have been set back
    this.save({ ...intent, doubtAt: at });
    return { at, before };
  }

  // It has a definite answer. What another tab has sent after it stays in doubt.
  answered(key, { at, before }) {
    const intent = this.load();
    if (intent.key === key && intent.doubtAt === at) this.save({ ...intent, doubtAt: before });
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

  // The server said no to this try.
  refused(key, { at, before }) {
    const intent = this.load();
    const isInDoubt = before > 0 && at - before < DOUBT_MS;
    return intent.key === key && intent.state === "sent" && !isInDoubt ? this.renew() : intent;
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
