/*
 * clock.js - the server's time, by which everything is decided, read on this machine.
 *
 * A sample asks GET /time; the time told belongs to the middle of the way there and back, so its
 * error is at most half the round trip. The best of the last samples counts. Between samples the
 * monotonic clock goes on, so a change of this machine's date moves nothing. But it may stand still
 * while the machine sleeps: samples that contradict a new one are of another time, and go.
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
    this.take({ trip: gotAt - sentAt, offset: data.now - (sentAt + gotAt) / 2 });
    return true;
  }

  take(sample) {
    const best = this.best();
    const isOther = best && Math.abs(sample.offset - best.offset) > sample.trip + best.trip;
    this.samples = [...(isOther ? [] : this.samples), sample].slice(-KEPT);
  }

  best() {
    return this.samples.reduce((a, b) => (a && a.trip <= b.trip ? a : b), null);
  }

  isSet() {
    return this.samples.length > 0;
  }

  // The server's time in ms; this machine's until a first sample is there.
  now() {
    const best = this.best();
    return best ? performance.now() + best.offset : Date.now();
  }
}
