// The back office of a small works: pages that a server writes, with htmx for parts of them; everything else is a page load.
import 'htmx.org';
import '@github/tab-container-element';
import '@github/clipboard-copy-element';
import { guard, toast, beacon, ticking, $ } from '../page/kit.js';
import { path } from '../page/router.js';

// What the server has said and kept for this visitor.
const kept = (k, v) => (v === undefined ? JSON.parse(sessionStorage.getItem(`office-${k}`) || 'null') : sessionStorage.setItem(`office-${k}`, JSON.stringify(v)));
const FIRMS = ['Abel & Sons', 'Brick Lane Timber', 'Castle Glass', 'Dunn Roofing', 'Eastern Pipes', 'Fox Paint', 'Grove Tiles', 'Hill Steel'];
const ORDERS = Array.from({ length: 24 }, (_, i) => ({ no: 4100 + i, firm: FIRMS[(i * 3) % 8], sum: 120 + ((i * 331) % 900), state: ['open', 'late', 'paid'][(i * 7) % 3] }));
const SAID = ['Goods are counted twice, once by each side.', 'A slip without a stamp is not a slip.', 'The gate opens at six and is shut at five.', 'Broken pallets stay with the driver.', 'Invoices above two thousand need two names.', 'Paint is stored in the red shed.'];
const text = (seed, n) => Array.from({ length: n }, (_, i) => SAID[(seed * 5 + i * 7) % 6]).join(' ');
const trs = (list) => list.map((o) => `<tr><td>${o.no}</td><td>${o.firm}</td><td>${o.sum}.00</td><td><span class="tag ${o.state}">${o.state}</span></td><td><a class="see" href="/office/order/${o.no}">view</a></td></tr>`).join('');

let n = 0;
/** parts are what the server answers to htmx: a piece of a page for each address. */
const parts = {
  '/api/orders': (q) => { const list = ORDERS.filter((o) => o.firm.toLowerCase().includes((q.get('q') || '').toLowerCase())); const by = q.get('by'); if (by) list.sort((a, b) => (a[by] < b[by] ? -1 : 1)); const from = Number(q.get('page') || 0) * 6; return trs(list.slice(from % 24, (from % 24) + 6)); },
  '/api/stock': () => `Timber ${40 + ++n} m, tiles ${900 - n} pieces`, '/api/remind': () => `Reminder no. ${++n} was sent`, '/api/audit': () => `${3 + ++n} orders were looked through`,
  '/api/watch': () => (kept('watch', !kept('watch')), kept('watch') ? '★ watched' : '☆ watch'), '/api/hours': () => `Line ${++n}: eight hours`, '/api/assign': () => `Given to ${['Bo', 'Cy', 'Di'][n++ % 3]}`, '/api/note': () => `Noted (${++n})`,
};
const plain = window.fetch;
window.fetch = async (to, opt = {}) => {
  const u = new URL(String(to), location.href);
  const r = await plain(u.pathname, opt);
  const f = Object.values(window.__faults).find((x) => x.quiet);
  const part = parts[u.pathname];
  if (part) window.__ran += 1;
  const html = r.ok ? part?.(u.searchParams) ?? '' : `The server could not do that (${++n})`;
  return { ok: r.ok, status: r.status, url: u.href, redirected: false, headers: new Headers(!r.ok && f ? { 'HX-Reswap': 'none' } : {}), text: async () => html, json: r.json };
};

