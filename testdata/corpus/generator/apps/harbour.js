// A harbour's loading desk: much data in one page, which therefore sometimes stands still. Preact with signals, htm instead of JSX.
import { render } from 'preact';
import { html } from 'htm/preact';
import { signal, computed } from '@preact/signals';
import { guard, fault, toast, beacon, ticking, el } from '../page/kit.js';
import { path, go, routes } from '../page/router.js';

const GOODS = ['Bananas', 'Cement', 'Pianos', 'Timber', 'Bicycles', 'Coffee', 'Glass', 'Tyres', 'Rice'];
const CRATES = Array.from({ length: 40 }, (_, i) => ({ no: 700 + i, name: `${GOODS[(i * 4) % 9]} ${1 + (i % 5)}`, mass: 3 + ((i * 17) % 38), day: 1 + ((i * 11) % 28) }));
const WORDS = ['The pilot comes aboard at the red buoy.', 'Ropes are not stepped over.', 'Cranes stop when the wind is above eight.', 'Reefers are plugged in within the hour.', 'Nobody stands under a load.', 'The quay is swept before noon.'];
const prose = (seed, n) => Array.from({ length: n }, (_, i) => WORDS[(seed * 5 + i * 7 + ((i * i) % 3)) % 6]).join(' ');
let n = 0;

/** stand keeps the page from moving, once, where a fault says so: work that is done in one go. */
const stand = (id) => { const f = fault(id); if (f.mode === 'freeze') { delete window.__faults[id]; window.__clock.burn(f.ms); } };
/** asked is a box of the browser itself: nothing in the page moves while somebody reads it. */
const asked = () => { window.__clock.burn(1700 + ((window.__clock.now() * 13) % 3300)); return true; };
/** hash is a link to "#": a handler keeps the browser from following it, and without one it leads to the top of the page. */
const hash = (id, run, opt) => { const h = guard(id, run, opt); return (e) => { if (fault(id).mode !== 'dead') e.preventDefault(); h(e); }; };
/** ran counts handlers that no fault is planted in. */
const ran = (run) => (e) => { window.__ran += 1; return run(e); };

