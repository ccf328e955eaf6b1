/*
 * ask.js - one request to the server: always an answer, never an exception, never for ever.
 *
 * An answer has `status` (0: nothing came back, so the outcome is unknown), `data` (the body, or
 * {}), `reason`, `waitMs` (what Retry-After asks for, 1 s if it says nothing), and when it was sent
 * and had arrived by performance.now(). The status alone says nothing about a sale.
 */
const PATIENCE_MS = 14000; // nginx answers within 13 s, whatever dies

export async function ask(method, path, { headers = {}, body, text = false } = {}) {
  const init = { method, headers: { Accept: "application/json", ...headers }, cache: "no-store" };
  if (body !== undefined) {
    init.headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  const ending = new AbortController();
  const alarm = setTimeout(() => ending.abort(), PATIENCE_MS);
  const sentAt = performance.now();
  try {
    const response = await fetch(path, { ...init, signal: ending.signal });
    const words = await response.text();
    const gotAt = performance.now();
    return answer(response, text ? { text: words } : JSON.parse(words), sentAt, gotAt);
  } catch {
    return { status: 0, data: {}, reason: "NO_ANSWER", waitMs: 1000,
             sentAt, gotAt: performance.now() };
  } finally {
    clearTimeout(alarm);
  }
}

function answer(response, data, sentAt, gotAt) {
  const seconds = Number(response.headers.get("Retry-After"));
  return {
    status: response.status, data, reason: data.reason || "",
    waitMs: data.retryAfterMs || (seconds > 0 ? seconds * 1000 : 1000),
    sentAt, gotAt,
  };
}

// The headers that say who asks.
export function bearer(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

export function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
