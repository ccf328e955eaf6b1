/*
 * actions.js - what an operator can do to an item: start, pause, restock and close it.
 *
 * Nothing is done without a token; closing, which cannot be undone, asks for the item's name first.
 */
import { html } from "../assets/ui.js";

function SignIn({ monitor, t }) {
  const submit = (event) => {
    event.preventDefault();
    monitor.signIn(new FormData(event.target).get("token"));
  };
  return html`<form class="form" onSubmit=${submit}>
    <label for="operator-token">${t.tokenLabel}</label>
    <input id="operator-token" name="token" type="password" autocomplete="off" required
      aria-describedby="operator-hint" />
    <p class="muted small" id="operator-hint">${t.tokenHint}</p>
    <button type="submit" class="primary">${t.signIn}</button>
  </form>`;
}

function Restock({ monitor, t }) {
  const submit = (event) => {
    event.preventDefault();
    monitor.act("restock", Number(new FormData(event.target).get("units")));
  };
  return html`<form class="form" onSubmit=${submit}>
    <label for="units">${t.units}</label>
    <input id="units" name="units" type="number" min="1" max="999999999" step="1" required
      autofocus />
    <div class="buttons"><button type="submit" class="primary" id="add">${t.add}</button>
      <button type="button" class="quiet" onClick=${() => monitor.tell({ asking: "" })}>
        ${t.never}</button></div>
  </form>`;
}

function Close({ monitor, state, item, t }) {
  const submit = (event) => {
    event.preventDefault();
    monitor.act("close");
  };
  return html`<form class="form" onSubmit=${submit}>
    <label for="close-name">${t.closeHint(item.item)}</label>
    <input id="close-name" autocomplete="off" spellcheck="false"
      onInput=${(event) => monitor.tell({ typed: event.target.value })} />
    <div class="buttons"><button type="submit" class="danger" id="close-yes"
        disabled=${state.typed !== item.item}>${t.confirm}</button>
      <button type="button" class="quiet" onClick=${() => monitor.tell({ asking: "" })}>
        ${t.never}</button></div>
  </form>`;
}

function Told({ told, t }) {
  const text = !told ? "" : told.isDone ? t.told(told.item, t.done[told.verb])
    : t.reasons[told.reason] || t.other(told.reason);
  return html`<p role="status" id="told" class=${text ? "notice" : "notice empty"}
    data-reason=${told?.reason || ""}>${text}</p>`;
}

export function Actions({ monitor, state, item, t }) {
  const { asking, doing, token } = state;
  const isClosed = item.state === "closed";
  const button = (verb, kind, act, isOff) => html`<button type="button" class=${kind} id=${verb}
    disabled=${doing !== "" || isClosed || isOff} aria-busy=${doing === verb}
    onClick=${act}>${t[verb]}</button>`;
  return html`<section class="card actions" aria-labelledby="act-title">
    <h2 id="act-title">${t.act} ${item.item}</h2>
    ${!token ? html`<${SignIn} monitor=${monitor} t=${t} />` : html`
      <div class="buttons">
        ${button("resume", "primary", () => monitor.act("resume"), item.state === "open")}
        ${button("pause", "primary", () => monitor.act("pause"), item.state !== "open")}
        ${button("restock", "quiet", () => monitor.tell({ asking: "restock" }))}
        ${button("close", "quiet", () => monitor.tell({ asking: "close", typed: "" }))}
      </div>
      ${asking === "restock" && html`<${Restock} monitor=${monitor} t=${t} />`}
      ${asking === "close" && html`
        <${Close} monitor=${monitor} state=${state} item=${item} t=${t} />`}`}
    <${Told} told=${state.told} t=${t} />
    ${token && html`<button type="button" class="quiet small" id="forget"
      onClick=${() => monitor.signOut()}>${t.signOut}</button>`}
  </section>`;
}
