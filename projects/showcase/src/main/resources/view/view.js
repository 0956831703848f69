"use strict";
// Asks each second and shows what came. Everything from outside becomes text by textContent alone.

const $ = id => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

function make(tag, { text, cls, ...attributes } = {}, ...children) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (cls) node.className = cls;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Makes the children those of the items, keeping what is there, so that focus and choice stay. */
function keyed(parent, items, keyOf, create, update) {
  const before = new Map([...parent.children].map(child => [child.dataset.key, child]));
  items.forEach((item, i) => {
    const key = keyOf(item);
    let node = before.get(key);
    if (node) before.delete(key); else { node = create(item); node.dataset.key = key; }
    update(node, item);
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
  });
  before.forEach(node => node.remove());
}

function setText(node, text) { if (node.textContent !== text) node.textContent = text; }

const clock = ms => new Date(ms).toLocaleTimeString([], { hour12: false });

function duration(seconds) {
  if (seconds === null || !isFinite(seconds)) return "–";
  if (seconds >= 1) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  if (seconds >= 1e-3) return `${(seconds * 1e3).toFixed(seconds < 1e-2 ? 1 : 0)} ms`;
  return `${(seconds * 1e6).toFixed(0)} µs`;
}

function plain(value) {
  if (value === null) return "–";
  const size = Math.abs(value);
  if (size >= 1e9) return `${(value / 1e9).toFixed(1)} G`;
  if (size >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  if (size >= 1e4) return `${(value / 1e3).toFixed(1)} k`;
  return Number.isInteger(value) ? String(value) : value.toFixed(size < 1 ? 3 : size < 10 ? 2 : 1);
}

function measured(value, unit) {
  if (value === null) return "–";
  if (unit === "s") return duration(value);
  if (unit === "By") return value >= 1 << 20 ? `${(value / (1 << 20)).toFixed(1)} MiB` : `${plain(value)} B`;
  return unit === "" || unit === "1" || unit.startsWith("{") ? plain(value) : `${plain(value)} ${unit}`;
}

/** Lines over time, gaps where nothing is known; lines that have no neighbour are points. */
function spark(svg, lines, top, label) {
  const width = lines[0].values.length - 1 || 1;
  svg.setAttribute("viewBox", `0 0 ${width} 1`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  const paths = [];
  for (const { values, cls, area } of lines) {
    let d = "";
    let open = false;
    values.forEach((value, x) => {
      if (value === null) { open = false; return; }
      const y = (1 - Math.min(1, value / (top || 1))).toFixed(3);
      d += open ? `L${x} ${y}` : `M${x} ${y}${values[x + 1] === null || x === width ? `L${x + 0.01} ${y}` : ""}`;
      open = true;
    });
    if (area) paths.push({ d: `M0 1${values.map((value, x) => `L${x} ${(1 - Math.min(1, (value ?? 0) / (top || 1))).toFixed(3)}`).join("")}L${width} 1Z`, cls: "area" });
    paths.push({ d, cls: cls ?? "" });
  }
  while (svg.children.length > paths.length) svg.lastChild.remove();
  paths.forEach((path, i) => {
    const node = svg.children[i] ?? svg.appendChild(document.createElementNS(SVG, "path"));
    node.setAttribute("class", path.cls);
    node.setAttribute("d", path.d);
  });
}

function sparkNode(cls = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `spark ${cls}`);
  return svg;
}

const most = values => values.reduce((top, value) => Math.max(top, value ?? 0), 0);

// ---- requests

function showRed(rows) {
  $("red-empty").hidden = rows.length > 0;
  $("red").hidden = rows.length === 0;
  keyed($("red").tBodies[0], rows, row => `${row.method} ${row.route}`, row => {
    const cells = Array.from({ length: 9 }, (_, i) => make("td", { cls: [1, 3, 5, 6, 7].includes(i) ? "number" : i === 0 ? "wide" : "" }));
    cells[0].append(make("span", { cls: "method", text: row.method }), make("span", { text: row.route }));
    cells[0].title = `${row.method} ${row.route}`;
    cells[2].append(sparkNode());
    cells[4].append(sparkNode("errors"));
    cells[8].append(sparkNode());
    return make("tr", {}, ...cells);
  }, (tr, row) => {
    const [, rate, rates, errors, errorRates, p50, p95, p99, times] = tr.cells;
    setText(rate, `${row.rateNow.toFixed(1)} /s`);
    setText(errors, row.errorsNow > 0 ? `${row.errorsNow.toFixed(1)} /s` : "0");
    errors.classList.toggle("bad", row.errorsNow > 0);
    setText(p50, duration(row.p50Now));
    setText(p95, duration(row.p95Now));
    setText(p99, duration(row.p99Now));
    const top = most(row.rate);
    spark(rates.firstChild, [{ values: row.rate, area: true }], top, `up to ${top.toFixed(1)} requests a second`);
    spark(errorRates.firstChild, [{ values: row.errors, area: true }], top, `up to ${most(row.errors).toFixed(1)} errors a second`);
    spark(times.firstChild, ["p99", "p95", "p50"].map(cls => ({ values: row[cls], cls })), most(row.p99), `p99 up to ${duration(most(row.p99))}`);
  });
  const options = rows.map(row => `${row.method} ${row.route}`);
  fill($("heat-route"), options, option => option);
  fill($("trace-route"), [...new Set(rows.map(row => row.route))], option => option);
}

/** Options of a choice, what is chosen staying. */
function fill(select, values) {
  const known = [...select.options].map(option => option.value);
  for (const value of values) if (!known.includes(value)) select.append(make("option", { text: value, value }));
}

// ---- heat map

const heat = { data: null, cursor: null };
const HEAT = { left: 62, bottom: 20, top: 4 };
const bound = row => 2 ** ((heat.data.lowest + row) / 2);

function mix(from, to, share) {
  return `rgb(${from.map((part, i) => Math.round(part + (to[i] - part) * share)).join(" ")})`;
}

function colour(name) {
  const probe = make("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const parts = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
  probe.remove();
  return parts;
}

function heatPlace() {
  const canvas = $("heat");
  const { columns, rows } = heat.data;
  const width = canvas.clientWidth - HEAT.left;
  const height = canvas.clientHeight - HEAT.bottom - HEAT.top;
  return { width, height, cell: width / columns, row: height / Math.max(rows, 1) };
}

function showHeat(data) {
  if (data) heat.data = data;
  if (!heat.data) return;
  const canvas = $("heat");
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(canvas.clientWidth * ratio);
  canvas.height = Math.round(canvas.clientHeight * ratio);
  const paint = canvas.getContext("2d");
  paint.scale(ratio, ratio);
  const { columns, rows, cells, endSecond } = heat.data;
  const { width, height, cell, row } = heatPlace();
  const cold = colour("--cold");
  const hot = colour("--hot");
  const faint = mix(colour("--faint"), [0, 0, 0], 0);
  paint.strokeStyle = mix(colour("--line"), [0, 0, 0], 0);
  paint.font = "11px system-ui, sans-serif";
  paint.fillStyle = faint;
  paint.strokeRect(HEAT.left + .5, HEAT.top + .5, width - 1, height);
  const top = Math.max(1, ...cells.map(([, , count]) => count));
  for (const [x, y, count] of cells) {
    paint.fillStyle = mix(cold, hot, Math.log1p(count) / Math.log1p(top));
    paint.fillRect(HEAT.left + x * cell, HEAT.top + height - (y + 1) * row, Math.max(1, cell - .5), Math.max(1, row - .5));
  }
  paint.fillStyle = faint;
  paint.textAlign = "right";
  paint.textBaseline = "middle";
  const every = Math.max(1, Math.ceil(18 / row));
  for (let y = 0; rows > 0 && y <= rows; y += every) {
    const at = Math.min(HEAT.top + height - 5, Math.max(HEAT.top + 6, HEAT.top + height - y * row));
    paint.fillText(duration(bound(y)), HEAT.left - 8, at);
  }
  paint.textBaseline = "alphabetic";
  paint.textAlign = "center";
  const apart = [30, 60, 120].find(seconds => seconds * cell > 64) ?? 240;
  for (let x = columns - 1; x >= 0; x--) {
    const second = endSecond - columns + 1 + x;
    if (second % apart === 0 && x * cell > 24 && x * cell < width - 24) paint.fillText(clock(second * 1000), HEAT.left + x * cell, HEAT.top + height + 15);
  }
  if (heat.cursor) {
    const x = heat.cursor.second - (endSecond - columns + 1);
    const y = heat.cursor.row - heat.data.lowest;
    if (x >= 0 && x < columns && y >= 0 && y < rows) {
      paint.strokeStyle = mix(colour("--bad"), [0, 0, 0], 0);
      paint.lineWidth = 2;
      paint.strokeRect(HEAT.left + x * cell - 1, HEAT.top + height - (y + 1) * row - 1, cell + 2, row + 2);
    }
  }
  tellCell();
}

function tellCell() {
  const { cursor, data } = heat;
  if (!cursor || !data) return;
  const x = cursor.second - (data.endSecond - data.columns + 1);
  const found = data.cells.find(([cx, cy]) => cx === x && cy === cursor.row - data.lowest);
  setText($("heat-cell"), `${clock(cursor.second * 1000)}, ${duration(2 ** (cursor.row / 2))} to ${duration(2 ** ((cursor.row + 1) / 2))}: ${found ? found[2] : 0} ${found?.[2] === 1 ? "request" : "requests"}`);
}

function cellAt(event) {
  if (!heat.data?.rows) return null;
  const box = $("heat").getBoundingClientRect();
  const { height, cell, row } = heatPlace();
  const x = Math.floor((event.clientX - box.left - HEAT.left) / cell);
  const y = Math.floor((HEAT.top + height - (event.clientY - box.top)) / row);
  return x < 0 || x >= heat.data.columns || y < 0 || y >= heat.data.rows ? null
    : { second: heat.data.endSecond - heat.data.columns + 1 + x, row: heat.data.lowest + y };
}

function chooseCell() {
  const { second, row } = heat.cursor;
  filter.cell = { from: second - 2, to: second + 2, min: 2 ** (row / 2) * .93, max: 2 ** ((row + 1) / 2) * 1.07 };
  setText($("cell-filter"), `${clock(second * 1000)}, ${duration(2 ** (row / 2))} to ${duration(2 ** ((row + 1) / 2))} ✕`);
  $("cell-filter").hidden = false;
  $("cell-filter").title = "Show the traces of all times again";
  refreshTraces(true);
}

$("heat").addEventListener("mousemove", event => {
  const cell = cellAt(event);
  if (cell) { heat.cursor = cell; showHeat(); }
});
$("heat").addEventListener("click", event => {
  const cell = cellAt(event);
  if (cell) { heat.cursor = cell; showHeat(); chooseCell(); }
});
$("heat").addEventListener("keydown", event => {
  const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
  if (!heat.data?.rows || (!move && event.key !== "Enter")) return;
  event.preventDefault();
  heat.cursor ??= { second: heat.data.endSecond, row: heat.data.lowest };
  if (move) {
    const { lowest, rows, endSecond, columns } = heat.data;
    heat.cursor = {
      second: Math.min(endSecond, Math.max(endSecond - columns + 1, heat.cursor.second + move[0])),
      row: Math.min(lowest + rows - 1, Math.max(lowest, heat.cursor.row + move[1])),
    };
    showHeat();
  } else chooseCell();
});
$("heat-route").addEventListener("change", () => refresh());
window.addEventListener("resize", () => showHeat());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => showHeat());

// ---- health

const mood = status => ({ UP: "up", OK: "up", DEGRADED: "degraded", STARTING: "degraded", DRAINING: "degraded" })[String(status).toUpperCase()] ?? "down";

function branch(name, value) {
  const item = make("li");
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).filter(([key]) => key !== "status");
    if (value.status !== undefined) item.append(make("span", { cls: `dot ${mood(value.status)}` }), " ");
    item.append(make("span", { text: name }));
    if (value.status !== undefined) item.append(make("span", { cls: "faint", text: ` ${value.status}` }));
    const simple = entries.filter(([, one]) => one === null || typeof one !== "object");
    if (simple.length) item.append(make("small", { text: `  ${simple.map(([key, one]) => `${key} ${one}`).join(", ")}` }));
    const deeper = entries.filter(([, one]) => one !== null && typeof one === "object");
    if (deeper.length) item.append(make("ul", {}, ...deeper.map(([key, one]) => branch(key, one))));
  } else item.append(make("span", { cls: "faint", text: `${name} ` }), String(value));
  return item;
}