const TOP = `<div class="head"><a id="logo" href="/office">Yard office</a> <a id="m-new" href="/office/new">New supplier</a> <a id="m-reports" href="/office/reports">Reports</a> <a id="m-rules" href="/office/rules">Rules</a></div>`;
const SCREENS = {
  list: () => `<h1>Orders</h1><input id="q" name="q" placeholder="Supplier" hx-get="/api/orders" hx-trigger="input delay:300ms" hx-target="#rows">
    <table><thead><tr><th>No.</th><th id="byfirm" hx-get="/api/orders?by=firm" hx-target="#rows">Supplier</th><th id="bysum" hx-get="/api/orders?by=sum" hx-target="#rows">Sum</th><th id="bystate">State</th><th></th></tr></thead><tbody id="rows">${trs(ORDERS.slice(0, 6))}</tbody></table>
    <div class="bar"><span class="pg" id="pg2" hx-get="/api/orders?page=1" hx-target="#rows">2</span><span class="pg" id="pg3" hx-get="/api/orders?page=2" hx-target="#rows">3</span><span class="pg" id="pg1" hx-get="/api/orders?page=0" hx-target="#rows">1</span></div>
    <div class="bar"><button id="stock" hx-get="/api/stock" hx-target="#out">Stock</button><button id="remind" hx-post="/api/remind" hx-target="#out">Remind all</button><button id="audit" hx-post="/api/audit" hx-target="#out">Look through</button><i class="ic" id="hours" hx-get="/api/hours" hx-target="#out"><svg width="18" height="18"><circle cx="9" cy="9" r="7" fill="none" stroke="#333"/><path d="M9 5v4l3 2" fill="none" stroke="#333"/></svg></i><a class="btn" id="csv" href="/files/orders.csv" download>Download</a><button id="beep">Sound the bell</button></div>
    <p id="out">Nothing asked yet.</p><p id="legend">Late orders are those that should have come by last Friday. Paid ones are kept for a year and then thrown away.</p><div class="photo" id="photo"></div>`,
  order: (no) => { const o = ORDERS.find((x) => x.no === no); return `<p><a id="up" href="/office">« back to the orders</a></p><h1>Order ${no}</h1><p>${o.firm}, ${o.sum}.00, <b class="tag ${o.state}" id="state">${o.state}</b></p>
    <div class="bar"><div class="btn" id="watch" hx-post="/api/watch" hx-swap="innerHTML">${kept('watch') ? '★ watched' : '☆ watch'}</div><button id="assign" hx-post="/api/assign" hx-target="#out">Give it to somebody</button><button id="note" hx-post="/api/note" hx-target="#out">Note it down</button><span class="ic" id="minus">–</span><b id="boxes">1</b><span class="ic" id="plus">+</span><clipboard-copy id="cc" value="${no}" class="btn">Copy the number</clipboard-copy></div><p id="out"></p>
    <tab-container id="tabs"><button type="button" role="tab" id="t-goods" aria-selected="true">Goods</button><button type="button" role="tab" id="t-way">Way here</button><button type="button" role="tab" id="t-bills">Bills</button><div role="tabpanel"><p>${text(no, 2)}</p></div><div role="tabpanel" hidden><p>${text(no + 1, 2)}</p></div><div role="tabpanel" hidden><p>${text(no + 2, 2)}</p></div></tab-container>
    <div class="photo" id="scan"></div><details id="more"><summary id="sum">Who signed</summary><p>Two names: Bo and Cy.</p></details>${[1, 2, 3, 4, 5].map((i) => `<p class="par">${text(no + i, 8)}</p>`).join('')}`; },
  form: () => { const p = kept('posted') || {}; const bad = kept('bad') || {}; const field = (id, label) => `<p><label>${label}<br><input id="${id}" name="${id}" value="${p[id] ?? ''}"></label>${bad[id] ? `<br><span class="err">${bad[id]}</span>` : ''}</p>`;
    return `<h1>New supplier</h1>${Object.keys(bad).length ? `<div class="flash err">Please look at what is marked.</div>` : ''}<form id="f" action="/office/save" method="post" novalidate>${field('firm', 'Firm')}${field('phone', 'Telephone')}${field('town', 'Town')}${field('tax', 'Tax number')}<p><select id="kind" name="kind"><option>Wood</option><option>Glass</option><option>Stone</option></select></p><p><label><input type="checkbox" id="ok"> I have seen their papers</label></p><div class="bar"><button id="save">Save</button><a id="cancel" href="/office/new?empty">Start again</a></div></form><div class="bar"><button id="import" disabled>Take over from the old list</button></div>`; },
  saved: () => `<h1>Saved</h1><p class="flash">${(kept('posted') || {}).firm} is a supplier now.</p><p><a id="another" href="/office/new?empty">Another one</a></p>`,
  reports: () => `<h1>Reports</h1>${['March', 'April', 'May'].map((m, i) => `<div class="card"><b>${m}</b> <div class="chart" id="chart${i}">${[3, 7, 5, 8, 4].map((h) => `<span style="height:${h * (i + 4)}px"></span>`).join('')}</div></div>`).join('')}<p id="words">${text(3, 3)}</p>`,
  rules: () => `<h1>Rules of the yard</h1><p class="tiny" id="tiny">${text(8, 20)}</p><div class="wide" id="wide">${FIRMS.map((f) => `<span>${f}: ${f.length}00 a month, paid on the third</span>`).join('')}</div>${Array.from({ length: 34 }, (_, i) => `<h3>§ ${i + 1}</h3><p class="par">${text(i, 9)}</p>`).join('')}`,
};

