/*
 * monitor.js - what the operator's page knows: looks at /status, their history, and what was told.
 *
 * A look is taken once a second while the page is seen. One that is no newer than the last is none.
 * `monitor.state` is all there is to draw:
 *
 *   look      the newest, as /status told it        recent   compared with ten seconds ago
 *   history   columns for the charts, by time       newsAt   when the newest came (performance.now)
 *   fault     why the last question had no answer   told     what an action answered
 *
 * The operator's token is kept in sessionStorage: it ends with the tab.
 */
import { ask, bearer } from "../assets/ask.js";
import { Poller } from "../assets/poller.js";
import { untilClosed } from "../assets/storage.js";
import { compare, steady } from "./rates.js";

const LOOKS_KEPT = 600;
const RECENT_MS = 10000;
const STALE_MS = 3500;
const PRINTABLE = /^[ -~]+$/;
const TOKEN = "penstock:operator";

export class Monitor {
  constructor(changed) {
    this.changed = changed;
    this.looks = [];
    this.columns = [];
    this.poller = new Poller(1000, () => this.ask(), { drift: 0 });
    this.state = { look: null, recent: null, columns: this.columns, newsAt: 0, fault: "",
                   item: "", told: null, doing: "", asking: "",
                   token: untilClosed.getItem(TOKEN) || "" };
  }

  start() {
    this.startedAt = performance.now();
    this.poller.start();
  }

  tell(change) {
    Object.assign(this.state, change);
    this.changed();
  }

  // nginx keeps an answer for one to two seconds. One that is known already is asked for past it.
  async ask() {
    const before = this.looks.at(-1)?.asOf;
    await this.askOnce("/status");
    if (before && before === this.looks.at(-1).asOf) await this.askOnce("/status?fresh=1");
  }

  async askOnce(path) {
    const { status, data, reason } = await ask("GET", path);
    if (!Array.isArray(data.nodes)) return this.tell({ fault: reason || `HTTP ${status}` });
    this.take(data);
    return this.tell({ fault: status === 200 ? "" : reason || "REDIS_AWAY" });
  }

  take(told) {
    const last = this.looks.at(-1);
    if (last && told.asOf <= last.asOf) return;
    const look = steady(told, last);
    if (last) this.record(look, last);
    this.looks.push(look);
    this.looks = this.looks.slice(-LOOKS_KEPT);
    const since = this.looks.find((one) => one.asOf >= look.asOf - RECENT_MS);
    this.tell({ look, recent: compare(look, since === look && last ? last : since),
                newsAt: performance.now(), item: this.chosen(look) });
  }

  // A point of every chart: rates of the second that ended with this look.
  record(look, last) {
    this.columns.push({ at: look.asOf / 1000, items: look.items, ...compare(look, last) });
    if (this.columns.length > LOOKS_KEPT) this.columns.shift();
  }

  // The item that is shown: the one chosen, whatever comes, else the first that is on sale. It
  // never changes by itself, for a command may be about to be given.
  chosen(look) {
    if (this.state.item) return this.state.item;
    const open = look.items.find(({ state }) => state === "open");
    return (open || look.items[0])?.item || "";
  }

  // How long nothing new was heard, in ms; 0 while that is usual.
  staleMs() {
    const silence = performance.now() - (this.state.newsAt || this.startedAt);
    return silence > STALE_MS ? silence : 0;
  }

  // -- what the operator does --------------------------------------------------------------------

  // What no header can carry is no token: a command with it would fail before it was sent.
  signIn(text) {
    const token = text.trim();
    if (!PRINTABLE.test(token)) return this.tell({ told: { reason: "BAD_TOKEN" } });
    untilClosed.setItem(TOKEN, token);
    return this.tell({ token, told: null });
  }

  signOut() {
    untilClosed.removeItem(TOKEN);
    this.tell({ token: "", told: null, asking: "" });
  }

  // Asked once, never again by itself: a restock that was not heard of may have happened.
  async act(verb, units) {
    if (this.state.doing) return;
    const { item, token } = this.state;
    this.tell({ doing: verb, told: null, asking: "" });
    const { data, reason } = await ask("POST", `/admin/items/${item}`, {
      headers: bearer(token), body: units ? { do: verb, units } : { do: verb },
    });
    if (reason === "BAD_TOKEN" || reason === "NO_TOKEN") this.signOut();
    this.tell({ doing: "", told: { verb, item, reason, isDone: data.code === 1, data } });
    this.poller.plan();
  }
}
