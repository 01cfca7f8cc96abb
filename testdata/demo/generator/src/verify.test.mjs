// Checks the bucket as it lies on disk: npm run verify.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFile, readdir, stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { createRequire } from 'node:module';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { plan } from './planner.mjs';
import { container } from './write.mjs';
import { SEED, FAULTS, TWINS } from './model.mjs';

const zstd = createRequire(import.meta.url)('@bokuweb/zstd-wasm');
const root = fileURLToPath(new URL('../..', import.meta.url));
const bucket = `${root}bucket`;
const MAX_BYTES = 12e6;
const sessions = plan(SEED);

async function read(s) {
  const base = `${bucket}/${new Date(s.start).toISOString().slice(0, 10)}/${s.id}`;
  const gz = async (p) => gunzipSync(await readFile(p)).toString();
  switch (container(s.id)) {
    case 'json': return JSON.parse(await gz(`${base}.json.gz`));
    case 'ndjson': return (await gz(`${base}.ndjson.gz`)).trim().split('\n').map((l) => JSON.parse(l));
    case 'zstd': return JSON.parse(Buffer.from(zstd.decompress(await readFile(`${base}.json.zst`))).toString());
    default: return [...JSON.parse(await gz(`${base}/part-0.json.gz`)), ...JSON.parse(await gz(`${base}/part-1.json.gz`))];
  }
}

const labels = (await readFile(`${root}labels.ndjson`, 'utf8')).trim().split('\n').map((l) => JSON.parse(l));
const truth = JSON.parse(await readFile(`${root}truth.json`, 'utf8'));

test('the planner is deterministic', () => {
  const digest = (p) => createHash('sha256').update(JSON.stringify(p)).digest('hex');
  assert.equal(digest(plan(SEED)), digest(plan(SEED)));
  assert.notEqual(digest(plan(SEED)), digest(plan(SEED + 1)));
});

test('numbers and sizes', async () => {
  assert.ok(sessions.length >= 480 && sessions.length <= 700, `${sessions.length} sessions`);
  assert.ok(new Set(sessions.map((s) => s.user.id)).size >= 160);
  assert.equal(truth.sessions, sessions.length);
  let bytes = 0;
  for (const f of await readdir(bucket, { recursive: true })) { const st = await stat(`${bucket}/${f}`); if (st.isFile()) bytes += st.size; }
  assert.ok(bytes < MAX_BYTES, `${bytes} bytes`);
});

test('every recording parses, is ordered and complete, and has its sidecar', async () => {
  await zstd.init();
  const kinds = {};
  for (const s of sessions) {
    const ev = await read(s);
    const k = container(s.id);
    kinds[k] = (kinds[k] || 0) + 1;
    assert.equal(ev[0].type, 4, s.id);
    assert.equal(ev[1].type, 2, s.id);
    for (let i = 1; i < ev.length; i++) assert.ok(ev[i].timestamp >= ev[i - 1].timestamp, `${s.id} event ${i}`);
    assert.ok(ev[0].timestamp >= s.start && ev[0].timestamp < s.start + 1000, s.id);
    const took = ev[ev.length - 1].timestamp - ev[0].timestamp;
    assert.ok(took > 5000 && took < 240000, `${s.id} lasts ${took} ms`);
    const touches = ev.filter((e) => e.type === 3 && e.data.source === 2 && e.data.type === 7).length;
    assert.equal(touches > 0, s.user.device === 'mobile', `${s.id} touches`);
    const pages = ev.filter((e) => e.type === 5 && e.data.tag === 'pageview').map((e) => new URL(e.data.payload.href).pathname);
    assert.equal(pages.includes('/thank-you'), s.purchase, `${s.id} purchase`);
    assert.equal(ev.some((e) => e.type === 5 && e.data.tag === 'order_placed'), s.purchase, s.id);
    assert.ok(!JSON.stringify(ev.filter((e) => e.type === 3 && e.data.source === 5)).includes('Buyer'), `${s.id} masks its inputs`);
    const meta = JSON.parse(await readFile(`${bucket}/${new Date(s.start).toISOString().slice(0, 10)}/${s.id}.meta.json`, 'utf8'));
    assert.deepEqual([meta.session_id, meta.user_id, meta.app_version, Date.parse(meta.started_at)], [s.id, s.user.id, s.version, s.start]);
  }
  assert.deepEqual(Object.keys(kinds).sort(), ['json', 'ndjson', 'parts', 'zstd']);
});

test('every planned failure was really played', () => {
  const seen = new Map();
  for (const l of labels) if (l.kind === 'fault') seen.set(`${l.session} ${l.id}`, (seen.get(`${l.session} ${l.id}`) || 0) + 1);
  for (const s of sessions) {
    for (const [id, n] of Object.entries(s.met)) assert.equal(seen.get(`${s.id} ${id}`), n, `${s.id} ${id}`);
    for (const f of FAULTS) if (!s.met[f.id]) assert.ok(!seen.has(`${s.id} ${f.id}`), `${s.id} ${f.id} was not planned`);
  }
  for (const f of FAULTS) {
    const t = truth.faults.find((x) => x.id === f.id);
    assert.ok(t.sessions_tried >= 80 && t.sessions_exposed >= 30, `${f.id}: ${t.sessions_tried} tried, ${t.sessions_exposed} failed`);
  }
  for (const t of TWINS) assert.ok(labels.filter((l) => l.kind === 'twin' && l.id === t.id).length >= 15, t.id);
});

test('silent faults change nothing, answered repeats change something', () => {
  const silent = new Set(['cart-dead', 'checkout-covered', 'wishlist-dead', 'settings-disabled', 'postcode-silent']);
  // A form that had shown a message takes it away again, even when it then refuses silently.
  const warned = new Set(labels.filter((l) => l.id === 'visible-validation').map((l) => l.session));
  for (const l of labels) {
    if (l.id === 'postcode-silent' && warned.has(l.session)) continue;
    if (l.kind === 'fault' && silent.has(l.id)) assert.equal(l.dom_changed, false, JSON.stringify(l));
    if (l.kind === 'twin' && ['stepper', 'likes', 'sort-reload', 'backdrop', 'peek'].includes(l.id)) assert.equal(l.dom_changed, true, JSON.stringify(l));
  }
});

test('a tap in the labels is a tap in the recording', async () => {
  await zstd.init();
  const by = new Map(sessions.map((s) => [s.id, s]));
  for (const s of [...by.values()].filter((_, i) => i % 7 === 0)) {
    const ev = (await read(s)).filter((e) => e.type === 3 && e.data.source === 2 && (e.data.type === 7 || e.data.type === 1));
    for (const l of labels.filter((x) => x.session === s.id)) {
      const n = ev.filter((e) => e.timestamp >= l.start_ms && e.timestamp <= l.end_ms).length;
      assert.equal(n, l.taps, JSON.stringify(l));
    }
  }
});
