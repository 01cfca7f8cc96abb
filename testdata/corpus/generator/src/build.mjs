// Bundles each page with each recorder into HTML held in memory.
import { transformAsync } from '@babel/core';
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { compile } from 'svelte/compiler';
import { fileURLToPath } from 'node:url';

const root = (p) => fileURLToPath(new URL(`../${p}`, import.meta.url));
export const RECORDERS = { r2: 'rrweb', r1: 'rrweb1', r2a: 'rrweb2a' };

const svelte = { name: 'svelte', setup: (b) => b.onLoad({ filter: /\.svelte$/ }, async (a) => ({ contents: compile(await readFile(a.path, 'utf8'), { filename: a.path, generate: 'client', css: 'injected', warningFilter: () => false }).js.code, loader: 'js' })) };

// Solid has a compiler of its own for JSX.
const solid = { name: 'solid', setup: (b) => b.onLoad({ filter: /\.solid\.jsx$/ }, async (a) => ({ contents: (await transformAsync(await readFile(a.path, 'utf8'), { filename: a.path, presets: ['babel-preset-solid'], babelrc: false, configFile: false })).code, loader: 'js' })) };

async function bundle(entry, alias = { vue: 'vue/dist/vue.esm-bundler.js' }) {
  const r = await build({ entryPoints: [root(entry)], bundle: true, minify: true, format: 'iife', write: false, outdir: root('.build'), logLevel: 'error', legalComments: 'none', alias,
    jsx: 'automatic', plugins: [solid, svelte], define: { ngDevMode: 'false', ngServerMode: 'false', ngJitMode: 'true', 'process.env.NODE_ENV': '"production"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
    loader: { '.css': 'css', '.svg': 'dataurl', '.png': 'dataurl', '.gif': 'dataurl', '.woff': 'dataurl', '.woff2': 'dataurl', '.js': 'jsx', '.jsx': 'jsx' } });
  const text = (ext) => r.outputFiles.filter((f) => f.path.endsWith(ext)).map((f) => f.text).join('');
  return { js: text('.js').replaceAll('</script', '<\\/script'), css: text('.css').replaceAll('</style', '') };
}

// Every snapshot holds the page's style sheets: those of large kits are cut down to what the page can use.
const LEAN = new Set(['bites', 'rail']);

/** lean drops the rules for classes that the scripts never name; of "x--y" the first half is enough. */
function lean({ js, css }) {
  const used = (sel) => [...sel.matchAll(/\.(-?[a-z][\w-]*)/gi)].every(([, c]) => js.includes(c) || (c.includes('--') && js.includes(c.slice(0, c.indexOf('--') + 2))));
  return { js, css: css.replace(/([^{}]+)\{([^{}]*)\}/g, (rule, sels, body) => { const keep = sels.split(/,(?![^(]*\))/).filter(used); return keep.length ? `${keep.join(',')}{${body}}` : ''; }) };
}

/** buildPages answers {init, html(app, recorder)}. */
export async function buildPages(apps) {
  const [base, clock, hooks] = await Promise.all([readFile(root('page/base.css'), 'utf8'), readFile(root('../../demo/generator/page/clock.js'), 'utf8'), readFile(root('page/hooks.js'), 'utf8')]);
  const recorders = Object.fromEntries(await Promise.all(Object.entries(RECORDERS).map(async ([k, v]) => [k, (await bundle('page/recorder.js', { RRWEB: v })).js])));
  const pages = Object.fromEntries(await Promise.all(apps.map(async (a) => { const b = await bundle(`apps/${a}.js`); return [a, LEAN.has(a) ? lean(b) : b]; })));
  return {
    init: clock + hooks,
    html: (app, recorder, init) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${app}</title>` +
      `<style>${pages[app].css}</style><style>${base}</style><script>${init}</script><script>${recorders[recorder]}</script></head><body><div id="app"></div><script>${pages[app].js}</script></body></html>`,
  };
}