function showHealth(nodes) {
  $("health-empty").hidden = nodes.length > 0;
  keyed($("health"), nodes, node => node.node, () => make("div"), (div, node) => {
    const told = JSON.stringify({ ...node, millis: 0 });
    if (div.dataset.told !== told) {
      div.dataset.told = told;
      const status = node.report?.status ?? (node.code ? `answers ${node.code}` : "does not answer");
      const head = make("div", { cls: "node" },
        make("span", { cls: `dot ${node.code === 200 ? mood(node.report?.status ?? "UP") : "down"}` }),
        make("b", { text: node.node }), make("span", { cls: node.code === 200 ? "faint" : "bad", text: status }),
        make("a", { href: node.url, text: node.url.replace("http://", "") }), make("small", { cls: "millis" }));
      if (node.problem) head.append(make("small", { cls: "bad", text: node.problem }));
      const parts = Object.entries(node.report ?? {}).filter(([key]) => key !== "status")
        .flatMap(([key, value]) => key === "checks" && value !== null && typeof value === "object" ? Object.entries(value) : [[key, value]]);
      div.replaceChildren(head, make("ul", {}, ...parts.map(([key, value]) => branch(key, value))));
    }
    setText(div.querySelector(".millis"), `${node.millis} ms`);
  });
}

