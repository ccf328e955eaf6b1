/*
 * rates.js - what can be told from two looks at /status: rates, shares and latencies.
 *
 * /status tells counts since each node's start; a rate is the difference of two looks over the time
 * between them, by the server's clock. Pure.
 *
 * Whoever answers knows the other nodes by their last heartbeats, so counts of one look may be a
 * little behind the look before, from another node; and a node that was just started knows only
 * the items that it was asked for. steady() keeps the higher count, and what a look leaves out, for
 * some looks. A count that fell to less than half, and stays so, is that of a node started anew.
 */
const LOOKS_MAX = 4;

function isLower(node, old) {
  return Boolean(old) && node.requests < old.requests / 2 && (old.lower || 0) < LOOKS_MAX;
}

function steadyNode(node, old) {
  if (!old) return node;
  const { requests, sold, answers, latency } = old;
  if (isLower(node, old)) {
    return { ...node, requests, sold, answers, latency, lower: (old.lower || 0) + 1 };
  }
  if (node.requests < requests / 2) return node; // for long enough: it is a new one
  const higher = Object.entries(node.answers || {}).map(
    ([word, n]) => [word, Math.max(n, answers?.[word] || 0)]);
  return { ...node, answers: Object.fromEntries(higher),
           requests: Math.max(node.requests, requests), sold: Math.max(node.sold, sold),
           latency: (node.latency || []).map((n, i) => Math.max(n, latency?.[i] || 0)) };
}

// Those of the look before that this one does not tell of, for some looks.
function leftOut(now, before, name) {
  const told = new Set(now.map((one) => one[name]));
  return before.filter((one) => !told.has(one[name]) && (one.leftOut || 0) < LOOKS_MAX)
    .map((one) => ({ ...one, leftOut: (one.leftOut || 0) + 1 }));
}

// The look, with no count behind what was told before.
export function steady(look, before) {
  if (!before) return look;
  return {
    ...look,
    nodes: look.nodes.map((node) => steadyNode(node, earlier(before, node.name)))
      .concat(leftOut(look.nodes, before.nodes, "name"))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    items: look.items.concat(leftOut(look.items, before.items, "item")),
  };
}

// What a count has gained since.
export function gained(now, before) {
  return now >= before ? now - before : now;
}

// The counts of a node in an earlier look, zeros if it was not there.
function earlier(look, name) {
  return look.nodes.find((node) => node.name === name);
}

function sumOf(list, pick) {
  return list.reduce((sum, one) => sum + pick(one), 0);
}

// The bound in ms below which `part` of the purchases were answered; null if there were none.
// Between two bounds it is told as the upper one: "at most".
export function percentile(counts, boundsUs, part) {
  const total = sumOf(counts, (n) => n);
  if (!total) return null;
  let seen = 0;
  const place = counts.findIndex((n) => (seen += n) >= total * part);
  return place < boundsUs.length ? boundsUs[place] / 1000 : Infinity;
}

function nodeRates(node, before, seconds, boundsUs) {
  const old = before || { requests: node.requests, sold: node.sold, answers: node.answers || {},
                          latency: node.latency || [] };
  const latency = (node.latency || []).map((n, i) => gained(n, old.latency?.[i] || 0));
  return {
    ...node,
    requestsRate: gained(node.requests, old.requests) / seconds,
    soldRate: gained(node.sold, old.sold) / seconds,
    gainedRequests: gained(node.requests, old.requests),
    gainedAnswers: Object.entries(node.answers || {}).map(
      ([word, n]) => [word, gained(n, old.answers?.[word] || 0)]),
    gainedLatency: latency,
    p99: percentile(latency, boundsUs, 0.99),
  };
}

// A look compared with an earlier one: nodes with rates and shares, and the cluster's sums.
export function compare(look, before) {
  const seconds = Math.max(0.2, (look.asOf - before.asOf) / 1000);
  const boundsUs = look.latencyBoundsUs || [];
  const nodes = look.nodes.map(
    (node) => nodeRates(node, earlier(before, node.name), seconds, boundsUs));
  const alive = nodes.filter((node) => node.state !== "gone");
  const requests = sumOf(nodes, (node) => node.gainedRequests);
  const weights = sumOf(alive, (node) => node.weight);
  const latency = boundsUs.concat(0).map(
    (_, i) => sumOf(nodes, (node) => node.gainedLatency[i] || 0));
  return {
    nodes: nodes.map((node) => ({
      ...node,
      share: requests ? node.gainedRequests / requests : null,
      wanted: node.state === "gone" || !weights ? 0 : node.weight / weights,
    })),
    requestsRate: sumOf(nodes, (node) => node.requestsRate),
    soldRate: sumOf(nodes, (node) => node.soldRate),
    p50: percentile(latency, boundsUs, 0.5),
    p99: percentile(latency, boundsUs, 0.99),
    answers: answersOf(nodes, seconds),
  };
}

// Answers by reason over all nodes, the commonest first: {word, total, rate}.
function answersOf(nodes, seconds) {
  const words = new Map();
  for (const node of nodes) {
    for (const [word, gain] of node.gainedAnswers) {
      const sum = words.get(word) || { word, total: 0, rate: 0 };
      sum.total += node.answers[word];
      sum.rate += gain / seconds;
      words.set(word, sum);
    }
  }
  return [...words.values()].filter(({ total }) => total > 0).sort((a, b) => b.total - a.total);
}
