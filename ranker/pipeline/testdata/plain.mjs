// Reads gzip'ed rrweb recordings the plain way: gunzip, JSON.parse, and a tree of objects that the changes are made to, so that
// what was pressed can be described. It prints the CPU time of each step in milliseconds, of the last of several rounds:
//
//   node plain.mjs DIRECTORY ROUNDS
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const [directory, rounds] = process.argv.slice(2);
const objects = readdirSync(directory).sort().map((name) => readFileSync(`${directory}/${name}`));

const controls = new Set(["a", "button", "input", "label", "option", "select", "summary", "textarea"]);

// index makes a serialised node known by its id, with everything below it.
function index(page, node, parent) {
  node.parent = parent;
  page.set(node.id, node);
  for (const child of node.childNodes ?? []) index(page, child, node);
}

function forget(page, node) {
  page.delete(node.id);
  for (const child of node.childNodes ?? []) forget(page, child);
}

function change(page, batch) {
  for (const { id } of batch.removes) {
    const node = page.get(id);
    if (!node) continue;
    const siblings = node.parent?.childNodes;
    if (siblings) siblings.splice(siblings.indexOf(node), 1);
    forget(page, node);
  }
  for (let waiting = batch.adds, before = -1; waiting.length > 0 && waiting.length !== before; ) {
    before = waiting.length;
    waiting = waiting.filter(({ parentId, nextId, node }) => {
      const parent = page.get(parentId);
      if (!parent || (nextId && !page.has(nextId))) return true;
      const siblings = (parent.childNodes ??= []);
      const at = nextId ? siblings.indexOf(page.get(nextId)) : -1;
      siblings.splice(at < 0 ? siblings.length : at, 0, node);
      index(page, node, parent);
      return false;
    });
  }
  for (const { id, value } of batch.texts) {
    const node = page.get(id);
    if (node) node.textContent = value;
  }
  for (const { id, attributes } of batch.attributes) {
    const node = page.get(id);
    if (node) node.attributes = { ...node.attributes, ...attributes };
  }
}

function textOf(node, most) {
  if (node.type === 3) return node.textContent ?? "";
  let text = "";
  for (const child of node.childNodes ?? []) {
    if (text.length >= most) break;
    text += textOf(child, most - text.length) + " ";
  }
  return text;
}

// describe says what was pressed: the nearest control, what it is called, and the way to it.
function describe(node) {
  let control = node;
  while (control && !controls.has(control.tagName) && !control.attributes?.role) control = control.parent;
  control ??= node;
  const path = [];
  for (let up = control; up?.tagName; up = up.parent) path.push(up.tagName);
  const { id, class: classes, role, type, href } = control.attributes ?? {};
  return { tag: control.tagName, id, classes, role, type, href, path: path.reverse().join(">"), text: textOf(control, 80).trim().slice(0, 80) };
}

// job returns how much of everything a recording holds, so that nothing is left out.
function job(events) {
  const seen = { presses: 0, described: 0, changes: 0, moves: 0, others: 0 };
  let page = new Map();
  for (const { type, data } of events) {
    if (type === 2) {
      page = new Map();
      if (data.node) index(page, data.node, undefined);
    } else if (type !== 3) {
      seen.others++;
    } else if (data.source === 0) {
      change(page, data);
      seen.changes += data.adds.length + data.removes.length + data.texts.length + data.attributes.length;
    } else if (data.positions) {
      seen.moves += data.positions.length;
    } else if (data.source === 2 || data.source === 5) {
      seen.presses++;
      const node = page.get(data.id);
      if (node && describe(node).path) seen.described++;
    } else {
      seen.others++;
    }
  }
  return seen;
}

let spent;
const total = {};
for (let round = 0; round < Number(rounds); round++) {
  spent = { gunzip: 0, parse: 0, job: 0 };
  let before = process.cpuUsage();
  const lap = (step) => {
    const { user, system } = process.cpuUsage(before);
    spent[step] += (user + system) / 1000;
    before = process.cpuUsage();
  };
  for (const object of objects) {
    const text = gunzipSync(object).toString();
    lap("gunzip");
    const events = JSON.parse(text);
    lap("parse");
    for (const [what, count] of Object.entries(job(events))) total[what] = (total[what] ?? 0) + count;
    lap("job");
  }
}
if (!total.described) throw new Error("nothing was described");
console.log(JSON.stringify(spent));
