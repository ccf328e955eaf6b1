/*
 * parts.js - what both the sale and the cards below it are made of.
 */
import { html } from "../assets/ui.js";
import { duration } from "./words.js";

export function Countdown({ label, until, now, t, urgent }) {
  return html`<p class=${urgent ? "countdown urgent" : "countdown"}>
    <span>${label}</span> <strong role="timer">${duration(until - now, t)}</strong></p>`;
}
