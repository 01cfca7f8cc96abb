// Starts Chromium and opens recorded pages in virtual time.
import { chromium } from 'playwright-core';
import { existsSync } from 'node:fs';
import { hash32 } from './rng.mjs';

// Debian's headless shell is lighter than the whole browser and renders the same.
const BROWSERS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--disable-smooth-scrolling', '--disable-frame-rate-limit', '--disable-gpu-vsync', '--hide-scrollbars', '--disable-extensions', '--mute-audio', '--in-process-gpu'];
export const ORIGIN = 'https://shop.nookandlamp.example';

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM || BROWSERS.find((p) => existsSync(p)), headless: true, args: FLAGS });

/** A Stage is one browser context (desktop or touch) that shows one session after the other. */
export class Stage {
  static async open(browser, built, touch) {
    const viewport = touch ? { width: 390, height: 844 } : { width: 1440, height: 900 };
    const context = await browser.newContext({ viewport, hasTouch: touch, isMobile: touch, deviceScaleFactor: 1, locale: 'en-GB', timezoneId: 'UTC', serviceWorkers: 'block', acceptDownloads: true });
    const stage = new Stage();
    Object.assign(stage, { context, built, boot: null });
    await context.route('**/*', (route) => stage.answer(route));
    stage.page = await context.newPage();
    stage.cdp = await context.newCDPSession(stage.page);
    stage.errors = [];
    stage.page.on('pageerror', (e) => stage.errors.push(e.message));
    return stage;
  }

  answer(route) {
    const path = new URL(route.request().url()).pathname;
    if (path.startsWith('/files/')) return route.fulfill({ contentType: 'text/plain', headers: { 'content-disposition': 'attachment' }, body: 'Invoice 0977\n' });
    if (path === '/blank') return route.fulfill({ contentType: 'text/html', body: '' });
    if (route.request().resourceType() !== 'document') return route.fulfill({ status: 404, body: '' });
    const init = `window.__boot=${JSON.stringify(this.boot)};window.__faults={};${this.built.init}${WATCH}`;
    return route.fulfill({ contentType: 'text/html; charset=utf-8', body: this.built.html.replace('<!--BOOT-->', () => `<script>${init}</script>`) });
  }

  /** show opens the entry path of session s, recording from its first screen on. */
  async show(s) {
    this.errors.length = 0;
    this.boot = { start: s.start, rand: hash32('page', s.id), offset: hash32('offset', s.id) % 5000, beacon: s.beacon };
    await this.page.goto(`${ORIGIN}/blank`);
    await this.page.evaluate('sessionStorage.clear()');
    await this.page.setViewportSize(s.viewport);
    await this.page.goto(ORIGIN + s.entry, { waitUntil: 'load' });
  }
}

// Counts mutations that are not ambient and completed clicks, for the labels only; not part of the recording.
const WATCH = `
window.__dom = 0; window.__clicked = 0;
document.addEventListener('DOMContentLoaded', () => {
  new MutationObserver((l) => { for (const m of l) { const e = m.target.nodeType === 1 ? m.target : m.target.parentElement; if (!e || !e.closest('.banner,.promo[data-testid=promo],[data-testid=checked-at]')) window.__dom += 1; } })
    .observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  addEventListener('click', () => { window.__clicked += 1; }, true);
});`;
