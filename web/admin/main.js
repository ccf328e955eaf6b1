/*
 * main.js - the operator's page: one monitor, one drawing of it, anew with every look and second.
 */
import { language } from "../assets/language.js";
import { html, render } from "../assets/ui.js";
import { Monitor } from "./monitor.js";
import { Page } from "./view.js";
import { chinese, english } from "./words.js";

const t = language() === "en" ? english : chinese;
const root = document.getElementById("page");
let monitor = null;

function draw() {
  render(html`<${Page} monitor=${monitor} state=${monitor.state} t=${t} />`, root);
}

document.documentElement.lang = language();
document.title = `Penstock · ${t.title}`;
monitor = new Monitor(draw);
monitor.start();
draw();
setInterval(() => document.hidden || draw(), 1000);
