/*
 * chart.js - a chart over time, drawn by uPlot, with a legend that tells numbers.
 *
 * A line is told apart by its dashes and its name as well as by its colour, an area by its pattern.
 * Colours are those of base.css, read anew when the system turns dark or light. The legend shows
 * the newest point, or the one under the pointer. `uPlot` is global: its file is a plain script.
 */
import { Component, html } from "../assets/ui.js";

const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [1, 6]];
const HEIGHT = 190;
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
const dark = matchMedia("(prefers-color-scheme: dark)");

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// Stripes for an area, as in the bars of base.css.
function stripes(context, name) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const brush = tile.getContext("2d");
  brush.fillStyle = colour("card");
  brush.fillRect(0, 0, 8, 8);
  brush.strokeStyle = colour(name);
  brush.lineWidth = 3;
  for (const x of [-8, 0, 8]) {
    brush.moveTo(x, 8);
    brush.lineTo(x + 8, 0);
  }
  brush.stroke();
  return context.createPattern(tile, "repeat");
}

function seriesOf({ label, tone, fill, striped }, i) {
  const paint = striped ? (u) => stripes(u.ctx, tone) : fill ? () => colour(tone) : undefined;
  return { label, stroke: () => colour(fill ? "text" : tone), width: fill ? 1 : 2,
           dash: fill ? [] : DASHES[i % DASHES.length], fill: paint, points: { show: false } };
}

function axis(more) {
  return { stroke: () => colour("muted"), font: "12px Inter, system-ui, sans-serif",
           grid: { stroke: () => colour("line"), width: 1 },
           ticks: { stroke: () => colour("line"), width: 1 }, ...more };
}

// How a series is told apart, for the legend.
function Sample({ tone, fill, striped, dashes }) {
  if (fill) return html`<span class=${`swatch ${striped ? "held" : tone}`} aria-hidden="true" />`;
  return html`<svg class="dash" viewBox="0 0 26 6" aria-hidden="true">
    <line x1="0" x2="26" y1="3" y2="3" class=${`tone-${tone}`} stroke-dasharray=${dashes} /></svg>`;
}

function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString("en-GB");
}

export class Chart extends Component {
  constructor() {
    super();
    this.state = { at: null };
    this.repaint = () => this.build();
  }

  componentDidMount() {
    this.build();
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(this.box);
    dark.addEventListener("change", this.repaint);
  }

  componentWillUnmount() {
    this.watcher.disconnect();
    dark.removeEventListener("change", this.repaint);
    this.plot?.destroy();
  }

  componentDidUpdate(before) {
    const names = (props) => props.series.map(({ label }) => label).join();
    if (names(before) !== names(this.props)) this.build();
    else this.plot?.setData(this.props.data);
  }

  build() {
    this.plot?.destroy();
    const { series, data, format } = this.props;
    this.plot = new window.uPlot({
      width: this.box.clientWidth || 300, height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { setScale: false } },
      scales: { y: { range: (u, low, high) => [0, Math.max(high * 1.08, 4)] } },
      axes: [axis({ space: 90, incrs: STEPS_S, values: (u, marks) => marks.map(clock) }),
             axis({ size: 58, values: (u, marks) => marks.map((n) => format(n)) })],
      series: [{}, ...series.map(seriesOf)],
      hooks: { setCursor: [(u) => this.point(u.cursor.idx)] },
    }, data, this.box);
  }

  fit() {
    if (this.plot && this.box.clientWidth && this.box.clientWidth !== this.plot.width) {
      this.plot.setSize({ width: this.box.clientWidth, height: HEIGHT });
    }
  }

  point(at) {
    if (at !== this.state.at) this.setState({ at: at ?? null });
  }

  render({ title, series, data, raw, format, id }, { at }) {
    const columns = raw || data.slice(1);
    const told = columns.map((column) => column[at ?? column.length - 1]);
    const text = (n) => (n === null || n === undefined ? "–" : format(n));
    const summary = series.map(({ label }, i) => `${label} ${text(told[i])}`).join(", ");
    return html`<section class="card chart" aria-labelledby=${id}>
      <h2 id=${id}>${title}</h2>
      <ul class="legend">${series.map((one, i) => html`<li key=${one.label}>
        <${Sample} ...${one} dashes=${DASHES[i % DASHES.length].join(" ")} />
        ${one.label} <b>${text(told[i])}</b></li>`)}</ul>
      <div class="plot" role="img" aria-label=${`${title}: ${summary}`}
        ref=${(box) => { this.box = box || this.box; }} />
    </section>`;
  }
}
