/*
 * shop.js - what the sale page knows and does; no drawing.
 *
 * `shop.state` is all there is to draw; every change calls `changed`. What is asked:
 *
 *   GET /time            the clock, three times at first, then now and then
 *   GET /stock/{item}    once a second, with the rules of the sale if there are any
 *   GET /orders/{n}      once a second while the order is held
 *   POST /buy/{item}     when told to, again with the same key as long as the answer says so; and
 *                        once by itself, when a draw was held in which the user takes part
 *
 * A try without a definite answer (UNKNOWN, or nothing came back) leaves the intent as it is, so
 * whatever asks next asks with the same key.
 */
import { ask, bearer, pause } from "../assets/ask.js";
import { Clock } from "../assets/clock.js";
import { Poller } from "../assets/poller.js";
import { Intents } from "./intents.js";
import { isDrawn, isGivenOut, phaseOf } from "./phase.js";
import { Visitor } from "./visitor.js";

const PATIENCE_MS = { definite: 20000, unknown: 90000 };
const WAIT_MAX_MS = 5000;
const UNKNOWN = new Set(["UNKNOWN", "NO_ANSWER"]);
const AGAIN = new Set([...UNKNOWN, "BUSY", "BACKLOG", "TOO_FAST"]);
const HEARD = new Set(["ACCEPTED", "REPEATED", "NOT_DRAWN"]); // what came of a draw
const OPEN = new Set(["open", "draw"]);
const CLOSED = new Set(["SOLD_OUT", "HELD", "PAUSED", "NOT_STARTED"]);
const ENDED = new Set(["paid", "expired", "cancelled", "refunded"]);

export class Shop {
  constructor(item, changed) {
    this.item = item;
    this.changed = changed;
    this.clock = new Clock();
    this.visitor = new Visitor();
    this.state = { item, stock: null, stockFault: "", order: null, doing: "", tries: 0,
                   notice: null, reserved: null, trialPay: true };
    this.isReservationRead = false;
    this.know();
  }

  start() {
    window.addEventListener("storage", () => this.know());
    window.addEventListener("pageshow", () => this.know());
    this.stockPoller = new Poller(1000, () => this.lookAtStock()).start();
    this.orderPoller = new Poller(1000, () => this.lookAtOrder()).start();
    this.clockPoller = new Poller(30000, () => this.setClock()).start();
    if (this.intents.isUnresolved()) this.buy(this.intents.load().units);
  }

  tell(change) {
    Object.assign(this.state, change);
    this.changed();
  }

  // What this browser keeps, as it stands now; another tab may have changed it.
  know() {
    this.visitor.read();
    this.intents = new Intents(this.item, this.visitor.user());
    const intent = this.intents.load();
    const order = this.state.order;
    const isOther = !order || order.orderId !== intent.order;
    this.tell({ intent, user: this.visitor.named(),
                ...(isOther ? { order: null, giving: false } : {}) });
    if (intent.order && isOther) this.orderPoller?.plan();
  }

  isEnded() {
    return this.state.order !== null && ENDED.has(this.state.order.state);
  }

  async setClock() {
    for (let i = this.clock.isSet() ? 2 : 0; i < 3; i++) await this.clock.sample();
    this.changed();
  }

  async lookAtStock() {
    const before = this.state.stock;
    const { status, data, reason } = await ask("GET", `/stock/${this.item}`);
    if (status === 200) this.tell({ stock: data, stockFault: "" });
    else this.tell({ stock: status === 404 ? null : this.state.stock,
                     stockFault: status === 404 ? "NO_ITEM" : reason || "BUSY" });
    this.lookAtPhase();
    if (this.takesReservations() && !this.isReservationRead && !this.needsName()) {
      this.isReservationRead = true;
      await this.talkOfReservation("GET");
    }
    this.lookAtDraw(before);
  }

  // When the sale opens, or opens again, a refusal that said it was closed is not true any more.
  lookAtPhase() {
    const phase = phaseOf(this.state.stock, this.clock.now());
    const opens = OPEN.has(phase) && this.phase && !OPEN.has(this.phase);
    this.phase = phase;
    if (opens && CLOSED.has(this.state.notice?.reason)) this.tell({ notice: null });
  }

  async lookAtOrder() {
    const number = this.state.intent.order;
    if (!number || this.isEnded()) return;
    const { status, data, reason } = await ask("GET", `/orders/${number}`);
    if (number !== this.state.intent.order) return;
    if (status === 200) this.tell({ order: data.data });
    else if (reason === "NO_ORDER") this.tell({ order: { orderId: number, state: "gone" } });
  }

  // -- buying ----------------------------------------------------------------------------------

  async buy(units) {
    if (this.state.doing) return;
    this.tell({ doing: "buy", tries: 0, notice: null });
    const claim = await this.intents.claim(units);
    const answer = claim.intent.order ? null : await this.askToBuy(claim);
    this.know();
    if (answer?.data.code === 1) {
      this.tell({ order: { state: "held", progress: "accepted", units: claim.intent.units,
                           ...answer.data.data } });
    }
    this.tell({ doing: "", notice: answer && this.judged(answer) });
    this.orderPoller?.plan();
    this.stockPoller?.plan();
  }

