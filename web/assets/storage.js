/*
 * storage.js - what a browser keeps for a page, or, where it keeps nothing, what the page does.
 *
 * A browser may refuse storage (a setting, a page within another's) or be full; then the page's
 * memory serves, for as long as the page is open: a reload finds nothing, and neither do other
 * tabs. Never an exception.
 */
class Kept {
  constructor(name) {
    this.memory = new Map(); // what the browser did not take
    try {
      this.store = window[name];
    } catch {
      this.store = null;
    }
  }

  getItem(key) {
    if (this.memory.has(key)) return this.memory.get(key);
    return this.attempt((store) => store.getItem(key)) ?? null;
  }

  setItem(key, text) {
    const isTaken = this.attempt((store) => {
      store.setItem(key, text);
      return true;
    });
    if (isTaken) this.memory.delete(key);
    else this.memory.set(key, text);
  }

  removeItem(key) {
    this.memory.delete(key);
    this.attempt((store) => store.removeItem(key));
  }

  attempt(does) {
    try {
      return this.store ? does(this.store) : undefined;
    } catch {
      return undefined;
    }
  }
}

export const lasting = new Kept("localStorage");
export const untilClosed = new Kept("sessionStorage");
