/*
 * visitor.js - who this browser is: a signed-in buyer by a token, else a name made here.
 *
 * A token (v1.<user>.<score>.<expiry>.<mac>) is issued by whoever knows the buyers; it is pasted
 * in, or comes as #token=... in a link, which no server sees and which leaves the address bar at
 * once. The server judges it; here it only tells the name. Without one the browser gives itself a
 * name, so that limits and reservations hold for it as for one buyer.
 */
import { lasting } from "../assets/storage.js";

const NAME = "penstock:visitor";
const TOKEN = "penstock:token";
const SHAPE = /^v1\.([A-Za-z0-9._@-]{1,64})\.\d{1,6}\.\d{1,12}\.[0-9a-f]{64}$/;

export class Visitor {
  constructor(storage = lasting, page = location) {
    this.storage = storage;
    this.read();
    const given = /^#token=(.+)$/.exec(page.hash);
    if (!given) return;
    history.replaceState(null, "", page.pathname + page.search);
    this.signIn(given[1]);
  }

  // Another tab may have signed in or out.
  read() {
    this.token = this.storage.getItem(TOKEN) || "";
  }

  // False if the text is no token.
  signIn(text) {
    const token = text.trim();
    if (!SHAPE.test(token)) return false;
    this.token = token;
    this.storage.setItem(TOKEN, token);
    return true;
  }

  signOut() {
    this.token = "";
    this.storage.removeItem(TOKEN);
  }

  // The name in the token, or "".
  named() {
    return SHAPE.exec(this.token)?.[1] || "";
  }

  user() {
    return this.named() || this.own();
  }

  // What to send as `user`: nothing where the token says it.
  argument() {
    return this.token ? {} : { user: this.own() };
  }

  own() {
    const found = this.storage.getItem(NAME);
    if (found && /^web-[0-9a-f]{16}$/.test(found)) return found;
    const bytes = crypto.getRandomValues(new Uint8Array(8));
    const name = "web-" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    this.storage.setItem(NAME, name);
    return name;
  }
}