// ---- the yard ----
const q = signal(''); const by = signal('no'); const down = signal(false); const pins = signal({}); const picked = signal({}); const tiers = signal({}); const notes = signal({}); const editing = signal(0); const gone = signal({}); const extra = signal(0); const said = signal(''); const busy = signal(''); const from = signal(0); const menu = signal(false);
const say = (t) => { said.value = `${t} · ${++n}`; };
const found = computed(() => { const f = q.value.toLowerCase(); const list = CRATES.slice(0, 30 + extra.value).filter((c) => !gone.value[c.no] && c.name.toLowerCase().includes(f)); list.sort((a, b) => (a[by.value] < b[by.value] ? -1 : 1) * (down.value ? -1 : 1)); return list; });
const order = (k) => guard('sort', () => { down.value = by.value === k && !down.value; by.value = k; });
const typed = (e) => { stand('find'); window.__ran += 1; q.value = e.target.value; from.value = 0; };
const pin = guard('pin', (e) => { const k = e.currentTarget?.dataset?.no ?? e.target.closest('.pin').dataset.no; pins.value = { ...pins.value, [k]: (pins.value[k] ?? 0) + 1 }; });
const tier = (k, d) => guard(d > 0 ? 'up' : 'down', () => { tiers.value = { ...tiers.value, [k]: Math.max(1, (tiers.value[k] ?? 1) + d) }; });
const pick = (k) => guard('pick', () => { picked.value = { ...picked.value, [k]: !picked.value[k] }; });
const write = (k) => (e) => { window.__ran += 1; notes.value = { ...notes.value, [k]: e.target.value }; editing.value = 0; };
// The manifest says that it is being read, and is taken apart in the next task.
const manifest = guard('manifest', () => { busy.value = 'Reading …'; setTimeout(() => { stand('parse'); busy.value = ''; extra.value = extra.value ? 0 : 8; say('Manifest read'); }, 40); });
const remove = guard('remove', () => { if (!asked()) return; const k = Object.keys(picked.value).find((x) => picked.value[x] && !gone.value[x]) ?? found.value[0]?.no; gone.value = { ...gone.value, [k]: true }; say('One crate is gone'); });
const Yard = () => html`<section>
  <h1 id="title">Yard</h1><p id="about">${prose(1, 3)}</p>
  <label class="find">Find <input id="q" type="search" autocomplete="off" onInput=${typed} value=${q} /></label>
  <div class="bar"><div class="btn" role="button" tabindex="0" id="recount" onClick=${guard('recount', () => say(`${found.value.length} crates counted`))}>Recount</div><button id="manifest" onClick=${manifest}>${busy.value || 'Read the manifest'}</button>
    <button id="export" onClick=${guard('export', () => toast('The list is on its way'), { req: '/api/export', bad: () => toast('The list could not be made', true) })}>Mail the list</button><button id="weigh" onClick=${guard('weigh', () => say(`${found.value.reduce((s, c) => s + c.mass, 0)} tons`), { req: '/api/weigh', get: true, bad: () => say('The scales do not answer') })}>Weigh</button>
    <button id="remove" onClick=${remove}>Remove picked</button><button id="print" onClick=${ran(() => { asked(); })}>Print</button><span class="more"><a href="#" id="menu" onClick=${hash('menu', () => { menu.value = !menu.value; })}>⋯ more</a>${menu.value && html`<ul class="drop"><li id="m-stamp" onClick=${guard('stamp', () => { menu.value = false; say('Stamped'); })}>Stamp</li><li id="m-seal" onClick=${guard('seal', () => { menu.value = false; say('Sealed'); })}>Seal</li></ul>`}</span></div>
  <p id="said">${said}</p>
  <table class="yard"><thead><tr>${[['no', 'No.'], ['name', 'Goods'], ['mass', 'Tons'], ['day', 'Day']].map(([k, t]) => html`<th key=${k} id=${`th-${k}`} onClick=${order(k)}>${t}${by.value === k ? (down.value ? ' ▾' : ' ▴') : ''}</th>`)}<th>Tier</th><th>Remark</th><th></th></tr></thead>
    <tbody>${found.value.slice(from.value, from.value + 9).map((c) => html`<tr key=${c.no} class=${picked.value[c.no] ? 'on' : ''}><td class="no" onClick=${pick(c.no)}>${c.no}</td><td class="goods">${c.name}</td><td>${c.mass}</td><td>${c.day}.</td><td><i class="st dn" onClick=${tier(c.no, -1)}>−</i><b class="tier">${tiers.value[c.no] ?? 1}</b><i class="st up" onClick=${tier(c.no, 1)}>+</i></td>
      <td class="rem" onDblClick=${ran(() => { editing.value = c.no; })}>${editing.value === c.no ? html`<input class="ed" size="8" value=${notes.value[c.no] ?? ''} onBlur=${write(c.no)} ref=${(e) => e?.focus()} />` : notes.value[c.no] || 'none'}</td><td><span class="pin" data-no=${c.no} onClick=${pin}>📌${pins.value[c.no] ?? ''}</span></td></tr>`)}</tbody></table>
  ${found.value.length === 0 && html`<p id="none">Nothing of that name.</p>`}
  <div class="pager"><span id="prev" class="pg" onClick=${guard('prev', () => { from.value = Math.max(0, from.value - 9); })}>‹</span> ${1 + from.value / 9} of ${Math.ceil(found.value.length / 9)} <span id="next" class="pg" onClick=${guard('next', () => { if (from.value + 9 < found.value.length) from.value += 9; })}>›</span></div>
  <p><a id="call" href="tel:+4943112345" onClick=${ran(() => window.__clock.burn(14000 + ((window.__clock.now() * 7) % 20000)))}>Call the pilot</a> · <a id="tides" href="https://tides.example/today" target="_blank" rel="noopener" onClick=${ran((e) => e.preventDefault())}>Tide table ↗</a> · <a id="up" href="#title">Back to the top</a></p>
</section>`;