// ---- numbers

const POOL = "db.client.connection.";

function showPools(numbers) {
  const pools = new Map();
  for (const number of numbers.filter(one => one.name.startsWith(POOL))) {
    const name = number.attributes["db.client.connection.pool.name"] ?? number.attributes["pool.name"] ?? "";
    const key = `${number.node} ${name}`;
    const pool = pools.get(key) ?? { key, node: number.node, name, used: 0, idle: 0, max: 0, pending: 0 };
    pools.set(key, pool);
    const what = number.name.slice(POOL.length);
    if (what === "count") pool[number.attributes["db.client.connection.state"] ?? number.attributes.state] = number.value ?? 0;
    else if (what === "max") pool.max = number.value ?? 0;
    else if (what === "pending_requests") pool.pending = number.value ?? 0;
  }
  const all = [...pools.values()].filter(pool => pool.max > 0 || pool.used + pool.idle > 0);
  $("pools-empty").hidden = all.length > 0;
  keyed($("pools"), all, pool => pool.key, pool => make("div", { cls: "pool" },
    make("div", { cls: "names" }, make("span", {}, make("b", { text: pool.name || "connections" }), make("span", { cls: "faint", text: `  node ${pool.node}` })), make("span")),
    make("div", { cls: "bar" }, make("i"), make("i", { cls: "idle" }))), (div, pool) => {
    const most = Math.max(pool.max, pool.used + pool.idle, 1);
    const told = div.querySelector(".names").lastChild;
    setText(told, `${plain(pool.used)} of ${plain(most)} in use, ${plain(pool.pending)} wait`);
    told.className = pool.pending > 0 ? "bad" : "faint";
    div.classList.toggle("full", pool.used >= most || pool.pending > 0);
    const [used, idle] = div.querySelector(".bar").children;
    used.style.width = `${pool.used / most * 100}%`;
    idle.style.width = `${pool.idle / most * 100}%`;
  });
}

