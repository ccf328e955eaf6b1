/*
 * poller.js - does something again and again, gently.
 *
 * Runs start `everyMs` apart at the least, never two at once, and none while the page is hidden;
 * when it is seen again the next comes at once. Thousands of pages that were opened together drift
 * apart, by a tenth of the interval unless `drift` says otherwise.
 */
export class Poller {
  constructor(everyMs, run, { drift = 0.1 } = {}) {
    this.everyMs = everyMs;
    this.drift = drift;
    this.run = run;
    this.timer = null;
    this.running = false;
    this.last = -Infinity;
    document.addEventListener("visibilitychange", () => this.plan());
    window.addEventListener("pageshow", () => this.plan());
  }

  start() {
    this.plan();
    return this;
  }

  // Runs as soon as the interval allows.
  plan() {
    clearTimeout(this.timer);
    if (document.hidden || this.running) return;
    const drift = this.everyMs * this.drift * Math.random();
    const wait = Math.max(0, this.last + this.everyMs + drift - performance.now());
    this.timer = setTimeout(() => this.once(), wait);
  }

  async once() {
    this.running = true;
    this.last = performance.now();
    try {
      await this.run();
    } finally {
      this.running = false;
      this.plan();
    }
  }
}
