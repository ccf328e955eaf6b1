/*
 * view.js - how the operator's page looks: what counts first, then charts, nodes, answers, actions.
 *
 * Pure: a drawing of the monitor's state. Every state is a sign and a word, never a colour alone.
 */
import { number } from "../assets/language.js";
import { html } from "../assets/ui.js";
import { Actions } from "./actions.js";
import { Chart } from "./chart.js";
import { Nodes } from "./nodes.js";
import { Chip, millis, rate } from "./parts.js";

const TONES = ["line-a", "line-b", "line-c", "line-d"];

function Tile({ label, value, more, id }) {
  return html`<div class="tile"><dt>${label}</dt>
    <dd><b id=${id}>${value}</b>
      ${more && html`<span class="muted small">${more}</span>`}</dd></div>`;
}

function Lights({ look, item, t }) {
  const { ledger = {}, redis = "up", conserved } = look;
  const light = (name, word, text) => html`<li><span class="muted">${t.lights[name]}</span>${" "}
    <${Chip} word=${word} text=${text} id=${`light-${name}`} /></li>`;
  const lag = ledger.lag > 0 ? ` · ${t.lag(number(ledger.lag))}` : "";
  return html`<ul class="lights">
    ${item && light("sale", item.state, t.words[item.state] || item.state)}
    ${light("audit", conserved ? "up" : "broken", conserved ? t.conserved : t.broken)}
    ${light("redis", redis === "up" ? "up" : "gone", t.words[redis] || redis)}
    ${light("ledger", ledger.state, `${t.words[ledger.state] || ledger.state}${lag}`)}
  </ul>`;
}

function Gauge({ item, t }) {
  const { left, held, paid, outside } = item;
  const part = (name, n) => html`<span class=${`part ${name}`} style=${{ flexGrow: String(n) }} />`;
  const sold = paid + outside;
  const text = `${t.tiles.left} ${left}, ${t.tiles.held} ${held}, ${t.tiles.paid} ${sold}`;
  return html`<div class="gauge" role="img" aria-label=${text}>
    ${part("left", left)}${part("held", held)}${part("paid", sold)}</div>`;
}

function Tiles({ item, recent, t }) {
  return html`<dl class="tiles">
    <${Tile} id="left" label=${t.tiles.left} value=${number(item.left)}
      more=${t.of(number(item.total))} />
    <${Tile} id="held" label=${t.tiles.held} value=${number(item.held)} />
    <${Tile} id="paid" label=${t.tiles.paid} value=${number(item.paid)}
      more=${item.outside > 0 && t.outside(number(item.outside))} />
    <${Tile} id="requests" label=${t.tiles.requests} value=${rate(recent.requestsRate)} />
    <${Tile} id="sold" label=${t.tiles.sold} value=${rate(recent.soldRate)} />
    <${Tile} id="p99" label=${t.tiles.p99} value=${millis(recent.p99)}
      more=${recent.p50 !== null && t.median(millis(recent.p50))} />
  </dl>`;
}

function stockOf(columns, name) {
  const items = columns.map(({ items: all }) => all.find(({ item }) => item === name));
  const pick = (field) => items.map((item) => (item ? item[field] : null));
  const [left, held, paid, outside] = ["left", "held", "paid", "outside"].map(pick);
  const sold = paid.map((n, i) => (n === null ? null : n + outside[i]));
  const under = sold.map((n, i) => (n === null ? null : n + held[i]));
  return { raw: [left, held, sold],
           stacked: [under.map((n, i) => (n === null ? null : n + left[i])), under, sold] };
}

