/*
 * nodes.js - the table of nodes: how each stands, what it does, and what its weight asks for.
 */
import { number } from "../assets/language.js";
import { html } from "../assets/ui.js";
import { Chip, millis, rate } from "./parts.js";

function percent(part) {
  return part === null ? "–" : `${Math.round(part * 100)} %`;
}

// The bar is the share of the last seconds, the mark what the weights ask for.
function Share({ node, t }) {
  const { share, wanted } = node;
  const of = (part) => ({ width: `${Math.round((part || 0) * 100)}%` });
  return html`<span class="share" role="img"
      aria-label=${t.shareText(percent(share), percent(wanted))}>
    <span class="track"><span class="left part" style=${of(share)} />
      <span class="mark" style=${{ left: `${Math.round(wanted * 100)}%` }} /></span>
    <span aria-hidden="true" class="small">${percent(share)}</span></span>`;
}

function Row({ node, gate, t }) {
  const seconds = node.ageMs < 10000 ? (node.ageMs / 1000).toFixed(1)
    : number(Math.round(node.ageMs / 1000));
  const cell = (label, content, kind) =>
    html`<td data-label=${label} class=${kind}>${content}</td>`;
  return html`<tr data-node=${node.name} data-state=${node.state}>
    <th scope="row">${node.name}</th>
    ${cell(t.state, html`<${Chip} word=${node.state}
      text=${t.words[node.state] || node.state} />`, "wide")}
    ${cell(t.heard, t.ago(seconds), "n")}
    ${cell(t.weight, number(node.weight), "n")}
    ${cell(t.share, html`<${Share} node=${node} t=${t} />`, "wide")}
    ${cell(t.rate, rate(node.requestsRate), "n")}
    ${cell(t.soldRate, rate(node.soldRate), "n")}
    ${cell(t.within, millis(node.p99), "n")}
    ${cell(t.gate, gate ? html`<${Chip} word=${gate.gate}
      text=${t.words[gate.gate] || gate.gate} />` : "–")}
    ${cell(t.tokens, gate ? number(gate.tokens) : "–", "n")}
  </tr>`;
}

export function Nodes({ nodes, item, t }) {
  const gates = new Map((item?.nodes || []).map((gate) => [gate.name, gate]));
  const heads = [t.node, t.state, t.heard, t.weight, t.share, t.rate, t.soldRate, t.within, t.gate,
                 t.tokens];
  const numeric = new Set([t.heard, t.weight, t.rate, t.soldRate, t.within, t.tokens]);
  return html`<section class="card" aria-labelledby="nodes-title">
    <div class="row"><h2 id="nodes-title">${t.nodes}</h2>
      <p class="muted small">${t.wantedMark}</p></div>
    <div class="scroll" tabindex="0" role="group" aria-label=${t.nodes}>
    <table class="nodes"><thead><tr>${heads.map((head) => html`<th scope="col" key=${head}
        class=${numeric.has(head) ? "n" : ""}>${head}</th>`)}</tr></thead>
      <tbody>${nodes.map((node) => html`<${Row} key=${node.name} node=${node}
        gate=${gates.get(node.name)} t=${t} />`)}</tbody>
    </table></div></section>`;
}