function showNumbers(numbers) {
  showPools(numbers);
  $("numbers-empty").hidden = numbers.length > 0;
  const nodes = [...new Set(numbers.map(one => one.node))].sort();
  const groups = new Map();
  for (const number of numbers) {
    const group = number.name.split(".")[0];
    if (!groups.has(group)) groups.set(group, new Map());
    const key = `${number.name} ${JSON.stringify(number.attributes)}`;
    const rows = groups.get(group);
    if (!rows.has(key)) rows.set(key, { key, name: number.name, unit: number.unit, kind: number.kind, attributes: Object.entries(number.attributes).map(([name, value]) => `${name.split(".").pop()}=${value}`).join(" "), of: {} });
    rows.get(key).of[number.node] = number;
  }
  keyed($("numbers"), [...groups], ([group]) => group, ([group]) => {
    const details = make("details", {}, make("summary", { text: group }), make("table", {}, make("thead", {}, make("tr")), make("tbody")));
    details.open = !["jvm", "otel", "otlp"].includes(group);
    return details;
  }, (details, [group, rows]) => {
    setText(details.firstChild, `${group} (${rows.size})`);
    if (!details.open) return;
    const table = details.querySelector("table");
    keyed(table.tHead.rows[0], ["", ...nodes], node => `of ${node}`, node => make("th", { text: node.trim() && `node ${node}` }), () => {});
    keyed(table.tBodies[0], [...rows.values()], row => row.key, row => make("tr", {}, make("td", { cls: "name" }, make("span", { text: row.name }), make("small", { text: ` ${row.attributes}` }))), (tr, row) => {
      nodes.forEach((node, i) => {
        const td = tr.cells[i + 1] ?? tr.appendChild(make("td", { cls: "number" }, make("span"), sparkNode()));
        const number = row.of[node];
        setText(td.firstChild, number === undefined ? ""
          : number.kind === "HISTOGRAM" ? `${plain(number.value)} /s, p99 ${measured(number.p99, number.unit)}`
          : number.kind === "COUNTER" ? `${number.unit === "s" ? plain(number.value) : measured(number.value, number.unit)} /s` : measured(number.value, number.unit));
        const values = number?.spark ?? [null];
        spark(td.lastChild, [{ values }], most(values), number ? `up to ${plain(most(values))}` : "nothing");
        td.lastChild.toggleAttribute("hidden", !number);
      });
    });
  });
}

