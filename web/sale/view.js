/*
 * view.js - how the sale page looks: the item, its stock, the button; then the cards below.
 *
 * Pure: a drawing of the shop's state at `now` (the server's time). The cards are in cards.js.
 */
import { number } from "../assets/language.js";
import { html } from "../assets/ui.js";
import { OrderCard, PastCard, ReservationCard, WhoCard } from "./cards.js";
import { Countdown } from "./parts.js";
import { isDrawn, phaseOf } from "./phase.js";
import { clockTime, said } from "./words.js";

const UNITS_MAX = 10;
const ASKABLE = new Set(["open", "draw", "due", "drawn"]);
const ICONS = { open: "●", held: "◐", sold_out: "○", paused: "‖", ended: "■", before: "◷",
                draw: "◇", due: "◇", drawn: "◆", unknown: "?", fault: "!" };

function Gauge({ stock, t }) {
  const sold = stock.total - stock.left - stock.held;
  const part = (name, n) => html`<span class=${`part ${name}`} style=${{ flexGrow: String(n) }} />`;
  const row = (name, n) => html`<li><span class=${`swatch ${name}`} aria-hidden="true" />
    <b data-count=${name}>${number(n)}</b> ${t.legend[name]}</li>`;
  return html`
    <div class="gauge" role="img" aria-label=${t.gauge(stock.left, stock.held, sold)}>
      ${part("left", stock.left)}${part("held", stock.held)}${part("sold", sold)}
    </div>
    <ul class="legend">
      ${row("left", stock.left)}${row("held", stock.held)}${row("sold", sold)}
    </ul>`;
}

function Stepper({ shop, state, t }) {
  if (isDrawn(state.stock)) return null; // one unit each
  const { maxUnits = 0, limitUnits = 0 } = state.stock?.rules || {};
  const most = Math.min(...[maxUnits, limitUnits].filter((n) => n > 0), UNITS_MAX);
  if (most < 2) return null;
  const isFixed = state.intent.state !== "fresh" || state.doing !== "";
  const chosen = isFixed ? state.intent.units : Math.min(state.chosen || 1, most);
  const button = (sign, label, by) => html`<button type="button" class="step" aria-label=${label}
    disabled=${isFixed || chosen + by < 1 || chosen + by > most}
    onClick=${() => shop.tell({ chosen: chosen + by })}>${sign}</button>`;
  return html`<div class="stepper" role="group" aria-label=${t.units}>
    <span class="muted">${t.units}</span>
    ${button("−", t.fewer, -1)}<output>${chosen}</output>${button("+", t.more, 1)}</div>`;
}

function BuyButton({ shop, state, phase, t }) {
  const isBuying = state.doing === "buy";
  const isAsked = state.intent.state === "sent";
  const isWaiting = shop.takesPart() && phase !== "drawn";
  const canBuy = (ASKABLE.has(phase) && !isWaiting || isAsked) && !shop.needsName();
  const label = isBuying ? t.buying : isAsked ? t.buyAgain
    : isWaiting && ASKABLE.has(phase) ? t.takesPart : t.ask[phase] || t.phases[phase];
  return html`<button type="button" class="primary big" id="buy" aria-busy=${isBuying}
    disabled=${!canBuy || state.doing !== ""}
    onClick=${() => shop.buy(isDrawn(state.stock) ? 1 : state.chosen || 1)}>${label}</button>`;
}

function Countdowns({ stock, phase, now, t }) {
  const { startsAt = 0, endsAt = 0, drawsAt = 0 } = stock.rules || {};
  if (phase === "before") {
    return html`<${Countdown} label=${t.startsIn} until=${startsAt} now=${now} t=${t} />`;
  }
  if (t.drawHints[phase]) {
    return html`<p class="muted" id="draw">${t.drawHints[phase]}</p>
      ${now < drawsAt &&
        html`<${Countdown} label=${t.drawIn} until=${drawsAt} now=${now} t=${t} />`}`;
  }
  return html`
    ${phase === "held" && html`<p class="muted">${t.heldHint}</p>`}
    ${phase === "held" && stock.nextExpiry > 0 &&
      html`<${Countdown} label=${t.nextExpiry} until=${stock.nextExpiry} now=${now} t=${t} />`}
    ${phase === "open" && endsAt > 0 &&
      html`<${Countdown} label=${t.endsIn} until=${endsAt} now=${now} t=${t} />`}`;
}

function Notice({ state, t }) {
  const text = state.doing === "buy" && state.tries > 0 ? t.tries(state.tries)
    : state.notice ? said(t, state.notice.reason, state.notice.data) : "";
  return html`<p class=${text ? "notice" : "notice empty"} role="status" id="notice"
    data-reason=${state.notice?.reason || ""}>${text}</p>`;
}

function SaleCard({ shop, state, now, t }) {
  const { stock } = state;
  const phase = phaseOf(stock, now);
  return html`<section class="card sale" aria-labelledby="item">
    <div class="row">
      <h1 id="item">${state.item}</h1>
      <span class=${`chip ${phase}`} id="phase" data-phase=${phase}>
        <span aria-hidden="true">${ICONS[phase]}</span> ${t.phases[phase]}</span>
    </div>
    ${stock ? html`
      ${state.stockFault && html`<p class="notice bad" role="alert" id="stale">
        ${t.stale} ${said(t, state.stockFault)}</p>`}
      <p class="figure"><strong id="left">${number(stock.left)}</strong>
        <span class="muted"> ${t.left(number(stock.total))}</span></p>
      <${Gauge} stock=${stock} t=${t} />
      <${Countdowns} stock=${stock} phase=${phase} now=${now} t=${t} />`
    : html`<p class="muted">${state.stockFault ? said(t, state.stockFault) : t.loading}</p>`}
    ${!state.intent.order && html`<div class="deal">
      <${Stepper} shop=${shop} state=${state} t=${t} />
      <${BuyButton} shop=${shop} state=${state} phase=${phase} t=${t} />
    </div>`}
    <${Notice} state=${state} t=${t} />
  </section>`;
}

export function Page({ shop, state, now, t }) {
  const parts = { shop, state, now, t };
  return html`
    <header class="top">
      <span class="brand">
        <img src="/pages/assets/icon.svg" alt="" width="28" height="28" /> Penstock</span>
      <span class="muted">${t.serverTime}
        ${" "}<time>${shop.clock.isSet() ? clockTime(now) : "–"}</time></span>
    </header>
    <main>
      <${SaleCard} ...${parts} />
      <${OrderCard} ...${parts} />
      <${ReservationCard} ...${parts} />
      <${WhoCard} ...${parts} />
      <${PastCard} ...${parts} />
      <p class="muted small">${t.promise}</p>
    </main>`;
}
