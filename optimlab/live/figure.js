// One widget for every live figure and question. Python computes frames (marks in data coordinates, see marks.py);
// this file draws them on canvas and holds the controls. No dependencies, no build step.

const RESTARTED = "The kernel was restarted. Run this cell again to bring the figure back.";
const WAITING = "The kernel is busy, the answer will follow. If the kernel was restarted, run this cell again.";
const FONT = "13px 'DejaVu Sans', Verdana, system-ui, sans-serif";
const SMALL = "12px 'DejaVu Sans', Verdana, system-ui, sans-serif";
const AXIS = "#444444";

// Each widget on a page loads this file anew, so ids need a part of their own.
const MINE = Math.random().toString(36).slice(2, 8);
let counter = 0;
const newId = () => `ol-${MINE}-${++counter}`;

// ---------------------------------------------------------------- small helpers

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.append(...withCode(value));
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child));
  return node;
}

// `words in backticks` become code
function withCode(text) {
  return String(text).split("`").map((part, i) => {
    if (i % 2 === 0) return document.createTextNode(part);
    const code = document.createElement("code");
    code.textContent = part;
    return code;
  });
}

// JupyterLab takes arrow keys for itself unless told not to.
const KEYS = { "data-lm-suppress-shortcuts": "true" };

// Who asks for less motion gets no animation, and a training's picture once a second.
const stillness = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const tidy = (value) => parseFloat(value.toPrecision(12));
const shown = (value) => String(parseFloat(Number(value).toPrecision(4))).replace("-", "−");
const NARROW = 480; // pixels: a figure of less is on a phone
const LONGEST = 200; // of a list that is typed into a box
const parse = (text) => {
  const plain = text.trim().replace(",", ".").replace("−", "-");
  return plain === "" ? NaN : Number(plain);
};

// ---------------------------------------------------------------- talking to Python

// At most one request for a picture is on its way; while it is, only the newest values are kept.
class Wire {
  constructor(model, hear) {
    this.model = model;
    this.hear = hear;
    this.view = newId();
    this.seq = 0;
    this.flying = 0;
    this.next = null;
    this.waits = new Set(); // for answers to these requests
    this.slow = () => {};
    this.settled = () => {};
    this.listener = (message, buffers) => this.receive(message, buffers);
    model.on("msg:custom", this.listener);
  }

  send(kind, more = {}) {
    this.waits.add(++this.seq);
    this.settled(false);
    this.model.send({ kind, view: this.view, seq: this.seq, ...more });
    return this.seq;
  }

  draw(request) {
    if (this.next) request = { ...request, forget: request.forget || this.next.forget };
    this.next = request;
    if (!this.flying) this.launch();
  }

  // A word of patience where an answer takes long.
  expect() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.slow(true), 1000);
  }

  launch() {
    if (!this.next) return;
    const request = this.next;
    this.next = null;
    this.released = request.released;
    this.flying = this.send("draw", request);
    this.expect();
  }

  async receive(message, buffers) {
    if (message.view !== this.view) return;
    clearTimeout(this.timer);
    this.slow(false);
    if (message.to === "draw") {
      const released = this.released;
      this.flying = 0;
      this.launch();
      message = { ...message, released };
    }
    await this.hear(message, buffers);
    this.waits.delete(message.seq);
    this.settled(!this.waits.size);
  }

  stop() {
    clearTimeout(this.timer);
    this.model.off("msg:custom", this.listener);
  }
}

// Places in the block of bytes become typed arrays.
function unpack(frame, view) {
  const block = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  for (const picture of Object.values(frame.pictures)) {
    for (const mark of picture.marks) {
      for (const [name, value] of Object.entries(mark)) {
        if (value && value.kind) {
          const Kind = value.kind === "u" ? Uint8ClampedArray : Float32Array;
          mark[name] = new Kind(block, value.at, value.n);
          mark[name].shape = value.shape;
        }
      }
    }
  }
  return frame;
}

// ---------------------------------------------------------------- drawing

const superscript = (power) => String(power).replace(/[-0-9]/g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);

// As powers of ten where one of them has to be and all of them are.
function tickLabels(ticks) {
  const far = ticks.some((t) => t !== 0 && (Math.abs(t) < 1e-3 || Math.abs(t) >= 1e4));
  const isPower = (t) => Math.abs(Math.log10(t) - Math.round(Math.log10(t))) < 1e-6;
  const powers = far && ticks.every((t) => t === 0 || (t > 0 && isPower(t)));
  return ticks.map((t) => {
    if (powers && t > 0) return t === 1 ? "1" : "10" + superscript(Math.round(Math.log10(t)));
    return shown(t);
  });
}

function niceTicks([low, high], scale, most) {
  if (scale === "log") {
    const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
    const by = Math.max(1, Math.ceil((last - first + 1) / most));
    const ticks = [];
    for (let p = first; p <= last; p += by) ticks.push(10 ** p);
    return ticks;
  }
  const raw = (high - low) / most, unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * unit).find((s) => s >= raw);
  const ticks = [];
  for (let t = Math.ceil(low / step) * step; t <= high + step * 1e-9; t += step) ticks.push(tidy(t));
  return ticks;
}

class PanelView {
  constructor(spec, host) {
    this.spec = spec;
    this.host = host;
    this.title = make("div", { class: "ol-title", text: spec.title });
    this.canvas = make("canvas", { role: "img", "aria-label": spec.title });
    this.box = make("div", { class: "ol-box" }, this.canvas);
    this.node = make("div", { class: "ol-panel", style: `--span:${spec.span}` }, this.title, this.box);
    this.context = this.canvas.getContext("2d");
    this.still = document.createElement("canvas");
    this.picture = { title: spec.title, marks: [] };
    if (spec.drag) this.addHandle();
  }

