// Writes one session as it would lie in a company's bucket: mostly a gzip'ed JSON array, at times another container.
import { mkdir, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { createRequire } from 'node:module';
import { hash32 } from './rng.mjs';
import { ORIGIN } from './browser.mjs';

const zstd = createRequire(import.meta.url)('@bokuweb/zstd-wasm');
let zstdReady = null;

const DOUBLE_MS = 400;

/**
 * clean removes double clicks that only exist because the taps were close in real time: in virtual time the two clicks lie further apart.
 */
export function clean(events) {
  let prev = 0; let last = 0;
  return events.filter((e) => {
    if (e.type !== 3 || e.data.source !== 2) return true;
    if (e.data.type === 2) { prev = last; last = e.timestamp; return true; }
    return !(e.data.type === 4 && last - prev > DOUBLE_MS);
  });
}

const gz = (text) => { const b = gzipSync(text, { level: 9 }); b[9] = 255; return b; };

/** container says how the session is stored. */
export function container(id) {
  const u = hash32('container', id) % 100;
  return u < 86 ? 'json' : u < 92 ? 'ndjson' : u < 96 ? 'zstd' : 'parts';
}

export async function writeSession(out, s, events) {
  const day = new Date(s.start).toISOString().slice(0, 10);
  const dir = `${out}/bucket/${day}`;
  await mkdir(dir, { recursive: true });
  const kind = container(s.id);
  if (kind === 'json') await writeFile(`${dir}/${s.id}.json.gz`, gz(JSON.stringify(events)));
  if (kind === 'ndjson') await writeFile(`${dir}/${s.id}.ndjson.gz`, gz(events.map((e) => `${JSON.stringify(e)}\n`).join('')));
  if (kind === 'zstd') {
    await (zstdReady ??= zstd.init());
    await writeFile(`${dir}/${s.id}.json.zst`, zstd.compress(Buffer.from(JSON.stringify(events)), 19));
  }
  if (kind === 'parts') {
    await mkdir(`${dir}/${s.id}`, { recursive: true });
    const cut = Math.floor(events.length * 0.55);
    await writeFile(`${dir}/${s.id}/part-0.json.gz`, gz(JSON.stringify(events.slice(0, cut))));
    await writeFile(`${dir}/${s.id}/part-1.json.gz`, gz(JSON.stringify(events.slice(cut))));
  }
  const u = s.user;
  const meta = { session_id: s.id, user_id: u.id, started_at: new Date(s.start).toISOString(), device: { type: u.device, ...(u.model ? { model: u.model } : {}), touch: s.device.touch }, browser: u.browser, os: u.os, app_version: s.version, viewport: s.viewport, entry_url: ORIGIN + s.entry, channel: u.channel, plan: u.plan, country: u.country };
  await writeFile(`${dir}/${s.id}.meta.json`, `${JSON.stringify(meta)}\n`);
}
