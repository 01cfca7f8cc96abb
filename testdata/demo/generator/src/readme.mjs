// Writes the generated tables of README.md: sizes, faults, twins. Run by `npm run generate` through main.mjs.
import { readFile, writeFile, readdir, stat } from 'node:fs/promises';
import { plan } from './planner.mjs';
import { container } from './write.mjs';
import { SEED } from './model.mjs';

const between = (text, name, body) => {
  const a = `<!-- ${name} -->`; const b = `<!-- /${name} -->`;
  const i = text.indexOf(a);
  if (i < 0) throw new Error(`README.md has no mark ${a}`);
  return `${text.slice(0, i)}${a}\n${body}\n${b}${text.slice(text.indexOf(b) + b.length)}`;
};

/** readme fills the marked places of out/README.md from truth and the files on disk. */
export async function readme(out, truth) {
  const sessions = plan(SEED);
  let bytes = 0;
  let files = 0;
  for (const f of await readdir(`${out}/bucket`, { recursive: true })) { const st = await stat(`${out}/bucket/${f}`); if (st.isFile()) { bytes += st.size; files += 1; } }
  const kinds = {};
  for (const s of sessions) kinds[container(s.id)] = (kinds[container(s.id)] || 0) + 1;
  const phones = sessions.filter((s) => s.user.device === 'mobile').length;
  const sizes = `${sessions.length} sessions of ${truth.users_seen} users, ${truth.purchases} of them purchases; ${phones} on phones. ${files} files, ${(bytes / 1e6).toFixed(1)} MB: ${kinds.json} \`.json.gz\`, ${kinds.ndjson} \`.ndjson.gz\`, ${kinds.zstd} \`.json.zst\`, ${kinds.parts} in two parts.`;
  const cell = (x) => `${x.expected.toFixed(2)} (${x.realised.toFixed(2)})`;
  const table = ['| fault | where | versions, devices | tried / failed sessions | abandon | stay | lost purchases a week: expected (realised) | lost returners within 7 days a week: expected (realised) |', '|---|---|---|---|---|---|---|---|',
    ...truth.faults.map((f) => `| \`${f.id}\`: ${f.title} | \`${f.screen}\` ${f.label} | ${f.versions.join(', ')}; ${f.devices.join(', ')} | ${f.sessions_tried} / ${f.sessions_exposed} | ${f.abandon} | ${f.stay} | ${cell(f.lost_purchases_per_week)} | ${cell(f.lost_returners_within_7_days_per_week)} |`)].join('\n');
  const twins = ['| twin | could be taken for | where | what it is |', '|---|---|---|---|', ...truth.twins.map((t) => `| \`${t.id}\` | \`${t.of}\` | \`${t.screen}\` | ${t.what} |`)].join('\n');
  let text = await readFile(`${out}/README.md`, 'utf8');
  text = between(text, 'sizes', sizes);
  text = between(text, 'faults', table);
  text = between(text, 'twins', twins);
  await writeFile(`${out}/README.md`, text);
}
