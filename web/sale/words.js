/*
 * words.js - everything the sale page says, in Chinese and in English, and how numbers are written.
 *
 * Every reason that docs/API.md lists has a sentence in both; a test compares the two lists. What
 * is not known (a reason of a newer server) is said in general words with the reason itself.
 */
import { language } from "../assets/language.js";
import { english } from "./words_en.js";
import { chinese } from "./words_zh.js";

export function words() {
  return language() === "en" ? english : chinese;
}

// The sentence for a reason; `facts` are the members of the answer.
export function said(t, reason, facts = {}) {
  const sentence = t.reasons[reason];
  if (!sentence) return t.other(reason);
  return typeof sentence === "function" ? sentence(facts) : sentence;
}

// Of the smallest coin: two decimals, no currency, for the server names none.
export function money(amount) {
  return (amount / 100).toLocaleString(language(), { minimumFractionDigits: 2 });
}

// 59:59, 1:00:00, 3 d 01:00:00; never below zero, and a begun second counts.
export function duration(ms, t) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor(seconds / 3600) % 24;
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  if (days) return `${t.days(days)} ${two(hours)}:${rest}`;
  return hours ? `${hours}:${rest}` : rest;
}

export function clockTime(ms) {
  return new Date(ms).toLocaleTimeString(language(), { hour12: false });
}
