// Bundles recorder and shop into one HTML page held in memory.
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = (p) => fileURLToPath(new URL(`../${p}`, import.meta.url));

async function bundle(entry) {
  const r = await build({ entryPoints: [root(entry)], bundle: true, minify: true, format: 'iife', write: false, logLevel: 'error', legalComments: 'none' });
  return r.outputFiles[0].text.replaceAll('</script', '<\\/script');
}

/** buildPage answers {html, init}: the page and the script that must run before it. */
export async function buildPage() {
  const [recorder, app, css, html, clock, server] = await Promise.all([
    bundle('page/recorder.js'), bundle('app/main.js'), readFile(root('app/styles.css'), 'utf8'), readFile(root('app/index.html'), 'utf8'),
    readFile(root('page/clock.js'), 'utf8'), readFile(root('page/server.js'), 'utf8')]);
  const put = (s, mark, text) => s.split(mark).join(text);
  return { html: put(put(put(html, '/*CSS*/', css.replace(/\n/g, '')), '/*RECORDER*/', recorder), '/*APP*/', app), init: clock + server };
}