  // Has this user entered the draw by which the item is sold, and not heard yet what came of it?
  takesPart() {
    return isDrawn(this.state.stock) && this.state.intent.part === this.commitment();
  }

  commitment() {
    return this.state.stock?.rules?.drawCommit || "";
  }

  // Asks once for each user and draw, not before all units are given out: who asks while they are
  // would hear NOT_DRAWN of a unit that is on its way.
  lookAtDraw(before) {
    const { stock, intent, doing } = this.state;
    if (!this.takesPart() || intent.order || doing || this.needsName()) return;
    const draw = this.intents.name + this.commitment();
    if (!isGivenOut(stock, before) || this.looked === draw) return;
    this.looked = draw;
    this.buy(1);
  }

  // Where a draw decides nothing is called a first try: that word lets a node answer without a
  // look at Redis, which alone knows who takes part and who has won.
  async askToBuy({ intent: { key, units }, attempt: claimed, first: isFirstClaim }) {
    const first = isFirstClaim && !isDrawn(this.state.stock);
    let attempt = claimed;
    const answer = await this.persist((isFirst) => {
      if (!isFirst) attempt = this.intents.attempt(key);
      return ask("POST", `/buy/${this.item}`, {
        headers: { "Idempotency-Key": key, ...bearer(this.visitor.token),
                   ...(isFirst && first ? { "Idempotency-Attempt": "1" } : {}) },
        body: { units, ...this.visitor.argument() },
      });
    }, ({ reason }) => UNKNOWN.has(reason) || this.intents.answered(key, attempt));
    if (answer.data.code === 1) this.intents.ordered(key, answer.data.data.orderId);
    else if (!AGAIN.has(answer.reason)) this.intents.refused(key, attempt);
    if (answer.reason === "TOOK_PART") this.intents.entered(this.commitment());
    else if (HEARD.has(answer.reason)) this.intents.entered("");
    return answer;
  }

  // Asks as long as the answer says so, and waits as long as it says.
  async persist(once, seen = () => {}) {
    const began = performance.now();
    for (let tries = 1; ; tries++) {
      const answer = await once(tries === 1);
      seen(answer);
      const limit = UNKNOWN.has(answer.reason) ? PATIENCE_MS.unknown : PATIENCE_MS.definite;
      if (!AGAIN.has(answer.reason) || performance.now() - began > limit) return answer;
      this.tell({ tries });
      const wait = Math.min(WAIT_MAX_MS, answer.waitMs * Math.min(tries, 3));
      await pause(wait * (0.8 + 0.4 * Math.random()));
    }
  }

  // A refusal as the page shows it; what was had shows itself. A token that is not valid any more
  // is forgotten, so that the page asks for another.
  judged({ reason, data }) {
    if (reason === "BAD_TOKEN") this.signOut();
    return data.code === 1 ? null : { reason, data };
  }

  // -- the order -------------------------------------------------------------------------------

  pay() {
    return this.change("pay");
  }

  cancel() {
    return this.change("cancel");
  }

  async change(verb) {
    if (this.state.doing) return;
    this.tell({ doing: verb, tries: 0, notice: null });
    const number = this.state.intent.order;
    const answer = await this.persist(() => ask("POST", `/orders/${number}/${verb}`));
    const isForbidden = answer.reason === "FORBIDDEN";
    await this.lookAtOrder();
    this.tell({ doing: "", trialPay: this.state.trialPay && !isForbidden,
                notice: isForbidden ? { reason: "NO_TRIAL", data: {} } : this.judged(answer) });
  }

  // The order is over: the button is there for another one.
  startAnew() {
    if (!this.isEnded() && this.state.order?.state !== "gone") return;
    this.intents.renew(this.state.order.state);
    this.tell({ notice: null });
    this.know();
  }

  // -- who, and reservations -------------------------------------------------------------------

  signIn(text) {
    this.looked = "";
    if (!this.visitor.signIn(text)) return this.tell({ notice: { reason: "BAD_TOKEN", data: {} } });
    this.isReservationRead = false;
    this.tell({ notice: null, reserved: null });
    return this.know();
  }

  signOut() {
    this.visitor.signOut();
    this.isReservationRead = false;
    this.tell({ notice: null, reserved: null });
    this.know();
  }

  // The item is for proven users, and nobody has signed in.
  needsName() {
    return Boolean(this.state.stock?.rules?.token) && !this.visitor.token;
  }

  takesReservations() {
    const rules = this.state.stock?.rules;
    return Boolean(rules && rules.reserve && rules.reserve !== "none");
  }

  async reserve() {
    if (this.state.doing) return;
    this.tell({ doing: "reserve", tries: 0, notice: null });
    const answer = await this.persist(() => this.talkOfReservation("POST"));
    this.tell({ doing: "", notice: this.judged(answer) });
  }

  async talkOfReservation(method) {
    const user = this.visitor.argument().user;
    const path = `/reservations/${this.item}${user ? `?user=${user}` : ""}`;
    const answer = await ask(method, path, { headers: bearer(this.visitor.token) });
    if (answer.data.code === 1) this.tell({ reserved: true });
    else if (answer.reason === "NOT_RESERVED") this.tell({ reserved: false });
    return answer;
  }
}
