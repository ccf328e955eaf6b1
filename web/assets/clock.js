/*
 * clock.js - the server's time, by which everything is decided, read on this machine.
 *
 * A sample asks GET /time; the time told belongs to the middle of the way there and back, so its
 * error is at most half the round trip. The best of the last samples counts. Between samples the
 * monotonic clock goes on, so a change of this machine's date moves nothing.
 */
import { ask } from "./ask.js";

const KEPT = 8;

export class Clock {
  constructor() {
    this.samples = [];
  }

  // Asks once; true if an answer came.
  async sample() {
    const { status, data, sentAt, gotAt } = await ask("GET", "/time");
    if (status !== 200 || !Number.isFinite(data.now)) return false;
    this.samples.push({ trip: gotAt - sentAt, offset: data.now - (sentAt + gotAt) / 2 });
    this.samples = this.samples.slice(-KEPT);
    return true;
  }

  isSet() {
    return this.samples.length > 0;
  }

  // The server's time in ms; this machine's until a first sample is there.
  now() {
    if (!this.samples.length) return Date.now();
    const best = this.samples.reduce((a, b) => (b.trip < a.trip ? b : a));
    return performance.now() + best.offset;
  }
}
