// Regenerates the corpus: builds the pages, plays the sessions, writes recordings, sidecars and labels.
import { mkdir, rm, writeFile, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { hash32 } from '../../../demo/generator/src/rng.mjs';
import { clean } from './clean.mjs';
import { buildPages } from './build.mjs';
import { launch, Stage, ORIGIN } from './stage.mjs';
import { Person } from './verbs.mjs';
import { loadPlans } from './plans.mjs';

const arg = (name, fallback) => { const a = process.argv.find((x) => x.startsWith(`--${name}=`)); return a ? a.slice(name.length + 3) : fallback; };
const out = arg('out', fileURLToPath(new URL('../..', import.meta.url)));
const per = Number(arg('per', 12));
const workers = Number(arg('workers', 2));
const only = arg('apps', '').split(',').filter(Boolean);
const FIRST = Date.UTC(2026, 9, 5, 9);
// Which recorder and whether with plugins, by place in the app's list of sessions; desktop and touch take turns.
const KITS = [['r2', true], ['r2', true], ['r1', false], ['r2', true], ['r2', false], ['r2', true], ['r2', true], ['r1', false], ['r2a', false], ['r2a', false]];
// How route changes are told, by recorder; with plugins as one maker does it, without as others do.
const SCREENS = { r2: ['sentry', 'posthog'], r1: ['highlight', 'highlight'], r2a: ['plain', 'plain'] };
const NAMES = { r2: 'rrweb 2.2.2', r1: 'rrweb 1.1.3', r2a: 'rrweb 2.0.0-alpha.13' };

const plans = await loadPlans();
const apps = Object.keys(plans).filter((a) => !only.length || only.includes(a));
const sessions = apps.flatMap((app) => Array.from({ length: Math.min(per, plans[app].sessions ?? per) }, (_, i) => {
  const [recorder, plugins] = KITS[i % KITS.length];
  const id = `${app}-${String(i).padStart(2, '0')}`;
  return { id, app, touch: i % 2 === 1, turn: Math.floor(i / 2), recorder, plugins, screens: SCREENS[recorder][Number(plugins)], flavour: hash32('flavour', id) % 3, beacon: hash32('beacon', id) % 2 === 0, start: FIRST + (plans[app].day * 24 + i) * 3600e3 };
}));

const gz = (text) => { const b = gzipSync(text, { level: 9 }); b[9] = 255; return b; };
const pages = await buildPages(apps);
const labels = new Map();
for (const a of apps) { await rm(`${out}/bucket/${a}`, { recursive: true, force: true }); await mkdir(`${out}/bucket/${a}`, { recursive: true }); }
const failed = []; let next = 0; let bytes = 0;
await Promise.all(Array.from({ length: workers }, async () => {
  const browser = await launch(); let stages = {};
  while (next < sessions.length) {
    const s = sessions[next++];
    for (let i = 1; i <= 3; i++) {
      try {
        const stage = stages[s.touch] ??= await Stage.open(browser, pages, s.touch);
        const r = await new Person(stage, s, plans[s.app]).run();
        const body = gz(JSON.stringify(clean(r.events)));
        bytes += body.length;
        await writeFile(`${out}/bucket/${s.app}/${s.id}.json.gz`, body);
        const vp = stage.viewport;
        await writeFile(`${out}/bucket/${s.app}/${s.id}.meta.json`, `${JSON.stringify({ session_id: s.id, user_id: `u_${s.id}`, started_at: new Date(s.start).toISOString(), device: { type: s.touch ? 'mobile' : 'desktop', touch: s.touch }, browser: 'Chromium', os: 'Linux', app_version: '1', viewport: vp, entry_url: `${ORIGIN}/${s.app}`, recorder: NAMES[s.recorder], plugins: s.plugins })}\n`);
        labels.set(s.id, r.labels);
        break;
      } catch (e) {
        await Promise.all(Object.values(stages).map((x) => x.context.close().catch(() => {})));
        stages = {};
        console.error(`${s.id} ${s.recorder} ${s.touch ? 'touch' : 'mouse'} try ${i}: ${e.message.split('\n').slice(0, 3).join(' | ')}`);
        if (i === 3) failed.push(s.id);
      }
    }
  }
  await browser.close();
}));
// Sessions of apps that were not asked for keep their labels.
const old = (await readFile(`${out}/labels.ndjson`, 'utf8').catch(() => '')).split('\n').filter(Boolean).map((x) => JSON.parse(x)).filter((l) => !apps.includes(l.app));
const all = [...old, ...sessions.flatMap((s) => labels.get(s.id) ?? [])].sort((a, b) => (a.session < b.session ? -1 : a.session > b.session ? 1 : a.start_ms - b.start_ms));
await writeFile(`${out}/labels.ndjson`, all.map((l) => `${JSON.stringify(l)}\n`).join(''));
console.error(`${labels.size} of ${sessions.length} sessions, ${(bytes / 1e6).toFixed(2)} MB, ${all.length} labelled groups`);
if (failed.length) { console.error(`not recorded: ${failed.join(',')}`); process.exitCode = 1; }
