// Regenerates the demo bucket: plan, record, write, truth.
import { existsSync } from 'node:fs';
import { rm, mkdir, writeFile, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildPage } from './build.mjs';
import { launch, Stage } from './browser.mjs';
import { Actor } from './act.mjs';
import { plan } from './planner.mjs';
import { SEED } from './model.mjs';
import { writeSession, clean } from './write.mjs';
import { truth } from './truth.mjs';
import { readme } from './readme.mjs';

const arg = (name, fallback) => { const a = process.argv.find((x) => x.startsWith(`--${name}=`)); return a ? a.slice(name.length + 3) : fallback; };
const out = arg('out', fileURLToPath(new URL('../..', import.meta.url)));
const workers = Number(arg('workers', 3));
const only = arg('only', '');
const limit = Number(arg('limit', 0));
const LIMIT_MS = 600000;
const TRIES = 5;
const PER_BROWSER = 5; // workers that share one browser
// Labels of each recorded session wait here until all are there; --resume keeps what an interrupted run left.
const stash = `${out}/generator/.build/labels`;

const sessions = plan(SEED).map((s) => ({ ...s, device: { type: s.user.device, model: s.user.model, touch: s.user.device === 'mobile' }, viewport: s.user.viewport }));

if (!process.argv.includes('--truth-only')) {
  const todo = only ? sessions.filter((s) => only.split(',').includes(s.id)) : limit ? sessions.filter((_, i) => i % Math.floor(sessions.length / limit) === 0).slice(0, limit) : [...sessions];
  // Person by person, so that whatever an interrupted run leaves is complete for the first people.
  todo.sort((a, b) => a.user.n - b.user.n || a.start - b.start);
  const built = await buildPage();
  if (!only && !process.argv.includes('--resume')) { await rm(`${out}/bucket`, { recursive: true, force: true }); await rm(stash, { recursive: true, force: true }); }
  await mkdir(`${out}/bucket`, { recursive: true });
  await mkdir(stash, { recursive: true });
  const have = (id) => readFile(`${stash}/${id}.json`, 'utf8').then(JSON.parse, () => null);
  const alive = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };
  /** claim answers whether this process may record the session; the claim of a dead process is void. */
  const claim = async (id) => {
    const path = `${stash}/${id}.claim`;
    const holder = Number(await readFile(path, 'utf8').catch(() => '0'));
    if (holder && holder !== process.pid && !alive(holder)) await rm(path, { force: true });
    return writeFile(path, String(process.pid), { flag: 'wx' }).then(() => true, () => false);
  };
  let next = 0;
  let done = 0;
  const failed = [];
  const t0 = Date.now();
  const withLimit = (p, ms) => { let t; return Promise.race([p, new Promise((_, no) => { t = setTimeout(() => no(new Error('took too long')), ms); })]).finally(() => clearTimeout(t)); };
  const browsers = [];
  const shared = (w) => { const i = Math.floor(w / PER_BROWSER); return (browsers[i] ??= launch()); };
  await Promise.all(Array.from({ length: workers }, async (_, w) => {
    let stages = {};
    while (next < todo.length) {
      const s = todo[next++];
      if (!only && await have(s.id)) { done += 1; continue; }
      // Several processes may share one run: whoever makes the claim file records the session.
      if (!only && !(await claim(s.id))) continue;
      for (let i = 1; i <= TRIES; i++) {
        try {
          const stage = stages[s.user.device] ??= await Stage.open(await shared(w), built, s.device.touch);
          const r = await withLimit(new Actor(stage, s).run(), LIMIT_MS);
          await writeSession(out, s, clean(r.events));
          await writeFile(`${stash}/${s.id}.json`, JSON.stringify(r.labels));
          break;
        } catch (e) {
          // Fresh pages, the same seeds: a stalled machine can lose a tap.
          await Promise.all(Object.values(stages).map((x) => x.context.close().catch(() => {})));
          stages = {};
          if (i === TRIES) failed.push(s.id);
          console.error(`${s.id} ${s.user.device} ${s.version} try ${i}: ${e.message.split('\n')[0]}`);
        }
      }
      done += 1;
      if (done % 25 === 0) console.error(`${done}/${todo.length} sessions, ${((Date.now() - t0) / 1000).toFixed(0)} s`);
    }
  }));
  await Promise.all(browsers.map(async (b) => (await b).close()));
  const labels = (await Promise.all(sessions.map((s) => have(s.id)))).flatMap((l) => l ?? []);
  await writeFile(`${out}/labels.ndjson`, labels.map((l) => `${JSON.stringify(l)}\n`).join(''));
  console.error(`${done - failed.length} of ${todo.length} sessions in ${((Date.now() - t0) / 1000).toFixed(0)} s`);
  if (failed.length) { console.error(`not recorded: ${failed.join(',')}`); process.exitCode = 1; }
}
const t = truth(sessions);
await writeFile(`${out}/truth.json`, `${JSON.stringify(t, null, 1)}\n`);
if (existsSync(`${out}/README.md`)) await readme(out, t);
