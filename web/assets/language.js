/*
 * language.js - which language a page speaks, and how numbers are written in it.
 *
 * The browser's first language decides: Chinese for Chinese, English for all others.
 */
export function language() {
  const first = navigator.languages?.[0] || navigator.language || "";
  return first.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

export function number(n) {
  return Number(n).toLocaleString(language());
}