function Charts({ columns, item, t }) {
  const times = columns.map(({ at }) => at);
  const names = [...new Set(columns.flatMap(({ nodes }) => nodes.map(({ name }) => name)))].sort();
  const stock = stockOf(columns, item);
  const areas = [["left", "accent"], ["held", "held-light", true], ["paid", "sold"]].map(
    ([name, tone, striped]) => ({ label: t.tiles[name], tone, striped, fill: true }));
  const lines = names.map((label, i) => ({ label, tone: TONES[i % TONES.length] }));
  const byNode = (field) => names.map((name) => columns.map(({ nodes }) =>
    nodes.find((node) => node.name === name)?.[field] ?? null));
  const lag = (field) => columns.map(({ [field]: ms }) => (ms === Infinity ? 5000 : ms));
  return html`<div class="charts">
    <${Chart} id="chart-stock" title=${t.charts.stock} series=${areas} raw=${stock.raw}
      data=${[times, ...stock.stacked]} format=${number} />
    <${Chart} id="chart-requests" title=${t.charts.requests} series=${lines} format=${rate}
      data=${[times, ...byNode("requestsRate")]} />
    <${Chart} id="chart-latency" title=${t.charts.latency} format=${number}
      series=${[{ label: t.half, tone: "line-a" }, { label: t.most, tone: "line-b" }]}
      data=${[times, lag("p50"), lag("p99")]} />
    <${Chart} id="chart-sold" title=${t.charts.sold} series=${lines} format=${rate}
      data=${[times, ...byNode("soldRate")]} />
  </div>`;
}

function Answers({ answers, t }) {
  const most = Math.max(1, ...answers.map(({ total }) => total));
  return html`<section class="card" aria-labelledby="answers-title">
    <div class="row"><h2 id="answers-title">${t.answers}</h2>
      <p class="muted small">${t.sinceStart}</p></div>
    ${answers.length === 0 && html`<p class="muted">${t.none}</p>`}
    <ul class="answers">${answers.map(({ word, total, rate: each }) => html`<li key=${word}>
      <span class="mono small">${word}</span>
      <span class="bar" aria-hidden="true">
        <span class=${word === "ACCEPTED" ? "part left" : "part sold"}
          style=${{ flexGrow: String(total) }} />
        <span style=${{ flexGrow: String(most - total) }} /></span>
      <b data-answer=${word}>${number(total)}</b>
      <span class="muted small">${t.perSecond(rate(each))}</span></li>`)}</ul>
  </section>`;
}

function Top({ monitor, state, t }) {
  const staleMs = monitor.staleMs();
  const { look } = state;
  const word = staleMs ? "stale" : look ? "up" : "unknown";
  const text = staleMs ? t.stale(Math.floor(staleMs / 1000)) : look ? t.live : t.waiting;
  return html`<header class="top">
    <span class="brand"><img src="/pages/assets/icon.svg" alt="" width="28" height="28" />
      ${" "}Penstock <span class="muted">${t.title}</span></span>
    <span class="row">
      ${look && look.items.length > 1 && html`<label class="choose">${t.item}
        ${" "}<select value=${state.item} id="item"
          onChange=${(event) => monitor.tell({ item: event.target.value, told: null, asking: "" })}>
          ${look.items.map(({ item }) => html`<option key=${item} data-item=${item}
            selected=${item === state.item}>${item}</option>`)}
        </select></label>`}
      <${Chip} word=${word} text=${text} id="freshness" />
    </span>
  </header>`;
}

export function Page({ monitor, state, t }) {
  const { look, recent, columns } = state;
  const item = look?.items.find((one) => one.item === state.item);
  const isStale = monitor.staleMs() > 0;
  return html`
    <${Top} monitor=${monitor} state=${state} t=${t} />
    <main class=${isStale ? "stale" : ""}>
      <div role="alert" id="alert">
        ${isStale && html`<p class="notice bad">${t.staleHint}
          ${state.fault && ` ${t.faults(state.fault)}`}</p>`}
        ${look && !look.conserved && html`<p class="notice bad">${t.lights.audit}: ${t.broken}</p>`}
      </div>
      ${look && html`
        <section class="card" aria-labelledby="item-title">
          <div class="row"><h1 id="item-title">${state.item || t.noItems}</h1>
            <${Lights} look=${look} item=${item} t=${t} /></div>
          ${item && html`<${Tiles} item=${item} recent=${recent} t=${t} />
            <${Gauge} item=${item} t=${t} />`}
        </section>
        <${Charts} columns=${columns} item=${state.item} t=${t} />
        <${Nodes} nodes=${recent.nodes} item=${item} t=${t} />
        <div class="pair">
          <${Answers} answers=${recent.answers} t=${t} />
          ${item && html`<${Actions} monitor=${monitor} state=${state} item=${item} t=${t} />`}
        </div>`}
    </main>`;
}
