/*
 * parts.js - what both the sale and the cards below it are made of.
 */
import { html } from "../assets/ui.js";
import { duration } from "./words.js";

// What the sale is at, for a buyer: one word, from the stock and its rules.
export function phaseOf(stock, now) {
  if (!stock) return "unknown";
  const { startsAt = 0, endsAt = 0 } = stock.rules || {};
  if (stock.state === "closed" || (endsAt && now >= endsAt)) return "ended";
  if (stock.state === "fault") return "fault";
  if (startsAt && now < startsAt) return "before";
  if (stock.state === "paused") return "paused";
  if (stock.left > 0) return "open";
  return stock.held > 0 ? "held" : "sold_out";
}

export function Countdown({ label, until, now, t, urgent }) {
  return html`<p class=${urgent ? "countdown urgent" : "countdown"}>
    <span>${label}</span> <strong role="timer">${duration(until - now, t)}</strong></p>`;
}