function showTop(values) {
  $("top-empty").hidden = values.length > 0;
  const all = values.reduce((sum, one) => sum + one.count, 0);
  keyed($("top"), values, one => one.value, one => make("li", { title: one.value }, make("i"), make("span", { text: one.value }), make("span")), (li, one) => {
    li.firstChild.style.width = `${one.count / values[0].count * 100}%`;
    li.classList.toggle("hot", all > 50 && one.count > all / 2);
    setText(li.lastChild, `${one.count}`);
  });
}

// ---- traces

const filter = { cell: null };

function tracesPath() {
  const query = new URLSearchParams({ limit: "60" });
  if ($("trace-route").value) query.set("route", $("trace-route").value);
  if ($("trace-probes").checked) query.set("probes", "1");
  if ($("trace-errors").checked) query.set("errors", "1");
  if ($("trace-order").value) query.set("slowest", "1");
  for (const [name, value] of Object.entries(filter.cell ?? {})) query.set(name, String(value));
  return `/api/traces?${query}`;
}

function showTraces(rows) {
  $("traces-empty").hidden = rows.length > 0;
  $("traces").hidden = rows.length === 0;
  const longest = Math.max(1, ...rows.map(row => row.micros));
  keyed($("traces").tBodies[0], rows, row => row.id, row => {
    const link = make("a", { href: `#${row.id}` });
    return make("tr", {}, make("td", { text: clock(row.start) }), make("td", { cls: "wide" }, link), make("td", { text: row.instance }),
      make("td", { cls: "number" }), make("td", { cls: "number" }), make("td", { cls: "number" }), make("td", {}, make("span", { cls: "length" })));
  }, (tr, row) => {
    const [, name, , status, spans, time, length] = tr.cells;
    setText(name.firstChild, row.name + (row.whole ? "" : " (its beginning is not here)"));
    name.title = row.name;
    setText(status, row.status);
    setText(spans, String(row.spans));
    setText(time, duration(row.micros / 1e6));
    length.firstChild.style.width = `${Math.max(1, row.micros / longest * 100)}%`;
    tr.classList.toggle("failed", row.errors > 0);
    status.classList.toggle("bad", row.errors > 0 || row.status >= "5");
    tr.classList.toggle("chosen", row.id === shown.id);
  });
}