  // The drawing area in CSS pixels: fixed height, or the shape that makes units equal.
  resize() {
    const width = Math.floor(this.node.clientWidth);
    if (!width) return false;
    const { spec } = this;
    const none = (ticks) => ticks && !ticks.length;
    const narrow = this.host.panelBox.clientWidth < NARROW;
    const sides = narrow ? { left: 50, right: 12, bare: 16 } : { left: 58, right: 16, bare: 28 };
    const left = none(spec.yticks) ? sides.bare : sides.left;
    const margin = { left, right: sides.right, top: 8, bottom: none(spec.xticks) ? 8 : 42 };
    let w = Math.max(80, width - margin.left - margin.right), h = spec.height;
    if (spec.equal) {
      const ratio = (spec.ylim[1] - spec.ylim[0]) / (spec.xlim[1] - spec.xlim[0]);
      if (w * ratio <= h) h = Math.round(w * ratio);
      else w = Math.round(h / ratio);
    } else if (spec.span > 6 && narrow) {
      h = Math.round(1.5 * h); // what stood side by side now needs the room one below the other
    }
    this.area = { x: margin.left, y: margin.top, w, h };
    this.width = width;
    this.height = h + margin.top + margin.bottom;
    const sharp = Math.max(1, window.devicePixelRatio || 1);
    for (const canvas of [this.canvas, this.still]) {
      canvas.width = Math.round(width * sharp);
      canvas.height = Math.round(this.height * sharp);
      canvas.getContext("2d").setTransform(sharp, 0, 0, sharp, 0, 0);
      canvas.getContext("2d").room = width;
    }
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${this.height}px`;
    this.box.style.height = `${this.height}px`;
    this.stillFor = null;
    return true;
  }

  limits() {
    return [this.picture.xlim || this.spec.xlim, this.picture.ylim || this.spec.ylim];
  }

  scales() {
    const { area, spec } = this;
    const [xlim, ylim] = this.limits();
    const along = (scale, [low, high], from, length) => {
      if (scale === "log") {
        const a = Math.log10(low), b = Math.log10(high);
        return (v) => (v > 0 ? from + ((Math.log10(v) - a) / (b - a)) * length : from - Math.sign(length) * 1e5);
      }
      return (v) => from + ((v - low) / (high - low)) * length;
    };
    const x = along(spec.xscale, xlim, area.x, area.w), y = along(spec.yscale, ylim, area.y + area.h, -area.h);
    return { X: (v) => clamp(x(v), -1e5, 1e5), Y: (v) => clamp(y(v), -1e5, 1e5) };
  }

  value(px, py) {
    const { area, spec } = this;
    const [xlim, ylim] = this.limits();
    const back = (scale, [low, high], t) =>
      scale === "log" ? 10 ** (Math.log10(low) + t * Math.log10(high / low)) : low + t * (high - low);
    return [
      back(spec.xscale, xlim, clamp((px - area.x) / area.w, 0, 1)),
      back(spec.yscale, ylim, clamp((area.y + area.h - py) / area.h, 0, 1)),
    ];
  }

  // Axes and background, drawn once for each size and each pair of limits.
  drawStill() {
    const key = JSON.stringify(this.limits());
    if (this.stillFor === key) return;
    this.stillFor = key;
    const c = this.still.getContext("2d"), { area, spec } = this, { X, Y } = this.scales();
    const [xlim, ylim] = this.limits();
    c.clearRect(0, 0, this.width, this.height);
    c.fillStyle = "#ffffff";
    c.fillRect(0, 0, this.width, this.height);
    if (this.background) c.drawImage(this.background, area.x, area.y, area.w, area.h);
    c.strokeStyle = AXIS;
    c.fillStyle = "#222222";
    c.lineWidth = 1;
    c.font = SMALL;
    const line = (...p) => {
      c.beginPath();
      c.moveTo(p[0], p[1]);
      c.lineTo(p[2], p[3]);
      c.stroke();
    };
    const left = area.x - 0.5, bottom = area.y + area.h + 0.5;
    if (spec.equal) c.strokeRect(left, area.y - 0.5, area.w + 1, area.h + 1);
    else {
      if (!spec.xticks || spec.xticks.length) line(left, bottom, area.x + area.w, bottom);
      if (!spec.yticks || spec.yticks.length) line(left, area.y, left, bottom);
    }
    const xticks = spec.xticks || niceTicks(xlim, spec.xscale, Math.max(3, area.w / 80));
    const yticks = spec.yticks || niceTicks(ylim, spec.yscale, Math.max(3, area.h / 50));
    c.textAlign = "center";
    c.textBaseline = "top";
    const labels = tickLabels(xticks), widest = Math.max(...labels.map((text) => c.measureText(text).width));
    const apart = xticks.length > 1 ? Math.abs(X(xticks[1]) - X(xticks[0])) : Infinity;
    const nth = Math.max(1, Math.ceil((widest + 4) / apart)); // where there is no room, every second label
    labels.forEach((text, i) => {
      const x = Math.round(X(xticks[i])) - 0.5;
      line(x, bottom, x, bottom + 4);
      const half = c.measureText(text).width / 2;
      if (i % nth === 0) c.fillText(text, clamp(x, half, this.width - half), bottom + 7);
    });
    c.textAlign = "right";
    c.textBaseline = "middle";
    tickLabels(yticks).forEach((text, i) => {
      const y = Math.round(Y(yticks[i])) - 0.5;
      line(left - 4, y, left, y);
      c.fillText(text, left - 7, y);
    });
    c.font = FONT;
    c.textAlign = "center";
    c.textBaseline = "bottom";
    c.fillText(spec.xlabel, area.x + area.w / 2, this.height - 1);
    if (spec.ylabel) {
      c.save();
      c.translate(1, area.y + area.h / 2);
      c.rotate(-Math.PI / 2);
      c.textBaseline = "top";
      c.fillText(spec.ylabel, 0, 0);
      c.restore();
    }
  }

  draw(picture) {
    this.picture = picture;
    if (this.title.textContent !== picture.title) this.title.replaceChildren(...withCode(picture.title));
    if (!this.area) return;
    this.drawStill();
    const c = this.context, { area } = this, scales = this.scales();
    c.save();
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.drawImage(this.still, 0, 0);
    c.restore();
    const ends = [];
    this.words = [];
    for (const mark of picture.marks) {
      c.save();
      if (!["Text", "Points", "Rule"].includes(mark.mark)) {
        c.beginPath();
        c.rect(area.x, area.y, area.w, area.h);
        c.clip();
      }
      DRAW[mark.mark](c, mark, scales, area, mark.mark === "Text" ? this.words : ends);
      c.restore();
    }
    this.labelEnds(ends);
  }

  // Labels at the ends of their lines, pushed apart where they would touch.
  labelEnds(ends) {
    const { area } = this;
    ends.sort((a, b) => b.y - a.y);
    for (let i = 1; i < ends.length; i++) ends[i].y = Math.min(ends[i].y, ends[i - 1].y - 17);
    this.context.font = SMALL;
    for (const { x, y, label, color } of ends) {
      const width = this.context.measureText(label).width;
      const late = x > area.x + 0.8 * area.w || x + 8 + width > this.width;
      const anchor = late ? "right" : "left", at = late ? x - 4 : x + 8;
      words(this.context, label, at, free(at, late ? y - 11 : y, width, anchor, this.words, area), { color, anchor });
    }
  }

  addHandle() {
    this.handle = make("button", { type: "button", class: "ol-handle", ...KEYS });
    this.box.append(this.handle);
    const [xname, yname] = this.spec.drag;
    const point = (event) => {
      const frame = this.canvas.getBoundingClientRect();
      const zoom = frame.width / this.width || 1;
      return this.value((event.clientX - frame.left) / zoom, (event.clientY - frame.top) / zoom);
    };
    const move = (event, released) => {
      const [x, y] = point(event);
      const values = { [xname]: this.host.snap(xname, x) };
      if (yname) values[yname] = this.host.snap(yname, y);
      this.host.change(values, released);
    };
    const start = (event) => {
      if (this.host.locked || event.button > 0) return;
      if (event.currentTarget === this.canvas && event.pointerType === "touch") return;
      event.preventDefault();
      this.handle.focus({ preventScroll: true });
      this.handle.setPointerCapture(event.pointerId);
      this.dragging = event.pointerId;
      if (event.currentTarget === this.canvas) move(event, false);
    };
    this.handle.addEventListener("pointerdown", start);
    this.canvas.addEventListener("pointerdown", start);
    this.handle.addEventListener("pointermove", (event) => {
      if (this.dragging === event.pointerId) move(event, false);
    });
    const stop = (event) => {
      if (this.dragging !== event.pointerId) return;
      this.dragging = null;
      this.host.change({}, true);
    };
    this.handle.addEventListener("pointerup", stop);
    this.handle.addEventListener("pointercancel", stop);
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
    this.handle.addEventListener("keydown", (event) => {
      const way = ways[event.key];
      if (!way || this.host.locked || (way[1] && !yname)) return;
      event.preventDefault();
      event.stopPropagation();
      const by = event.shiftKey ? 10 : 1, values = {};
      this.spec.drag.forEach((name, i) => {
        const control = this.host.controls[name].spec;
        values[name] = this.host.snap(name, this.host.values[name] + way[i] * by * control.step);
      });
      this.host.change(values, true);
    });
  }

  placeHandle(values, locked) {
    if (!this.handle || !this.area) return;
    const { X, Y } = this.scales(), [xname, yname] = this.spec.drag;
    this.handle.style.left = `${X(values[xname])}px`;
    this.handle.style.top = `${Y(yname ? values[yname] : this.limits()[1][0])}px`;
    this.handle.disabled = locked;
  }

  describe(readout, values) {
    this.canvas.setAttribute("aria-label", `${this.picture.title}. ${readout}`);
    if (!this.handle) return;
    const at = this.spec.drag.map((name) => `${this.host.controls[name].spec.label} ${shown(values[name])}`);
    this.handle.setAttribute("aria-label", `${this.spec.handle}: ${at.join(", ")}. Drag it or use the arrow keys.`);
  }
}

function trace(c, xs, ys, { X, Y }) {
  let pen = false;
  c.beginPath();
  for (let i = 0; i < xs.length; i++) {
    const x = X(xs[i]), y = Y(ys[i]);
    if (Number.isNaN(x) || Number.isNaN(y)) pen = false;
    else if (pen) c.lineTo(x, y);
    else {
      c.moveTo(x, y);
      pen = true;
    }
  }
}

const font = (size, bold) =>
  `${bold ? "bold " : ""}${Math.max(12, size * 1.25)}px 'DejaVu Sans', Verdana, system-ui, sans-serif`;

function words(c, text, x, y, { color = "#000000", anchor = "center", size = 10, bold = false, box = false } = {}) {
  c.font = font(size, bold);
  c.textAlign = "left";
  c.textBaseline = "middle";
  const width = c.measureText(text).width, left = x - { left: 0, center: width / 2, right: width }[anchor];
  x = clamp(left, 1, Math.max(1, c.room - width - 1)); // nothing is cut off at the picture's sides
  if (box) {
    c.fillStyle = "rgba(255, 255, 255, 0.88)";
    c.beginPath();
    c.roundRect(x - 4, y - 9, width + 8, 18, 4);
    c.fill();
  } else {
    c.lineJoin = "round";
    c.strokeStyle = "#ffffff";
    c.lineWidth = 4;
    c.strokeText(text, x, y);
  }
  c.fillStyle = color;
  c.fillText(text, x, y);
}

function widthOf(c, { text, size, bold }) {
  c.font = font(size, bold);
  return c.measureText(text).width;
}

const LINE = 16; // the height of one line of words

// Where words of this width may stand: at y, or right below or above others that stand there already. Adds
// their place to those that are taken.
function free(x, y, width, anchor, taken, area) {
  const left = x - { left: 0, center: width / 2, right: width }[anchor], right = left + width;
  const near = taken.filter((t) => left < t.right && right > t.left);
  const places = near
    .flatMap((t) => [t.y + LINE, t.y - LINE])
    .filter((at) => at > area.y + LINE / 2 && at < area.y + area.h - LINE / 2)
    .sort((a, b) => Math.abs(a - y) - Math.abs(b - y));
  const place = [y, ...places].find((at) => near.every((t) => Math.abs(at - t.y) >= LINE)) ?? y;
  taken.push({ left, right, y: place });
  return place;
}

const PATHS = {
  o: (c, x, y, r) => {
    c.moveTo(x + r, y);
    c.arc(x, y, r, 0, 2 * Math.PI);
  },
  s: (c, x, y, r) => c.rect(x - r, y - r, 2 * r, 2 * r),
  D: (c, x, y, r) => polygon(c, x, y, [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]], r),
  "^": (c, x, y, r) => polygon(c, x, y, [[0, -1.1], [1.1, 0.9], [-1.1, 0.9]], r),
  v: (c, x, y, r) => polygon(c, x, y, [[0, 1.1], [1.1, -0.9], [-1.1, -0.9]], r),
  "*": (c, x, y, r) => {
    const corners = [...Array(10).keys()].map((i) => {
      const size = i % 2 ? 0.55 : 1.4, angle = (i * Math.PI) / 5 - Math.PI / 2;
      return [size * Math.cos(angle), size * Math.sin(angle)];
    });
    polygon(c, x, y, corners, r);
  },
  "+": (c, x, y, r) => strokes(c, x, y, [[-1, 0, 1, 0], [0, -1, 0, 1]], r),
  x: (c, x, y, r) => strokes(c, x, y, [[-1, -1, 1, 1], [-1, 1, 1, -1]], r),
};

function polygon(c, x, y, corners, r) {
  corners.forEach(([u, v], i) => (i ? c.lineTo(x + u * r, y + v * r) : c.moveTo(x + u * r, y + v * r)));
  c.closePath();
}

function strokes(c, x, y, lines, r) {
  for (const [a, b, u, v] of lines) {
    c.moveTo(x + a * r, y + b * r);
    c.lineTo(x + u * r, y + v * r);
  }
}

const POINT = 1.3; // CSS pixels for one point of matplotlib's, at this figure's size

const inside = (x, y, { x: left, y: top, w, h }) =>
  x >= left - 1 && x <= left + w + 1 && y >= top - 1 && y <= top + h + 1;

function rememberEnd(mark, { X, Y }, area, ends) {
  if (!mark.label) return;
  for (let i = mark.x.length - 1; i >= 0; i--) {
    const x = X(mark.x[i]), y = Y(mark.y[i]);
    if (inside(x, y, area)) {
      ends.push({ x, y, label: mark.label, color: mark.color });
      return;
    }
  }
}

const DRAW = {
  Line(c, mark, scales, area, ends) {
    c.lineJoin = "round";
    trace(c, mark.x, mark.y, scales);
    if (mark.halo) {
      c.strokeStyle = "#ffffff";
      c.lineWidth = (mark.width + 2.5) * POINT;
      c.stroke();
    }
    c.globalAlpha = mark.alpha;
    c.strokeStyle = mark.color;
    c.lineWidth = mark.width * POINT;
    c.setLineDash(mark.dashes.map((d) => d * POINT));
    c.stroke();
    rememberEnd(mark, scales, area, ends);
  },

  Points(c, mark, { X, Y }, area, ends) {
    const r = (mark.size * POINT) / 2, path = PATHS[mark.marker];
    const open = !mark.filled || mark.marker === "+" || mark.marker === "x";
    c.beginPath();
    for (let i = 0; i < mark.x.length; i++) {
      const x = X(mark.x[i]), y = Y(mark.y[i]);
      if (inside(x, y, area)) path(c, x, y, r);
    }
    c.fillStyle = open ? "#ffffff" : mark.color;
    c.strokeStyle = mark.color;
    c.lineWidth = 1.5;
    c.fill();
    if (open) c.stroke();
    rememberEnd(mark, { X, Y }, area, ends);
  },

  Area(c, mark, { X, Y }) {
    c.beginPath();
    for (let i = 0; i < mark.x.length; i++) c.lineTo(X(mark.x[i]), Y(mark.high[i]));
    for (let i = mark.x.length - 1; i >= 0; i--) c.lineTo(X(mark.x[i]), Y(mark.low[i]));
    c.globalAlpha = mark.alpha;
    c.fillStyle = mark.color;
    c.fill();
  },

  Image(c, mark, { X, Y }) {
    const [rows, columns] = mark.pixels.shape;
    const tile = document.createElement("canvas");
    tile.width = columns;
    tile.height = rows;
    tile.getContext("2d").putImageData(new ImageData(mark.pixels, columns, rows), 0, 0);
    c.imageSmoothingEnabled = false;
    const left = X(mark.x[0]), top = Y(mark.y[1]);
    c.drawImage(tile, left, top, X(mark.x[1]) - left, Y(mark.y[0]) - top);
  },

  Text(c, mark, { X, Y }, area, taken) {
    const width = widthOf(c, mark);
    if (mark.within && width > Math.abs(X(mark.within[1]) - X(mark.within[0])) - 4) return;
    const x = X(mark.x) + mark.dx * POINT, y = Y(mark.y) - mark.dy * POINT;
    words(c, mark.text, x, free(x, y, width, mark.anchor, taken, area), mark);
  },

  Rule(c, mark, { X, Y }, area) {
    const upright = mark.x !== null, at = upright ? X(mark.x) : Y(mark.y);
    c.strokeStyle = mark.color;
    c.lineWidth = mark.width * POINT;
    c.setLineDash(mark.dashes.map((d) => d * POINT));
    c.beginPath();
    if (upright) {
      if (at < area.x - 1 || at > area.x + area.w + 1) return;
      c.moveTo(at, area.y);
      c.lineTo(at, area.y + area.h);
    } else {
      if (at < area.y - 1 || at > area.y + area.h + 1) return;
      c.moveTo(area.x, at);
      c.lineTo(area.x + area.w, at);
    }
    c.stroke();
    c.setLineDash([]);
    if (!mark.label) return;
    const look = { color: mark.color, anchor: mark.side === "right" ? "left" : "right", size: 9.5 };
    if (upright) words(c, mark.label, at + (mark.side === "right" ? 5 : -5), area.y + (1 - mark.at) * area.h, look);
    else {
      const right = mark.side === "right";
      words(c, mark.label, right ? area.x + area.w - 4 : area.x + 4, at - 10, { ...look, anchor: mark.side });
    }
  },

  Arrow(c, mark, { X, Y }) {
    const x0 = X(mark.x0), y0 = Y(mark.y0), x = X(mark.x), y = Y(mark.y), angle = Math.atan2(y - y0, x - x0);
    c.strokeStyle = c.fillStyle = mark.color;
    c.lineWidth = 2;
    c.beginPath();
    c.moveTo(x0, y0);
    c.lineTo(x - 8 * Math.cos(angle), y - 8 * Math.sin(angle));
    c.stroke();
    c.beginPath();
    c.moveTo(x, y);
    for (const turn of [2.7, -2.7]) c.lineTo(x + 13 * Math.cos(angle + turn), y + 13 * Math.sin(angle + turn));
    c.fill();
  },
};

// ---------------------------------------------------------------- controls

class ControlView {
  constructor(spec, host) {
    this.spec = spec;
    this.host = host;
    const id = newId();
    this.error = make("span", { class: "ol-error", id: `${id}-error`, role: "alert" });
    const label = make("label", { for: id, text: spec.label });
    if (spec.kind === "toggle") {
      this.input = make("input", { type: "checkbox", id, ...KEYS, onchange: () => this.put(this.input.checked, true) });
      this.node = make("div", { class: "ol-control ol-toggle" }, this.input, label);
    } else if (spec.kind === "choice") {
      const options = spec.choices.map((c, i) => make("option", { value: i, text: c }));
      this.input = make("select", { id, ...KEYS }, ...options);
      this.input.addEventListener("change", () => this.put(spec.choices[this.input.value], true));
      this.node = make("div", { class: "ol-control" }, label, make("div", { class: "ol-row" }, this.input));
    } else {
      this.buildNumber(id, label);
    }
    if (spec.kind === "numbers") this.node.classList.add("ol-list");
  }

  buildNumber(id, label) {
    const { spec } = this, log = spec.kind === "logfloat";
    const range = log ? [Math.log10(spec.low), Math.log10(spec.high)] : [spec.low, spec.high];
    if (spec.kind !== "seed" && spec.kind !== "numbers") {
      const attributes = { type: "range", id, min: range[0], max: range[1], step: spec.step, ...KEYS };
      this.slider = make("input", attributes);
      const read = () => {
        const at = Number(this.slider.value);
        return this.clean(log ? parseFloat((10 ** at).toPrecision(3)) : tidy(at));
      };
      this.slider.addEventListener("input", () => this.put(read(), false));
      this.slider.addEventListener("change", () => this.put(read(), true));
    }
    this.input = make("input", {
      type: "text",
      inputmode: "decimal",
      autocomplete: "off",
      id: this.slider ? `${id}-box` : id,
      "aria-label": this.slider ? `${spec.label}, as a number` : null,
      "aria-describedby": `${id}-error`,
      ...KEYS,
    });
    this.input.addEventListener("input", () => this.typed(false));
    this.input.addEventListener("change", () => this.typed(true));
    this.input.addEventListener("keydown", (event) => {
      if (spec.kind !== "numbers" && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
        event.preventDefault();
        this.nudge(event.key === "ArrowUp" ? 1 : -1);
      } else if (event.key === "Enter") {
        event.stopPropagation();
        this.typed(true);
      }
    });
    const row = make("div", { class: "ol-row" }, this.slider);
    if (spec.nudge) row.append(this.nudger(-1));
    row.append(this.input);
    if (spec.nudge) row.append(this.nudger(1));
    if (spec.kind === "seed") {
      const another = () => this.put(Math.floor(Math.random() * (spec.high + 1)), true);
      row.append(make("button", { type: "button", text: "New seed", onclick: another }));
    }
    this.node = make("div", { class: "ol-control" }, label, row, this.error);
  }

  nudger(way) {
    const name = `${this.spec.label} ${way > 0 ? "plus" : "minus"} ${this.spec.nudge}`;
    return make("button", {
      type: "button",
      class: "ol-nudge",
      "aria-label": name,
      text: way > 0 ? "+" : "−",
      onclick: () => this.nudge(way),
    });
  }

  nudge(way) {
    const by = this.spec.nudge || this.spec.step || 1;
    const at = this.host.values[this.spec.name] / by;
    const next = way > 0 ? Math.floor(at + 1e-6) + 1 : Math.ceil(at - 1e-6) - 1;
    this.put(this.clean(tidy(next * by)), true);
  }

  clean(value) {
    value = clamp(value, this.spec.low, this.spec.high);
    return this.spec.kind === "int" || this.spec.kind === "seed" ? Math.round(value) : value;
  }

  typed(released) {
    const { spec } = this, list = spec.kind === "numbers", whole = spec.kind === "int" || spec.kind === "seed";
    const fits = (x) => Number.isFinite(x) && x >= spec.low && x <= spec.high && (!whole || Number.isInteger(x));
    const range = `from ${shown(spec.low)} to ${shown(spec.high)}`;
    const value = list ? this.input.value.split(/[\s,;]+/).filter(Boolean).map(parse) : parse(this.input.value);
    const good = list ? value.length > 0 && value.length <= LONGEST && value.every(fits) : fits(value);
    const wanted = list ? `a list of numbers ${range}, such as 1, -2, 0.5` : `a ${whole ? "whole " : ""}number ${range}`;
    this.error.textContent = good ? "" : `Write ${wanted}.`;
    this.input.setAttribute("aria-invalid", String(!good));
    if (good) this.host.change({ [spec.name]: value }, released, this);
  }

  put(value, released) {
    this.host.change({ [this.spec.name]: value }, released);
  }

  show(value, typing) {
    const { spec } = this;
    if (spec.kind === "toggle") this.input.checked = value;
    else if (spec.kind === "choice") this.input.value = spec.choices.indexOf(value);
    else {
      if (this.slider) {
        this.slider.value = spec.kind === "logfloat" ? Math.log10(value) : value;
        this.slider.setAttribute("aria-valuetext", shown(value));
      }
      if (!typing) {
        this.input.value = spec.kind === "numbers" ? value.map(shown).join(", ") : shown(value);
        this.input.removeAttribute("aria-invalid");
        this.error.textContent = "";
      }
    }
  }

  enable(on) {
    for (const node of this.node.querySelectorAll("input, select, button")) node.disabled = !on;
  }
}

// ---------------------------------------------------------------- questions

// A fieldset with radios or a number box -> { node, value(), lock() }
function answerBox(choices, label, id) {
  if (choices.length) {
    const radios = choices.map((choice, i) => {
      const input = make("input", { type: "radio", name: id, id: `${id}-${i}`, value: i, ...KEYS });
      return make("div", { class: "ol-choice" }, input, make("label", { for: `${id}-${i}`, text: choice }));
    });
    const node = make("div", { class: "ol-choices" }, ...radios);
    const inputs = [...node.querySelectorAll("input")];
    const show = (answer) => {
      const i = choices.indexOf(answer);
      if (i < 0) return;
      inputs[i].checked = true;
      radios[i].classList.add("ol-chosen");
      radios[i].append(make("span", { text: "your guess" }));
    };
    return { node, show, value: () => choices[inputs.findIndex((input) => input.checked)] };
  }
  const input = make("input", { type: "text", inputmode: "decimal", autocomplete: "off", id, ...KEYS });
  const node = make("div", { class: "ol-number" }, make("label", { for: id, text: label }), input);
  const show = (answer) => (input.value = answer ?? "");
  return { node, show, value: () => input.value.replace("−", "-"), input };
}

class QuestionView {
  constructor(spec, wire) {
    this.spec = spec;
    const id = newId();
    const how = spec.unit.startsWith("times") ? "how many" : "in";
    this.box = answerBox(spec.choices, spec.unit ? `Your guess, ${how} ${spec.unit}` : "Your guess", id);
    this.says = make("p", { class: "ol-reply", "aria-live": "polite" });
    const submit = (event) => {
      event.preventDefault();
      wire.send(spec.again ? "answer" : "predict", { answer: this.box.value() ?? "" });
    };
    const skip = () => wire.send("predict", { skipped: true });
    this.buttons = make(
      "div",
      { class: "ol-buttons" },
      make("button", { type: "submit", class: "ol-main", text: spec.again ? "Check" : "Lock in my guess" }),
      spec.again ? null : make("button", { type: "button", text: "Skip", onclick: skip }),
    );
    this.fields = make("fieldset", {}, make("legend", { text: spec.text }), this.box.node, this.buttons);
    this.node = make("form", { class: "ol-question", novalidate: true, onsubmit: submit }, this.fields, this.says);
    if (this.box.input) this.box.input.addEventListener("keydown", (event) => event.stopPropagation());
  }

  say(text, kind = "") {
    this.says.className = `ol-reply ${kind}`;
    this.says.replaceChildren(...withCode(text));
  }

  // The guess stays in sight, and the reply stands where the buttons were.
  answered(asked) {
    this.fields.disabled = true;
    this.buttons.remove();
    this.box.show(asked.answer);
    this.say(asked.text, asked.skipped ? "ol-skipped" : "ol-done");
  }
}

class TasksView {
  constructor(spec, host) {
    this.host = host;
    this.list = [...(spec.why ? [{ ...spec.why, index: -1, name: "Why?" }] : [])];
    spec.tasks.forEach((task, i) => this.list.push({ ...task, index: i, name: `Task ${i + 1}` }));
    this.tabs = this.list.map((task) =>
      make("button", { type: "button", "aria-pressed": "false", text: task.name, onclick: () => this.pick(task, true) }),
    );
    this.body = make("div", { class: "ol-task" });
    this.node = make(
      "section",
      { class: "ol-tasks", "aria-label": "Tasks", hidden: true },
      make("div", { class: "ol-buttons" }, ...this.tabs),
      this.body,
    );
    this.said = new Map();
    if (this.list.length) this.pick(this.list.find((t) => t.index === (spec.task || 0) - 1) || this.list[0], false);
  }

  pick(task, setup) {
    this.task = task;
    this.tabs.forEach((tab, i) => tab.setAttribute("aria-pressed", String(this.list[i] === task)));
    const id = newId();
    this.box = task.choices.length || task.asks ? answerBox(task.choices, task.asks, id) : null;
    this.verdict = make("p", { class: "ol-reply", "aria-live": "polite" });
    const check = (event) => {
      event.preventDefault();
      this.host.ask(task.index, this.box ? this.box.value() : undefined);
    };
    const fields = make(
      "fieldset",
      {},
      make("legend", { text: task.text }),
      this.box && this.box.node,
      make("div", { class: "ol-buttons" }, make("button", { type: "submit", class: "ol-main", text: "Check" })),
    );
    this.body.replaceChildren(make("form", { novalidate: true, onsubmit: check }, fields, this.verdict));
    const said = this.said.get(task.index);
    if (said) this.say(said.text, said.solved);
    if (setup && task.setup) this.host.setup(task.setup);
  }

  checked({ task, solved, text }) {
    this.said.set(task, { solved, text });
    if (solved) this.tick(task);
    if (this.task.index === task) this.say(text, solved);
  }

  tick(index) {
    const i = this.list.findIndex((task) => task.index === index);
    if (i >= 0) this.tabs[i].textContent = `${this.list[i].name} ✓`;
  }

  say(text, solved) {
    this.verdict.className = `ol-reply ${solved ? "ol-right" : "ol-notyet"}`;
    this.verdict.textContent = `${solved ? "✓" : "Not yet."} ${text}`;
  }
}

// ---------------------------------------------------------------- the figure

class Figure {
  constructor(model, el) {
    this.spec = model.get("spec");
    this.values = { ...this.spec.values };
    this.locked = true;
    this.wire = new Wire(model, (message, buffers) => this.hear(message, buffers));
    this.wire.slow = (late) => this.note(late ? WAITING : "");
    this.wire.settled = () => this.busy();
    this.build(el);
    this.onDead = () => this.dead();
    model.on("comm_live_update", this.onDead);
    this.model = model;
    this.observer = new ResizeObserver(() => this.relayout());
    this.observer.observe(this.panelBox);
    this.seen = true;
    this.watcher = new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      this.tick();
    });
    this.watcher.observe(this.card);
    this.wire.send("open");
    this.waiting = setTimeout(() => this.note(WAITING), 3000);
  }

  build(el) {
    const { spec } = this;
    this.question = new QuestionView(spec.question, this.wire);
    this.controls = {};
    const visible = make("div", { class: "ol-grid" }), hidden = make("div", { class: "ol-grid", hidden: true });
    for (const control of spec.controls) {
      const view = (this.controls[control.name] = new ControlView(control, this));
      (control.more ? hidden : visible).append(view.node);
    }
    this.hidden = hidden;
    const button = (text, onclick, more = {}) => make("button", { type: "button", text, onclick, ...more });
    this.playButton = button("Play", () => this.play());
    this.moreButton = button("More", () => this.more(hidden.hidden), { "aria-expanded": "false" });
    this.code = make("output", { class: "ol-code", "aria-live": "polite" });
    const gap = () => make("span", { class: "ol-gap" });
    const presets = spec.presets.map((preset) => button(preset.label, () => this.setup(preset.values, preset.now)));
    const steps = spec.play in this.controls;
    this.toolbar = make(
      "div",
      { class: "ol-buttons" },
      steps && this.playButton,
      steps && button("Step 1", () => this.step(1)),
      steps && button("Step 10", () => this.step(10)),
      button("Reset", () => this.reset()),
      presets.length ? gap() : null,
      ...presets,
      gap(),
      hidden.childElementCount ? this.moreButton : null,
      button("Copy as code", () => this.copy()),
    );
    this.panels = Object.fromEntries(spec.panels.map((panel) => [panel.name, new PanelView(panel, this)]));
    this.troubleBox = make("p", { class: "ol-trouble", role: "alert", hidden: true });
    const nodes = Object.values(this.panels).map((panel) => panel.node);
    this.panelBox = make("div", { class: "ol-panels" }, ...nodes, this.troubleBox);
    this.readout = make("p", { class: "ol-readout", "aria-live": "polite" });
    this.numbers = make("dl", { class: "ol-numbers" });
    this.tasks = new TasksView(spec, this);
    this.status = make("p", { class: "ol-status", role: "status" });
    const legend = make("legend", { class: "ol-unseen", text: "Controls" });
    this.bar = make("fieldset", { class: "ol-controls" }, legend, visible, hidden, this.toolbar, this.code);
    this.card = make(
      "div",
      { class: "ol-card", role: "group", "aria-label": spec.about },
      this.question.node,
      this.bar,
      this.status,
      this.panelBox,
      this.readout,
      this.numbers,
      this.tasks.node,
    );
    el.append(make("div", { class: "ol-host" }, this.card));
    this.showValues();
    this.lock(true);
  }

  // -- messages from Python

  hear(message, buffers) {
    clearTimeout(this.waiting);
    if (message.kind === "opened") return this.opened(message, buffers);
    else if (message.kind === "drawn") this.drawn(message, buffers);
    else if (message.kind === "ticked") this.ticked(message, buffers);
    else if (message.kind === "predicted") this.predicted(message.asked);
    else if (message.kind === "checked") this.tasks.checked(message);
    else if (message.kind === "sorry") this.sorry(message);
  }

  async opened(message, buffers) {
    this.note("");
    this.frame = unpack(message.frame, buffers[0]);
    message.solved.forEach((index) => this.tasks.tick(index));
    if (message.asked) {
      this.question.answered(message.asked);
      this.lock(false);
      if (this.spec.task) this.openMoreFor(this.spec.tasks[this.spec.task - 1].setup || {});
    }
    await Promise.all(
      message.backgrounds.map(async (name, i) => {
        const view = buffers[i + 1];
        const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
        this.panels[name].background = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      }),
    );
    this.relayout();
    this.readOut();
    this.good = !this.locked && !message.trouble;
    this.trouble(message.trouble);
    this.catchUp();
  }

  drawn(message, buffers) {
    this.frame = unpack(message.frame, buffers[0]);
    this.heavy = message.heavy;
    this.good = !this.locked;
    if (this.spec.ticks) this.stands(message);
    this.trouble("");
    this.render();
    if (message.released) this.readOut();
  }

  // A tick of a training: where it stands, and the next one, unless it is done or was paused.
  ticked(message, buffers) {
    if (message.seq !== this.ticking) return;
    this.ticking = null;
    this.frame = unpack(message.frame, buffers[0]);
    this.stands(message);
    this.good = true;
    this.trouble(message.trouble);
    if (message.done) this.pause();
    const now = performance.now(), calm = this.playing && stillness();
    if (!calm || now - (this.drawnAt || 0) >= 1000) {
      this.render();
      this.drawnAt = now;
    }
    if (this.playing) this.playing = requestAnimationFrame(() => this.tick());
    else this.readOut();
  }

  predicted(asked) {
    this.question.answered(asked);
    this.lock(false);
    if (this.spec.task) this.openMoreFor(this.spec.tasks[this.spec.task - 1].setup || {});
    this.request(true);
    this.catchUp();
  }

  sorry(message) {
    if (message.to === "predict") this.question.say(message.text, "ol-notyet");
    else if (message.to === "task") this.tasks.say(message.text, false);
    else {
      this.ticking = null;
      this.pause();
      this.trouble(message.text);
    }
  }

  // Words where the curve would be; the last good picture stays behind them.
  trouble(text) {
    this.troubleBox.hidden = !text;
    const behind = this.good ? " The picture behind these words is the last good one." : "";
    this.troubleBox.textContent = text ? text + behind : "";
    this.panelBox.classList.toggle("ol-troubled", Boolean(text));
  }

  // -- what the learner does

  change(values, released, typing) {
    if (this.locked || this.gone) return;
    if (this.spec.ticks && this.spec.play in values) {
      this.goTo(values, released, typing);
      return;
    }
    Object.assign(this.values, values);
    this.showValues(typing);
    this.placeHandles();
    if (released || this.playing || !this.heavy) this.request(released);
  }

  request(released, more = {}) {
    this.wire.draw({ values: { ...this.values }, released, ...more });
  }

  // -- trainings: the control `play` is the step where they stand

  goTo(values, released, typing) {
    Object.assign(this.values, values);
    this.showValues(typing);
    if (released) this.run(this.values[this.spec.play]);
  }

  run(until) {
    this.pause();
    this.until = until;
    this.playButton.textContent = "Pause";
    this.playing = true;
    this.busy();
    this.tick();
  }

  tick() {
    if (!this.playing || this.ticking || !this.seen || this.gone) return;
    this.ticking = this.wire.send("tick", { values: { ...this.values, [this.spec.play]: this.until } });
    this.wire.expect();
  }

  // changed: what the training itself has set, as it was told to at this step
  stands({ step, changed, code }) {
    Object.assign(this.values, changed, { [this.spec.play]: step });
    this.trainingCode = code;
    for (const name of [...Object.keys(changed), this.spec.play]) this.controls[name].show(this.values[name]);
  }

  // A training that was opened at a step is not there yet.
  catchUp() {
    if (this.spec.ticks && !this.locked && this.values[this.spec.play] > 0) this.run(this.values[this.spec.play]);
  }

  // now: controls that take the present value of another one
  setup(values, now = {}) {
    this.openMoreFor(values);
    const present = Object.entries(now).map(([name, other]) => [name, this.values[other]]);
    this.change({ ...values, ...Object.fromEntries(present) }, true);
  }

  openMoreFor(values) {
    if (Object.keys(values).some((name) => this.controls[name].spec.more && !this.spec.panels.some((p) => p.drag?.includes(name)))) {
      this.more(true);
    }
  }

  more(open) {
    this.hidden.hidden = !open;
    this.moreButton.textContent = open ? "Less" : "More";
    this.moreButton.setAttribute("aria-expanded", String(open));
  }

  snap(name, value) {
    const control = this.controls[name], { step, kind } = control.spec;
    if (kind === "logfloat") return control.clean(parseFloat(value.toPrecision(3)));
    return control.clean(tidy(Math.round(value / step) * step));
  }

  step(by) {
    this.pause();
    const { spec } = this.controls[this.spec.play];
    const now = this.values[this.spec.play];
    if (this.spec.ticks && now >= spec.high) return;
    this.change({ [this.spec.play]: now >= spec.high ? spec.low : Math.min(spec.high, now + by) }, true);
  }

  play() {
    if (this.playing) {
      this.pause();
      if (!this.spec.ticks) this.request(true);
      return;
    }
    const name = this.spec.play, { low, high } = this.controls[name].spec;
    if (this.spec.ticks) {
      this.run(high);
      return;
    }
    if (stillness()) {
      this.change({ [name]: high }, true);
      return;
    }
    const from = this.values[name] >= high ? low : this.values[name], pace = (high - low) / 8000, began = performance.now();
    this.playButton.textContent = "Pause";
    const tick = (now) => {
      const value = Math.min(high, Math.floor(from + Math.max(0, now - began) * pace));
      if (value !== this.values[name]) this.change({ [name]: value }, value === high);
      if (value < high && !this.gone) this.playing = requestAnimationFrame(tick);
      else this.pause();
    };
    this.playing = requestAnimationFrame(tick);
    this.busy();
  }

  pause() {
    cancelAnimationFrame(this.playing);
    this.playing = null;
    this.playButton.textContent = "Play";
    this.busy();
  }

  reset() {
    this.pause();
    this.ticking = null;
    this.values = { ...this.spec.values };
    this.showValues();
    this.placeHandles();
    this.request(true, { forget: true });
  }

  async copy() {
    const taken = this.frame?.sets || {};
    const python = (v) => (typeof v === "boolean" ? (v ? "True" : "False") : JSON.stringify(v));
    const pairs = this.spec.controls
      .map((c) => [c.name, python(this.values[c.name]), python(c.default)])
      .filter(([name, value, usual]) => value !== usual && !(name in taken))
      .map(([name, value]) => `${name}=${value}`);
    const text = this.trainingCode || `live.${this.spec.name}(${[...pairs, ...this.spec.extras].join(", ")})`;
    let copied = false;
    try {
      await navigator.clipboard.writeText(text);
      copied = true;
    } catch {
      // a page without leave to write the clipboard: the code stands there to be selected
    }
    this.code.replaceChildren(make("code", {}, text), document.createTextNode(copied ? " Copied." : " Select and copy it."));
  }

  ask(task, answer) {
    this.wire.send("task", { task, answer, values: { ...this.values } });
    this.wire.expect();
  }

  // -- what is shown

  lock(on) {
    this.locked = on;
    this.bar.disabled = on;
    this.tasks.node.hidden = on || !this.tasks.list.length;
    this.card.classList.toggle("ol-locked", on);
    this.placeHandles();
  }

  showValues(typing) {
    for (const [name, control] of Object.entries(this.controls)) control.show(this.values[name], control === typing);
  }

  relayout() {
    for (const panel of Object.values(this.panels)) panel.resize();
    if (this.frame) this.render();
  }

  render() {
    const { frame } = this;
    for (const [name, picture] of Object.entries(frame.pictures)) this.panels[name].draw(picture);
    for (const [name, control] of Object.entries(this.controls)) {
      const taken = name in frame.sets;
      if (taken) this.values[name] = frame.sets[name];
      if (taken) control.show(frame.sets[name]);
      if (control.taken !== taken) control.enable(!taken);
      control.taken = taken;
    }
    this.showNumbers(frame.numbers);
    this.placeHandles();
  }

  showNumbers(rows) {
    if (this.numbers.childElementCount !== rows.length) {
      this.numbers.replaceChildren(...rows.map(() => make("div", {}, make("dt"), make("dd"))));
    }
    rows.forEach(([name, value], i) => {
      const [dt, dd] = this.numbers.children[i].children;
      if (dt.textContent !== name) dt.textContent = name;
      if (dd.textContent !== value) dd.textContent = value;
    });
  }

  placeHandles() {
    for (const panel of Object.values(this.panels)) panel.placeHandle(this.values, this.locked || Boolean(this.gone));
  }

  readOut() {
    this.readout.textContent = this.frame.readout;
    for (const panel of Object.values(this.panels)) panel.describe(this.frame.readout, this.values);
  }

  // Whether the picture is still on its way to where the controls stand.
  busy() {
    const busy = String(Boolean(this.playing) || this.wire.waits.size > 0);
    if (this.panelBox.getAttribute("aria-busy") !== busy) this.panelBox.setAttribute("aria-busy", busy);
  }

  note(text) {
    if (!this.gone) this.status.textContent = text;
  }

  dead() {
    if (this.gone) return;
    this.status.textContent = RESTARTED;
    this.gone = true;
    this.wire.waits.clear();
    this.pause();
    clearTimeout(this.waiting);
    for (const fields of this.card.querySelectorAll("fieldset")) fields.disabled = true;
    for (const tab of this.tasks.tabs) tab.disabled = true;
    this.card.classList.add("ol-gone");
    this.placeHandles();
  }

  close() {
    this.pause();
    clearTimeout(this.waiting);
    this.observer.disconnect();
    this.watcher.disconnect();
    this.wire.stop();
    this.model.off("comm_live_update", this.onDead);
  }
}

// ---------------------------------------------------------------- a question without a picture

class Question {
  constructor(model, el) {
    this.spec = model.get("spec").question;
    this.model = model;
    this.wire = new Wire(model, (message) => this.hear(message));
    this.view = new QuestionView(this.spec, this.wire);
    el.append(make("div", { class: "ol-host" }, make("div", { class: "ol-card ol-alone" }, this.view.node)));
    this.onDead = () => {
      this.view.fields.disabled = true;
      if (this.view.buttons.isConnected) this.view.say("The kernel was restarted. Run this cell again to answer.", "ol-notyet");
    };
    model.on("comm_live_update", this.onDead);
    this.wire.send("open");
  }

  hear(message) {
    if (message.asked) this.view.answered(message.asked);
    else if (message.kind === "answered") {
      this.view.say(message.text, message.right ? "ol-right" : "ol-notyet");
      if (message.right) this.view.fields.disabled = true;
    } else if (message.kind === "sorry") this.view.say(message.text, "ol-notyet");
  }

  close() {
    this.wire.stop();
    this.model.off("comm_live_update", this.onDead);
  }
}

export default {
  render({ model, el }) {
    el.classList.add("ol-root");
    const view = model.get("spec").kind === "figure" ? new Figure(model, el) : new Question(model, el);
    return () => view.close();
  },
};