// ---- the plan of the quay ----
const BERTHS = [1, 2, 3, 4, 5, 6]; const SWATCH = ['#2a6f97', '#c1666b', '#6a994e', '#e9c46a'];
const zoom = signal(1); const berth = signal(0); const layers = signal({ depth: true }); const crane = signal(0); const ink = signal(SWATCH[0]); const past = signal([]); const wind = signal(4); const bar = signal(0); const load = signal(0);
const paint = (c) => guard('ink', () => { past.value = [...past.value, ink.value]; ink.value = c; });
const undo = guard('undo', () => { if (past.value.length) { ink.value = past.value.at(-1); past.value = past.value.slice(0, -1); say('Undone'); } else say('Nothing to undo'); });
// Simulating moves a bar for three seconds; working it out first is what can take its time.
const simulate = guard('simulate', () => { let k = 0; const step = () => { k += 4; bar.value = k; if (k < 100) setTimeout(step, 110); else say('Simulated'); }; step(); });
const Plan = () => html`<section>
  <h1>Quay plan</h1><p class="tiny" id="tiny">${prose(9, 20)}</p>
  <div class="bar"><button id="zin" aria-label="larger" onClick=${guard('zin', () => { zoom.value = Math.round(zoom.value * 12) / 10; })}>+</button><button id="zout" aria-label="smaller" onClick=${guard('zout', () => { zoom.value = Math.round(zoom.value * 8) / 10; })}>−</button><span id="scale">${zoom} ×</span>${['depth', 'cranes', 'rails'].map((k) => html`<span key=${k} id=${`l-${k}`} class=${`chip${layers.value[k] ? ' on' : ''}`} onClick=${guard(`l-${k}`, () => { layers.value = { ...layers.value, [k]: !layers.value[k] }; })}>${k}</span>`)}</div>
  <svg id="quay" viewBox="0 0 360 110" width="360" height="110">${BERTHS.map((b) => html`<g key=${b} class="berth" data-b=${b} onClick=${guard('berth', () => { berth.value = b; })}><rect x=${(b - 1) * 60 + 3} y="8" width="54" height="60" fill=${berth.value === b ? ink.value : '#cfd8dc'} /><text x=${(b - 1) * 60 + 24} y="44">${b}</text></g>`)}<g id="crest"><rect x="3" y="76" width="354" height="28" fill="#eceff1" /><text x="110" y="95">North channel</text></g></svg>
  <p id="which">${berth.value ? `Berth ${berth.value}: ${layers.value.depth ? `${6 + berth.value} m deep` : 'depth not shown'}` : 'No berth chosen'}</p>
  <div class="bar">${SWATCH.map((c, i) => html`<i key=${c} class=${`sw${ink.value === c ? ' cur' : ''}`} id=${`sw${i}`} style=${`background:${c}`} onClick=${paint(c)}></i>`)}<a href="#" id="undo" onClick=${hash('undo', undo)}>Undo</a></div>
  <figure class="cranes"><button id="cprev" onClick=${guard('cprev', () => { crane.value = (crane.value + 7) % 8; })}>◀</button><figcaption id="crane">Crane ${crane.value + 1}: ${WORDS[crane.value % 6]}</figcaption><button id="cnext" onClick=${guard('cnext', () => { crane.value = (crane.value + 1) % 8; })}>▶</button></figure>
  <label>Wind <input type="range" id="wind" min="0" max="12" value=${wind} onInput=${ran((e) => { stand('wind'); wind.value = Number(e.target.value); })} /> <b id="bft">${wind}</b></label>
  <div class="bar"><button id="simulate" onClick=${simulate}>Simulate</button><button id="lift" onPointerDown=${ran(() => { load.value += 1; })} onPointerUp=${() => { load.value -= 1; }} onContextMenu=${(e) => e.preventDefault()}>Keep pressed to lift</button><div class="meter"><div style=${`width:${bar.value}%`}></div></div></div><p id="hook">${load.value > 0 ? 'The load hangs' : 'The load stands'}</p><p id="said">${said}</p>
  <div class="photo" id="photo"></div>
</section>`;

