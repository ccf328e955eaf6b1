/*
 * phase.js - what the sale is at, for a buyer: one word, from the stock and its rules. Pure.
 *
 *   before, open, held, sold_out     by speed: `held` is sold out, but unpaid units may come back
 *   before, draw, due, drawn         by draw: users may take part; nobody may any more, and the
 *                                    draw is to be held; it was held, and nodes give the units out
 *   paused, ended, fault, unknown    either
 *
 * The end of a sale bounds the asking. What was drawn is given after it as well, so there a draw is
 * due or drawn, but not ended.
 */
export function phaseOf(stock, now) {
  if (!stock) return "unknown";
  const { startsAt = 0, endsAt = 0, drawsAt = 0, drawSeed = "" } = stock.rules || {};
  const isOver = endsAt > 0 && now >= endsAt;
  if (stock.state === "closed" || (isOver && !isDrawn(stock))) return "ended";
  if (stock.state === "fault") return "fault";
  if (startsAt && now < startsAt) return "before";
  if (stock.state === "paused") return "paused";
  if (isDrawn(stock)) return drawSeed ? "drawn" : isOver || now >= drawsAt ? "due" : "draw";
  if (stock.left > 0) return "open";
  return stock.held > 0 ? "held" : "sold_out";
}

// Is it sold by draw?
export function isDrawn(stock) {
  return Boolean(stock?.rules?.drawCommit);
}

// Was the draw held, and has every unit that it gives been given out? Nodes give some each tick;
// then nothing is left, or, with fewer users than units, two looks tell the same.
export function isGivenOut(stock, before) {
  if (!stock?.rules?.drawSeed) return false;
  return stock.left === 0 || Boolean(before?.rules?.drawSeed && before.left === stock.left);
}
