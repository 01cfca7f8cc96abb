// Starts Chromium and opens recorded pages in virtual time.
import { chromium } from 'playwright-core';
import { existsSync } from 'node:fs';
import { hash32 } from '../../../demo/generator/src/rng.mjs';

const BROWSERS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--disable-smooth-scrolling', '--disable-frame-rate-limit', '--disable-gpu-vsync', '--hide-scrollbars', '--disable-extensions', '--mute-audio', '--in-process-gpu'];
export const ORIGIN = 'https://corpus.example';

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM || BROWSERS.find((p) => existsSync(p)), headless: true, args: FLAGS });

/** A Stage is one browser context (desktop or touch) that shows one session after the other. */
export class Stage {
  static async open(browser, pages, touch) {
    const viewport = touch ? { width: 390, height: 844 } : { width: 1280, height: 800 };
    const context = await browser.newContext({ viewport, hasTouch: touch, isMobile: touch, deviceScaleFactor: 1, locale: 'en-GB', timezoneId: 'UTC', serviceWorkers: 'block', acceptDownloads: true, reducedMotion: 'reduce' });
    const stage = new Stage();
    Object.assign(stage, { context, pages, viewport, touch, s: null, errors: [] });
    await context.route('**/*', (route) => stage.answer(route));
    stage.page = await context.newPage();
    stage.cdp = await context.newCDPSession(stage.page);
    stage.page.on('pageerror', (e) => stage.errors.push(e.message));
    return stage;
  }

  answer(route) {
    const path = new URL(route.request().url()).pathname;
    if (path === '/blank') return route.fulfill({ contentType: 'text/html', body: '' });
    if (path.startsWith('/files/')) return route.fulfill({ contentType: 'text/plain', headers: { 'content-disposition': 'attachment' }, body: 'report\n' });
    if (route.request().resourceType() !== 'document') return route.fulfill({ status: 404, body: '' });
    const s = this.s;
    const boot = { start: s.start, rand: hash32('page', s.id), beacon: s.beacon, plugins: s.plugins, flavour: s.flavour, screens: s.screens };
    return route.fulfill({ contentType: 'text/html; charset=utf-8', body: this.pages.html(s.app, s.recorder, `window.__boot=${JSON.stringify(boot)};${this.pages.init}`) });
  }

  async show(s) {
    this.errors.length = 0;
    this.s = s;
    await this.page.goto(`${ORIGIN}/blank`);
    await this.page.evaluate('sessionStorage.clear()');
    await this.page.goto(`${ORIGIN}/${s.app}`, { waitUntil: 'load' });
  }
}
