/*
 * main.js - the page of device logins: a person compares a code and says yes or no.
 *
 * ?code=WDJB-MJHT fills the code in; nothing is sent until a button is pressed.
 */
import { language } from "../assets/language.js";
import { html, render } from "../assets/ui.js";
import { Login } from "./login.js";
import { Page } from "./view.js";
import { chinese, english } from "./words.js";

const t = language() === "en" ? english : chinese;
const root = document.getElementById("page");
let login = null;

function draw() {
  render(html`<${Page} login=${login} state=${login.state} t=${t} />`, root);
}

document.documentElement.lang = language();
document.title = `Penstock · ${t.title}`;
login = new Login(new URLSearchParams(location.search).get("code") || "", draw);
draw();
login.start();
