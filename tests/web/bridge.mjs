/*
 * bridge.mjs - Chromium on a wire: does by playwright-core what tests/harness/browser.py sends.
 *
 * One JSON object a line comes in, {"id", "on", "call", "args"}, and one goes out, {"id", "value"}
 * or {"id", "fault"}. `on` is "browser" or the name of a page. A browser opens pages, each with a
 * profile of its own or as another tab of one, and tells what its pages complained of; a page takes
 * any method of playwright's Page by name ("keyboard.press" too), and answers what is JSON of it.
 * When standard input ends, so does everything.
 */
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const pages = new Map();
const complaints = [];
const isRoot = process.getuid() === 0;
let browser = null;

// Somebody else made or removed a network interface on this machine: Chromium then gives up what is
// under way, loopback or not. A page that was loading is loaded again; it is nobody's complaint.
const UPHEAVAL = "ERR_NETWORK_CHANGED";
const LOADS_MAX = 5;

function watch(name, page) {
  page.upheavals = 0;
  const complain = (text) => {
    if (text.includes(UPHEAVAL)) page.upheavals++;
    else complaints.push(`${name}: ${text}`);
  };
  page.on("console", (line) => {
    if (line.type() === "error" || line.type() === "warning") complain(line.text());
  });
  page.on("pageerror", (error) => complain(String(error.stack || error)));
}

const verbs = {
  async launch(executablePath) {
    const args = ["--disable-gpu", "--hide-scrollbars", "--font-render-hinting=none"];
    browser = await chromium.launch({ executablePath, chromiumSandbox: !isRoot, args });
    return browser.version();
  },

  async open(name, options) {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(10000);
    const page = await context.newPage();
    watch(name, page);
    pages.set(name, page);
  },

  async tab(name, beside) {
    const page = await pages.get(beside).context().newPage();
    watch(name, page);
    pages.set(name, page);
  },

  async load(name, url) {
    const page = pages.get(name);
    for (let i = 0, before = -1; i < LOADS_MAX && before !== page.upheavals; i++) {
      before = page.upheavals;
      await page.goto(url).catch((error) => {
        if (!String(error).includes(UPHEAVAL)) throw error;
        page.upheavals++;
      });
    }
  },

  // Counts what the page asks for, by "METHOD path": the times, and the headers sent.
  async listen(name) {
    const page = pages.get(name);
    page.heard = [];
    page.on("request", (request) => page.heard.push({
      line: `${request.method()} ${new URL(request.url()).pathname}`,
      headers: request.headers(), at: Date.now(),
    }));
  },

  heard: (name) => pages.get(name).heard,

  heardAt: (name, line) => pages.get(name).heard.filter((one) => one.line === line)
    .map((one) => one.at),

  // Requests of a path get no answer. "cut": they do not reach the server, and the page sees that
  // at once; "ask": the server has them, and the page waits.
  async swallow(name, pattern, how) {
    const page = pages.get(name);
    page.swallows = how;
    await page.route(pattern, async (route) => {
      if (page.swallows === "cut") await route.abort("connectionreset");
      else if (page.swallows === "ask") await route.fetch().catch(() => null);
      else await route.continue();
    });
  },

  // Never by unroute(): that would let go what is being swallowed.
  async letThrough(name) {
    pages.get(name).swallows = "";
  },

  // Closes all pages; what they said since complaints() was asked last.
  async closeAll() {
    const contexts = new Set([...pages.values()].map((page) => page.context()));
    pages.clear();
    const said = complaints.splice(0);
    await Promise.all([...contexts].map((context) => context.close()));
    return said;
  },

  complaints: () => complaints.splice(0),
};

async function perform({ on, call, args = [] }) {
  if (on === "browser") return verbs[call](...args);
  const path = call.split(".");
  const method = path.pop();
  const target = path.reduce((object, name) => object[name], pages.get(on));
  const value = await target[method](...args);
  return value === null || ["string", "number", "boolean"].includes(typeof value) ||
    method === "evaluate" ? value : null;
}

const lines = createInterface({ input: process.stdin });
lines.on("line", async (line) => {
  const question = JSON.parse(line);
  let answer;
  try {
    answer = { id: question.id, value: await perform(question) };
  } catch (error) {
    answer = { id: question.id, fault: String(error.message || error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
lines.on("close", async () => {
  await browser?.close();
  process.exit(0);
});