async function refreshTraces(always) {
  if (always || !($("trace-hold").checked || $("traces").matches(":hover"))) showTraces(await ask(tracesPath()));
}

for (const id of ["trace-route", "trace-order", "trace-errors", "trace-probes"]) $(id).addEventListener("change", () => refreshTraces(true));
$("top-attribute").addEventListener("change", () => refresh());
$("filter").addEventListener("submit", event => event.preventDefault());
$("cell-filter").addEventListener("click", () => {
  filter.cell = null;
  $("cell-filter").hidden = true;
  refreshTraces(true);
});

// ---- one trace

const shown = { id: null, text: "", open: new Set(), target: null };

function ordered(spans) {
  const ids = new Set(spans.map(span => span.id));
  const below = new Map();
  for (const span of spans) {
    const parent = ids.has(span.parent) && span.parent !== span.id ? span.parent : "";
    if (!below.has(parent)) below.set(parent, []);
    below.get(parent).push(span);
  }
  const out = [];
  const seen = new Set();
  const walk = (span, depth) => {
    if (seen.has(span.id)) return;
    seen.add(span.id);
    out.push({ span, depth });
    (below.get(span.id) ?? []).forEach(child => walk(child, depth + 1));
  };
  (below.get("") ?? []).forEach(span => walk(span, 0));
  spans.forEach(span => walk(span, 0)); // those that are each other's parents
  return out;
}

function lines(pairs) {
  return make("dl", {}, ...pairs.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })]));
}

function hop(link, way) {
  const name = link.name || `a span of trace ${link.traceId.slice(0, 8)}… that is not here`;
  const node = make("a", { href: `#${link.traceId}`, text: `${way} ${name}`, "data-span": link.spanId, title: `trace ${link.traceId}, span ${link.spanId}` });
  node.addEventListener("click", event => {
    shown.target = link.spanId;
    if (link.traceId === shown.id) { event.preventDefault(); goToTarget(); }
  });
  return node;
}

/** To the span that a link leads to. */
function goToTarget() {
  const button = shown.target && document.querySelector(`#spans li[data-span="${CSS.escape(shown.target)}"] > button`);
  shown.target = null;
  button?.focus();
  return Boolean(button);
}

function spanNode({ span, depth }, whole, linkedFrom) {
  const failed = span.status === "ERROR";
  const item = make("li", { cls: `span ${span.kind}${failed ? " failed" : ""}`, "data-span": span.id });
  const bar = make("i");
  const left = span.start / whole * 100;
  const width = span.micros / whole * 100;
  bar.style.left = `${left}%`;
  bar.style.width = `${Math.max(0, Math.min(width, 100 - left))}%`;
  const time = make("em", { text: duration(span.micros / 1e6) });
  if (left + width < 82) time.style.left = `${left + width}%`; else time.style.right = `${100 - Math.max(left, 16)}%`;
  if (left + width >= 82 && left < 16) { time.style.right = "0"; time.style.color = "var(--paper)"; }
  const track = make("span", { cls: "track" }, bar, time);
  for (const event of span.events) {
    const mark = make("b", { title: event.name });
    mark.style.left = `${Math.min(99.8, event.at / whole * 100)}%`;
    track.append(mark);
  }
  const name = make("span", { cls: "name", title: span.name }, ...(span.kind === "INTERNAL" ? [] : [make("span", { cls: "kind", text: span.kind.toLowerCase() })]), make("span", { text: (failed ? "✕ " : "") + span.name }));
  name.style.paddingLeft = `${Math.min(depth, 12) * .9}rem`;
  const button = make("button", { type: "button", "aria-expanded": String(shown.open.has(span.id)) }, name, track);
  const more = make("div", { cls: "more" },
    lines([["span", span.id], ["node", `${span.service} ${span.instance}`.trim()], ["began after", duration(span.start / 1e6)], ["took", duration(span.micros / 1e6)],
      ...(span.status === "UNSET" ? [] : [["status", `${span.status} ${span.statusMessage}`.trim()]]), ...(span.scope ? [["scope", span.scope]] : []),
      ...Object.entries(span.attributes)]));
  for (const event of span.events) more.append(make("h3", { text: `${event.name} after ${duration(event.at / 1e6)}` }), lines(Object.entries(event.attributes)));
  more.hidden = !shown.open.has(span.id);
  button.addEventListener("click", () => {
    more.hidden = !more.hidden;
    button.setAttribute("aria-expanded", String(!more.hidden));
    if (more.hidden) shown.open.delete(span.id); else shown.open.add(span.id);
  });
  item.append(button);
  const hops = make("div", { cls: "hops" }, ...span.links.map(link => hop(link, "↰ comes of")), ...linkedFrom.filter(link => link.at === span.id).map(link => hop(link, "↳ leads to")));
  hops.style.paddingLeft = `${Math.min(depth, 12) * .9 + .6}rem`;
  if (hops.children.length) item.append(hops);
  item.append(more);
  return item;
}