// ---- the log ----
const LOG = Array.from({ length: 260 }, (_, i) => ({ t: `${String(5 + (i % 17)).padStart(2, '0')}:${String((i * 13) % 60).padStart(2, '0')}`, kind: ['in', 'out', 'note'][(i * 5) % 3], text: WORDS[(i * 7) % 6] }));
const kind = signal(''); const upto = signal(70); const opened = signal({}); const first = signal(0);
const entries = computed(() => LOG.filter((x) => !kind.value || x.kind === kind.value).slice(0, upto.value));
const rolled = () => { const k = Math.floor(scrollY / 700); if (path() === '/log' && k !== first.value) { stand('scroll'); first.value = k; } };
addEventListener('scroll', rolled);
const Log = () => html`<section><h1>Log</h1><div class="bar">${['', 'in', 'out', 'note'].map((k) => html`<button key=${k} id=${`k-${k || 'all'}`} class=${kind.value === k ? 'on' : ''} onClick=${guard('kind', () => { kind.value = k; })}>${k || 'all'}</button>`)}<small id="where">part ${first.value + 1}</small></div>
  <ol class="log">${entries.value.map((x, i) => html`<li key=${`${kind.value}${i}`}><time>${x.t}</time> <u class="kind">${x.kind}</u> <span class="line" onClick=${guard('line', () => { opened.value = { ...opened.value, [i]: !opened.value[i] }; })}>${x.text}</span>${opened.value[i] && html`<p class="full">${prose(i, 4)}</p>`}</li>`)}</ol>
  <button id="older" onClick=${guard('older', () => { upto.value += 30; }, { req: '/api/log', get: true, bad: () => toast('The log is locked', true) })}>Older entries</button></section>`;

// ---- the crew ----
const CREW = ['Ada', 'Bram', 'Cleo', 'Dirk', 'Elin', 'Finn'];
const duty = signal({}); const beeps = signal(true); const read = signal(false); const face = signal(-1); const shift = signal(0); const waves = signal({}); const horns = signal(0);
const horn = guard('horn', () => { horns.value += 1; });
const Crew = () => html`<section><h1>Crew</h1><p id="words">${prose(4, 2)}</p>
  <div class="cards">${CREW.map((c, i) => html`<div key=${c} class=${`mate${face.value === i ? ' open' : ''}`} tabindex="0" onFocus=${(e) => e.currentTarget.classList.add('lit')} onBlur=${(e) => e.currentTarget.classList.remove('lit')}><h3>${c}</h3><a href="#" class="hello" onClick=${hash('wave', () => { waves.value = { ...waves.value, [c]: (waves.value[c] ?? 0) + 1 }; })}>👋 ${waves.value[c] ?? 0}</a></div>`)}</div>
  <p class="row"><input type="checkbox" id="beeps" checked=${beeps} onChange=${guard('beeps', (e) => { beeps.value = e.target.checked; say('Beeps changed'); })} /><span class="cap" id="cap">Beep when a truck comes</span></p>
  <p class="row"><label for="read"><input type="checkbox" id="read" checked=${read} onChange=${ran((e) => { read.value = e.target.checked; })} /> I have read the rules of the quay</label></p>
  <ul class="days">${['Mon', 'Tue', 'Wed', 'Thu'].map((d) => html`<li key=${d} id=${`d-${d}`} role="switch" aria-checked=${String(Boolean(duty.value[d]))} tabindex="0" onClick=${guard('duty', () => { duty.value = { ...duty.value, [d]: !duty.value[d] }; })}>${d}</li>`)}</ul>
  <div class="bar"><button id="pass" disabled=${!read.value} onClick=${guard('pass', () => say('The pass is printed'))}>Print a pass</button><a href="#" id="swap" class="btn" onClick=${hash('swap', () => { shift.value += 1; say(`Shift ${shift.value}`); }, { req: '/api/swap', bad: () => say('Nobody wants to swap') })}>Swap shifts</a><button id="brief" onClick=${guard('brief', () => say('They have been told'), { req: '/api/brief', bad: () => say('Nobody listens') })}>Brief all</button>
    <b id="horn" class="btn" onTouchStart=${(e) => { e.preventDefault(); horn(e); }} onMouseDown=${horn}>Horn ${horns}</b></div><p id="said">${said}</p><div class="photo" id="poster"></div></section>`;

