/*
 * parts.js - a state as a sign with its word, and how rates and times are written.
 */
import { number } from "../assets/language.js";
import { html } from "../assets/ui.js";

const SIGNS = { up: "●", open: "●", late: "◐", waiting: "◐", behind: "◐", paused: "‖", gone: "✕",
                away: "✕", broken: "✕", fault: "!", closed: "■", sold_out: "○", stale: "✕",
                unknown: "?" };
export function Chip({ word, text, id }) {
  return html`<span class=${`chip ${word}`} id=${id} data-state=${word}>
    <span aria-hidden="true">${SIGNS[word] || "●"}</span> ${text}</span>`;
}

export function rate(n) {
  return n >= 100 ? number(Math.round(n)) : number(Math.round(n * 10) / 10);
}

export function millis(ms) {
  if (ms === null) return "–";
  return ms === Infinity ? "> 5 s" : ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
}
