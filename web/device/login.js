/*
 * login.js - what the page of device logins knows and does.
 *
 * Who says yes is the buyer whose token the sale page or this one keeps; where the nodes are on
 * trial and there is no token, a name. The server judges all of it.
 */
import { ask, bearer } from "../assets/ask.js";
import { Visitor } from "../sale/visitor.js";

export class Login {
  constructor(code, changed) {
    this.visitor = new Visitor();
    this.changed = changed;
    // `trial` is null until the server has said; `told` the last answer's reason and data.
    this.state = { code: code.slice(0, 20), trial: null, doing: "", told: null,
                   user: this.visitor.named() };
  }

  tell(news) {
    this.state = { ...this.state, ...news };
    this.changed();
  }

  // Asks whether logins are on here, and whether a name is enough.
  async start() {
    const { status, data, reason } = await ask("GET", "/device/confirm");
    if (status === 200) this.tell({ trial: data.trial === true });
    else this.tell({ trial: false, told: { reason, data } });
  }

  signIn(token) {
    const isGood = this.visitor.signIn(token);
    this.tell({ user: this.visitor.named(),
                told: isGood ? null : { reason: "BAD_TOKEN", data: {} } });
  }

  signOut() {
    this.visitor.signOut();
    this.tell({ user: "", told: null });
  }

  async confirm(allow, code, name) {
    if (this.state.doing) return;
    this.tell({ doing: allow ? "allow" : "deny", told: null, code });
    const { reason, data } = await ask("POST", "/device/confirm", {
      headers: bearer(this.visitor.token),
      body: { user_code: code, allow, ...(name ? { user: name } : {}) },
    });
    if (reason === "BAD_TOKEN") this.visitor.signOut();
    this.tell({ doing: "", told: { reason, data }, user: this.visitor.named() });
  }
}