const here = path();
if (location.search === '?empty') { kept('posted', {}); kept('bad', {}); }
const screen = here === '/new' ? 'form' : here === '/save' ? (Object.keys(kept('bad') || {}).length ? 'form' : 'saved') : here === '/reports' ? 'reports' : here === '/rules' ? 'rules' : here.startsWith('/order/') ? 'order' : 'list';
document.head.insertAdjacentHTML('beforeend', `<style>.head{background:#333;padding:10px}.head a{color:#fff;margin-right:14px}table{border-collapse:collapse;width:100%;background:#fff}td,th{border:1px solid #ccc;padding:7px;text-align:left}th[id]{cursor:pointer;color:#036}.tag{padding:2px 7px;border-radius:3px;background:#def;cursor:default}.late{background:#fdd}.pg,.ic{padding:8px 13px;border:1px solid #999;cursor:pointer;background:#fff;display:inline-block}.photo{height:120px;margin:10px 0;background:repeating-linear-gradient(45deg,#cba,#cba 12px,#dcb 12px,#dcb 24px)}.err{color:#a11}.flash{background:#efe;padding:8px}.chart{height:90px;display:flex;gap:6px;align-items:flex-end;background:#fff}.chart span{width:30px;background:#58a}.tiny{font-size:8px;line-height:10px}.wide{overflow-x:auto;white-space:nowrap;border:1px solid #bbb;padding:12px}.wide span{margin-right:40px}[role=tab][aria-selected=true]{background:#ddd}</style>`);
$('#app').innerHTML = TOP + SCREENS[screen](Number(here.slice(7)));

const act = (id, run) => $(`#${id}`)?.addEventListener('click', guard(id, run));
let boxes = 1;
const draw = () => { $('#boxes').textContent = boxes; };
act('plus', () => { boxes += 1; draw(); });
act('minus', () => { boxes = Math.max(1, boxes - 1); draw(); });
act('beep', () => toast('The bell was rung'));
$('#cc')?.addEventListener('clipboard-copy', () => { window.__ran += 1; });
if (navigator.clipboard) navigator.clipboard.writeText = async () => {};
$('#f')?.addEventListener('submit', (e) => {
  if (window.__faults.save) { e.preventDefault(); if (window.__faults.save.mode !== 'dead') window.__ran += 1; return; }
  window.__ran += 1;
  const p = Object.fromEntries(new FormData(e.target)); const bad = {};
  if (p.firm.length < 3) bad.firm = 'The name of the firm is missing.';
  if (!/^[0-9 ]{6,}$/.test(p.phone)) bad.phone = 'A telephone number has six digits and more.';
  if (p.town.length < 2) bad.town = 'Where is it?';
  kept('posted', p); kept('bad', bad);
});
if (window.__boot.flavour === 1) beacon(31000);
if (window.__boot.flavour === 2) ticking(5000, (i) => `${12 + (i % 3)} lorries in the yard`);