function light(spanId, on) {
  for (const node of document.querySelectorAll("#spans .span, #lines li")) if (spanId && node.dataset.span === spanId) node.classList.toggle("lit", on);
}

for (const list of [$("spans"), $("lines")]) {
  for (const [kind, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
    list.addEventListener(kind, event => light(event.target.closest("[data-span]")?.dataset.span, on));
  }
}

function showTrace(trace) {
  const text = JSON.stringify(trace);
  if (text === shown.text) return;
  shown.text = text;
  const whole = Math.max(1, ...trace.spans.map(span => span.start + span.micros));
  setText($("trace-id"), `${trace.id}, ${clock(trace.start)}, ${duration(whole / 1e6)}`);
  const failed = trace.spans.filter(span => span.status === "ERROR").length;
  setText($("trace-notes"), `${trace.spans.length} ${trace.spans.length === 1 ? "span" : "spans"}${failed ? `, ${failed} failed` : ""}${trace.spansLetGo ? `, ${trace.spansLetGo} more were let go` : ""}`);
  $("trace-zipkin").href = `/api/traces/${trace.id}/zipkin`;
  $("axis").replaceChildren(...[0, .25, .5, .75, 1].map(share => {
    const tick = make("span", { text: share === 0 ? "0" : duration(whole * share / 1e6) });
    tick.style.left = `${share * 100}%`;
    return tick;
  }));
  const focused = document.activeElement?.closest("#spans .span")?.dataset.span;
  const ids = new Set(trace.spans.map(span => span.id));
  $("spans").replaceChildren(...ordered(trace.spans).map(one => spanNode(one, whole, trace.linkedFrom)));
  const stray = trace.linkedFrom.filter(link => !ids.has(link.at));
  if (stray.length) $("spans").append(make("li", { cls: "span" }, make("div", { cls: "hops" }, ...stray.map(link => hop(link, "↳ leads to")))));
  if (focused) document.querySelector(`#spans [data-span="${CSS.escape(focused)}"] button`)?.focus();
  $("lines-empty").hidden = trace.lines.length > 0;
  $("lines").replaceChildren(...trace.lines.map(line => {
    const at = line.time ? Date.parse(line.time) - trace.start : NaN;
    const fields = Object.entries(line.fields).filter(([name]) => name !== "trace_flags");
    const isLong = ([, value]) => value.length > 200 || value.includes("\n");
    const rest = fields.filter(field => !isLong(field)).map(([name, value]) => `${name}=${value}`).join("  ");
    const item = make("li", { "data-span": line.spanId, tabindex: "0", title: line.logger });
    item.append(make("span", { cls: "faint", text: isNaN(at) ? "" : `${at < 0 ? "−" : "+"}${duration(Math.abs(at) / 1e3)} ` }),
      make("span", { cls: `level ${/^[A-Z]+$/.test(line.level) ? line.level : ""}`, text: line.level && `${line.level} ` }), make("span", { text: line.message }));
    if (rest) item.append(make("span", { cls: "faint", text: `\n${rest}` }));
    for (const [name, value] of fields.filter(isLong)) item.append(make("details", {}, make("summary", { text: name }), value));
    return item;
  }));
}

async function refreshTrace() {
  if (!shown.id) return;
  const id = shown.id;
  const answer = await fetch(`/api/traces/${encodeURIComponent(id)}`);
  if (id !== shown.id) return;
  if (answer.ok) showTrace(await answer.json());
  else if (answer.status === 404 && !shown.text) {
    setText($("trace-id"), id);
    setText($("trace-notes"), "This trace is not here, or not any more.");
    $("spans").replaceChildren();
    $("lines").replaceChildren();
  }
}

async function fromHash() {
  const id = location.hash.slice(1);
  shown.id = /^[0-9a-f]{32}$/.test(id) ? id : null;
  shown.text = "";
  shown.open.clear();
  $("trace-section").hidden = !shown.id;
  if (shown.id) {
    await refreshTrace();
    $("trace-section").scrollIntoView({ block: "nearest" });
    if (!goToTarget()) $("trace-title").focus({ preventScroll: true });
  }
  for (const tr of $("traces").tBodies[0].rows) tr.classList.toggle("chosen", tr.dataset.key === shown.id);
}

window.addEventListener("hashchange", fromHash);
$("trace-close").addEventListener("click", () => { location.hash = ""; });

// ---- all of it, each second

async function ask(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

function showState(state) {
  const { traces, series, lines, refused, seriesRefused } = state;
  const gone = traces.tracesLetGo + traces.spansLetGo > 0 ? `, ${plain(traces.tracesLetGo)} traces and ${plain(traces.spansLetGo)} spans let go` : "";
  setText($("counts"), `${plain(traces.traces)} traces of ${plain(traces.spans)} spans${gone}; ${series} series; ${plain(lines)} log lines${refused + seriesRefused > 0 ? `; ${plain(refused + seriesRefused)} refused` : ""}`);
  setText($("traces-count"), `the last ${plain(traces.traces)}`);
  $("faults").hidden = state.faults.length === 0;
  const holder = $("faults");
  for (const fault of state.faults) {
    let button = [...holder.querySelectorAll("button")].find(one => one.dataset.name === fault.name);
    if (!button) {
      button = make("button", { type: "button", text: fault.title, title: fault.hint, "data-name": fault.name });
      button.addEventListener("click", () => plant(fault, button));
      holder.append(button);
    }
    button.disabled = fault.running;
  }
  setText($("hint"), state.faults.filter(fault => fault.running).map(fault => `${fault.title}: ${fault.hint}`).join("  "));
}

async function plant(fault, button) {
  button.disabled = true;
  await fetch(`/api/faults/${encodeURIComponent(fault.name)}`, { method: "POST" });
  await refresh();
}

let asking = Promise.resolve();

async function refreshAll() {
  try {
    const route = $("heat-route").value;
    const [state, red, cells, numbers, health, top] = await Promise.all([
      ask("/api/state"), ask("/api/red?seconds=120&step=2"), ask(`/api/heat?seconds=240&route=${encodeURIComponent(route)}`),
      ask("/api/numbers"), ask("/api/health"), ask(`/api/top?seconds=60&attribute=${encodeURIComponent($("top-attribute").value)}`),
    ]);
    showState(state);
    showRed(red);
    showHeat(cells);
    showNumbers(numbers);
    showHealth(health);
    showTop(top);
    await refreshTraces(false);
    await refreshTrace();
    $("live").className = "dot live";
  } catch (problem) {
    $("live").className = "dot down";
    setText($("counts"), `the view does not answer: ${problem.message}`);
  }
}

function refresh() {
  asking = asking.then(refreshAll);
  return asking;
}

async function live() {
  if (!document.hidden) await refresh();
  setTimeout(live, 1000);
}

fromHash();
live();
