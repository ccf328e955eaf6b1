/*
 * cards.js - what stands below the sale: the order, the reservation, who buys, earlier orders.
 *
 * Each draws nothing where it has nothing to say.
 */
import { number } from "../assets/language.js";
import { html } from "../assets/ui.js";
import { Countdown } from "./parts.js";
import { money } from "./words.js";

const URGENT_MS = 60000;
const STEPS = ["accepted", "awaiting_payment", "paid"];

// How far an order has come: done, current or still to come, in words as well as in looks.
function Steps({ order, t }) {
  const at = STEPS.indexOf(order.progress);
  if (at < 0) return null;
  return html`<ol class="steps">${STEPS.map((name, i) => html`
    <li class=${i <= at ? "done" : i === at + 1 ? "next" : ""} data-step=${name}
        aria-current=${i === at ? "step" : undefined}>
      <span class="mark" aria-hidden="true">${i <= at ? "✓" : i + 1}</span> ${t.steps[name]}</li>`)}
  </ol>`;
}

function HeldOrder({ shop, state, now, t }) {
  const { order, doing } = state;
  const isBusy = doing !== "";
  if (state.giving) {
    return html`<div class="deal" role="group" aria-label=${t.really}>
      <p>${t.really}</p>
      <button type="button" class="danger" id="yes" disabled=${isBusy}
        onClick=${() => { shop.tell({ giving: false }); shop.cancel(); }}>${t.yes}</button>
      <button type="button" class="quiet" id="no"
        onClick=${() => shop.tell({ giving: false })}>${t.no}</button></div>`;
  }
  return html`
    <${Countdown} label=${t.payWithin} until=${order.payBefore} now=${now} t=${t}
      urgent=${order.payBefore - now < URGENT_MS} />
    <div class="deal">
      ${state.trialPay && html`<button type="button" class="primary big" id="pay"
        disabled=${isBusy} aria-busy=${doing === "pay"}
        onClick=${() => shop.pay()}>${doing === "pay" ? t.paying : t.pay}</button>`}
      <button type="button" class="quiet" id="cancel" disabled=${isBusy}
        onClick=${() => shop.tell({ giving: true })}>
        ${doing === "cancel" ? t.cancelling : t.cancel}</button>
      ${state.trialPay && html`<p class="muted small">${t.trial}</p>`}
    </div>`;
}

export function OrderCard({ shop, state, now, t }) {
  const { order, intent } = state;
  if (!intent.order) return null;
  const kind = order?.state || "held";
  return html`<section class="card order" aria-labelledby="order-title"
      data-state=${order?.state || ""}>
    <h2 id="order-title">${t.order}</h2>
    <p class=${`verdict ${kind}`} role="status" id="order-state">
      ${order ? t.states[kind] : t.loading}</p>
    ${order && html`<${Steps} order=${order} t=${t} />`}
    <dl class="facts">
      <div><dt>${t.orderNumber}</dt><dd class="mono" id="order-number">${intent.order}</dd></div>
      ${order?.units && html`<div><dt>${t.units}</dt><dd>${number(order.units)}</dd></div>`}
      ${order?.amount !== undefined && html`<div><dt>${t.amount}</dt>
        <dd>${order.amount ? money(order.amount) : t.free}</dd></div>`}
    </dl>
    ${order?.state === "held" && html`
      <${HeldOrder} shop=${shop} state=${state} now=${now} t=${t} />`}
    ${order?.refundDue && html`<p class="notice">${t.refundDue}</p>`}
    ${order && kind !== "held" && html`<div class="deal"><button type="button" class="primary"
      id="another" onClick=${() => shop.startAnew()}>${t.another}</button></div>`}
  </section>`;
}

export function ReservationCard({ shop, state, now, t }) {
  if (!shop.takesReservations()) return null;
  const { rules } = state.stock;
  const isEarly = rules.reserveStartsAt > 0 && now < rules.reserveStartsAt;
  const isLate = rules.reserveEndsAt > 0 && now >= rules.reserveEndsAt;
  return html`<section class="card" aria-labelledby="reserve-title">
    <h2 id="reserve-title">${t.reserveTitle}</h2>
    ${rules.reserve === "required" && html`<p class="muted">${t.reserveNeeded}</p>`}
    ${rules.reserveQuota > 0 && html`<p class="muted" id="quota">
      ${t.reservedOf(number(rules.reserved || 0), number(rules.reserveQuota))}</p>`}
    ${isEarly && html`<${Countdown} label=${t.reserveOpens} until=${rules.reserveStartsAt}
      now=${now} t=${t} />`}
    ${!isEarly && !isLate && rules.reserveEndsAt > 0 && html`<${Countdown}
      label=${t.reserveCloses} until=${rules.reserveEndsAt} now=${now} t=${t} />`}
    ${state.reserved ? html`<p class="verdict paid" id="reserved">${t.reserved}</p>`
    : isLate ? html`<p>${t.reasons.RESERVE_OVER}</p>`
    : html`<div class="deal"><button type="button" class="primary" id="reserve"
        disabled=${isEarly || shop.needsName() || state.doing !== ""}
        onClick=${() => shop.reserve()}>
        ${state.doing === "reserve" ? t.reserving : t.reserve}</button></div>`}
  </section>`;
}

export function WhoCard({ shop, state, t }) {
  const isNeeded = state.stock?.rules?.token;
  if (!isNeeded && !state.user) return null;
  if (state.user) {
    return html`<section class="card" aria-labelledby="who-title"><h2 id="who-title">${t.who}</h2>
      <div class="row"><p id="user">${t.signedInAs(state.user)}</p>
        <button type="button" class="quiet" onClick=${() => shop.signOut()}>${t.signOut}</button>
      </div></section>`;
  }
  const submit = (event) => {
    event.preventDefault();
    shop.signIn(new FormData(event.target).get("token"));
  };
  return html`<section class="card" aria-labelledby="who-title"><h2 id="who-title">${t.who}</h2>
    <p>${t.tokenNeeded}</p>
    <form class="signin" onSubmit=${submit}>
      <label for="token">${t.token}</label>
      <input id="token" name="token" autocomplete="off" spellcheck="false" required
        aria-describedby="token-hint" />
      <p class="muted small" id="token-hint">${t.tokenHint}</p>
      <button type="submit" class="primary">${t.signIn}</button>
    </form></section>`;
}

export function PastCard({ state, t }) {
  const past = state.intent.past || [];
  if (!past.length) return null;
  return html`<section class="card" aria-labelledby="past-title"><h2 id="past-title">${t.past}</h2>
    <ul class="past">${past.map(({ order, state: ended }) => html`<li>
      <span class="mono">${order}</span> <span class="muted">${t.states[ended] || ""}</span></li>`)}
    </ul></section>`;
}
