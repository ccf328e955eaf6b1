/*
 * main.js - the sale page: one shop, one drawing of it.
 *
 * ?item=NAME chooses what is sold, `ticket` if it says nothing. The page is drawn when something
 * has changed and, for its countdowns, a few times a second while it is seen.
 */
import { language } from "../assets/language.js";
import { html, render } from "../assets/ui.js";
import { Shop } from "./shop.js";
import { Page } from "./view.js";
import { words } from "./words.js";

const TICK_MS = 200;
const NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/;

const wanted = new URLSearchParams(location.search).get("item") || "";
const item = NAME.test(wanted) ? wanted : "ticket";
const root = document.getElementById("page");
let shop = null;

function draw() {
  if (!shop) return;
  render(html`<${Page} shop=${shop} state=${shop.state} now=${shop.clock.now()} t=${words()} />`,
         root);
}

document.documentElement.lang = language();
document.title = `${item} · Penstock`;
shop = new Shop(item, draw);
shop.start();
draw();
setInterval(() => document.hidden || draw(), TICK_MS);