const at = signal('/');
// Each screen is put together in one go; the log is the long one.
routes((p) => { if (p !== at.value) { stand(`go${p}`); menu.value = false; said.value = ''; } at.value = p; });
const nav = (to, id, t) => html`<a id=${id} href=${`/harbour${to === '/' ? '' : to}`} class=${at.value === to ? 'here' : ''} onClick=${(e) => { e.preventDefault(); window.__ran += 1; go(to); }}>${t}</a>`;
const Desk = () => html`<div><nav>${nav('/', 'n-yard', 'Yard')}${nav('/plan', 'n-plan', 'Plan')}${nav('/log', 'n-log', 'Log')}${nav('/crew', 'n-crew', 'Crew')}</nav>${at.value === '/plan' ? html`<${Plan} />` : at.value === '/log' ? html`<${Log} />` : at.value === '/crew' ? html`<${Crew} />` : html`<${Yard} />`}</div>`;
document.addEventListener('click', (e) => { if (menu.value && !e.target.closest('.more')) { window.__ran += 1; menu.value = false; } });

el('<style>nav{display:flex;gap:4px;background:#102a43;padding:8px;flex-wrap:wrap}nav a{color:#d9e2ec;padding:8px 12px;text-decoration:none}nav .here{background:#334e68}table{border-collapse:collapse;width:100%;font-size:14px}td,th{border-bottom:1px solid #ccd;padding:7px 3px;text-align:left}th{cursor:pointer}.st{font-style:normal;padding:4px 8px;background:#e4e7eb;cursor:pointer}.tier{padding:0 6px}.pin{cursor:pointer;padding:5px}.more{position:relative}.drop{position:absolute;background:#fff;border:1px solid #889;list-style:none;margin:0;padding:4px;z-index:5;left:0;top:22px}.drop li{padding:9px 18px;cursor:pointer}.pg{padding:6px 14px;background:#e4e7eb;cursor:pointer}.chip{border:1px solid #889;border-radius:14px;padding:5px 12px;cursor:pointer}.sw{width:34px;height:34px;border-radius:17px;display:inline-block;cursor:pointer}.cur{outline:3px solid #111}.cranes{display:flex;gap:8px;align-items:center;margin:10px 0}.cranes figcaption{flex:1}.meter{width:120px;height:12px;background:#dde;align-self:center}.meter div{height:12px;background:#2a6f97}.photo{height:120px;background:linear-gradient(#9ab,#bcd);margin:10px 0}.tiny{font-size:7.5px;line-height:9px}.log{padding-left:8px;list-style:none}.log li{padding:11px 0;border-bottom:1px solid #dde}.line{cursor:pointer}.kind{margin:0 8px}.cards{display:grid;grid-template-columns:repeat(3,1fr);gap:8px}.mate{border:1px solid #bbc;padding:8px;border-radius:8px}.mate h3{margin:0 0 8px}.lit{box-shadow:0 0 0 2px #2a6f97}.days{display:flex;gap:6px;list-style:none;padding:0}.days li{padding:9px 13px;border:1px solid #889;cursor:pointer}.days [aria-checked=true]{background:#9fd3a8}.cap{padding-left:8px}#horn{user-select:none;touch-action:none}.berth{cursor:pointer}#said{min-height:22px}.goods{cursor:default}</style>', document.head);
render(html`<${Desk} />`, document.getElementById('app'));
if (window.__boot.flavour === 1) beacon(19000);
if (window.__boot.flavour === 2) ticking(1000, (i) => `Quay clock ${String(6 + Math.floor(i / 3600)).padStart(2, '0')}:${String(Math.floor(i / 60) % 60).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}`);
