/*
 * view.js - how the page of device logins looks. Pure: a drawing of the login's state.
 */
import { html } from "../assets/ui.js";

const ENDS = ["ALLOWED", "DENIED"];

function Told({ told, t }) {
  const sentence = told && (t.reasons[told.reason] || t.other(told.reason));
  const text = typeof sentence === "function" ? sentence(told.data) : sentence || "";
  const kind = !text ? "empty" : ENDS.includes(told.reason) ? "" : "bad";
  return html`<p role="status" id="told" class=${`notice ${kind}`}
    data-reason=${told?.reason || ""}>${text}</p>`;
}

function Who({ login, state, t }) {
  if (state.user) {
    return html`<p class="row" id="who"><span>${t.youAre} <strong>${state.user}</strong></span>
      <button type="button" class="quiet" onClick=${() => login.signOut()}>${t.signOut}</button>
      </p>`;
  }
  if (!state.trial) return null;
  return html`<label for="name">${t.name}</label>
    <input id="name" name="name" required maxlength="64" pattern="[A-Za-z0-9._@\\-]+"
      autocomplete="username" aria-describedby="name-hint" />
    <p class="muted small" id="name-hint">${t.nameHint}</p>`;
}

function Question({ login, state, t }) {
  const submit = (event) => {
    event.preventDefault();
    const words = new FormData(event.target);
    login.confirm(event.submitter?.value === "allow", words.get("code"), words.get("name"));
  };
  const button = (verb, kind) => html`<button type="submit" class=${kind} id=${verb} value=${verb}
    disabled=${state.doing !== ""} aria-busy=${state.doing === verb}>${t[verb]}</button>`;
  return html`<form onSubmit=${submit}>
    <label for="code">${t.code}</label>
    <input id="code" name="code" class="code" value=${state.code} required maxlength="20"
      autocomplete="off" autocapitalize="characters" spellcheck="false"
      aria-describedby="compare" />
    <p class="notice" id="compare">${t.compare}</p>
    <${Who} login=${login} state=${state} t=${t} />
    <div class="buttons">${button("allow", "primary")}${button("deny", "danger")}</div>
  </form>`;
}

function SignIn({ login, t }) {
  const submit = (event) => {
    event.preventDefault();
    login.signIn(new FormData(event.target).get("token"));
  };
  return html`<form onSubmit=${submit}>
    <label for="token">${t.token}</label>
    <input id="token" name="token" type="password" autocomplete="off" required
      aria-describedby="token-hint" />
    <p class="muted small" id="token-hint">${t.tokenHint}</p>
    <button type="submit" class="primary" id="sign-in">${t.signIn}</button>
  </form>`;
}

export function Page({ login, state, t }) {
  const isOver = ENDS.includes(state.told?.reason);
  const isOff = state.told?.reason === "NOT_FOUND";
  const canSay = state.user || state.trial;
  return html`
    <header class="top">
      <span class="brand">
        <img src="/pages/assets/icon.svg" alt="" width="28" height="28" /> Penstock</span>
    </header>
    <main>
      <section class="card" aria-labelledby="title">
        <h1 id="title">${t.title}</h1>
        ${!isOver && !isOff && html`<p>${t.asks}</p>`}
        ${!isOver && !isOff && canSay &&
          html`<${Question} login=${login} state=${state} t=${t} />`}
        ${!isOver && !isOff && !canSay && state.trial !== null &&
          html`<${SignIn} login=${login} t=${t} />`}
        <${Told} told=${state.told} t=${t} />
      </section>
    </main>`;
}
