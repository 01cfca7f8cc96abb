// The causal model as a pure function: who comes when, with what in mind, what fails, what they do then.
// Every draw is keyed by user, session, purpose and counter, so a world with one fault switched off shares all other luck.
import { uniform, normal, logistic, hash32 } from './rng.mjs';
import { FAULTS, RELEASES, START, DAYS, DAY, USERS, fault } from './model.mjs';

const pickBy = (u, table) => { let a = 0; for (const [v, p] of table) { a += p; if (u < a) return v; } return table[table.length - 1][0]; };

/** makeUser draws the person: latent engagement, device, plan, channel, first day. */
export function makeUser(seed, n) {
  const U = (...k) => uniform(seed, 'user', n, ...k);
  const e = normal(seed, 'engagement', n);
  const mobile = U('device') < 0.56 - 0.05 * e;
  const os = mobile ? pickBy(U('os'), [['Android', 0.6], ['iOS', 0.4]]) : pickBy(U('os'), [['Windows', 0.58], ['macOS', 0.32], ['Linux', 0.1]]);
  const browser = os === 'iOS' ? 'Safari' : os === 'Android' ? pickBy(U('browser'), [['Chrome', 0.8], ['Samsung Internet', 0.2]]) : pickBy(U('browser'), [['Chrome', 0.72], ['Edge', 0.28]]);
  return {
    n, id: `u_${String(n).padStart(4, '0')}`, e, device: mobile ? 'mobile' : 'desktop', os, browser,
    model: os === 'iOS' ? 'iPhone' : os === 'Android' ? 'Android phone' : undefined,
    viewport: mobile ? pickBy(U('vp'), [[{ width: 390, height: 844 }, 0.5], [{ width: 412, height: 915 }, 0.3], [{ width: 375, height: 740 }, 0.2]]) : pickBy(U('vp'), [[{ width: 1440, height: 900 }, 0.6], [{ width: 1280, height: 800 }, 0.25], [{ width: 1536, height: 864 }, 0.15]]),
    plan: U('plan') < logistic(-0.9 + 0.9 * e) ? 'plus' : 'free',
    channel: pickBy(U('channel'), e > 0 ? [['organic', 0.42], ['email', 0.38], ['ads', 0.2]] : [['organic', 0.36], ['email', 0.16], ['ads', 0.48]]),
    country: pickBy(U('country'), [['GB', 0.4], ['DE', 0.25], ['NL', 0.2], ['FR', 0.15]]),
    blank: U('blank') < 0.62,
    first: U('first') * 37,
  };
}

/** versionAt answers the release the user runs at day d (float days since START): late receivers lag. */
export function versionAt(seed, user, d) {
  let v = RELEASES[0].version;
  for (const r of RELEASES) if (d >= r.day + uniform(seed, 'lag', user.n, r.version) ** 2 * r.spread) v = r.version;
  return v;
}

/**
 * simulateSession plans one visit. off: Set of fault ids that are switched off. Answers {version, steps, purchase, met, tried, intent};
 * met and tried map fault ids to counts of failed attempts and of attempts.
 */
export function simulateSession(seed, user, k, day, off) {
  const U = (...key) => uniform(seed, 's', user.n, k, ...key);
  const version = versionAt(seed, user, day);
  const z = 0.65 * user.e + 0.5 * normal(seed, 'mood', user.n, k);
  const steps = [];
  const met = {};
  const tried = {};
  const count = {};
  let gone = false; // left the site
  let wants = U('intent') < logistic(0.75 + 0.7 * z - (user.device === 'mobile' ? 0.25 : 0));
  const intent = wants ? 'buy' : pickBy(U('other'), [['browse', 0.38], ['service', 0.42], ['visit', 0.2]]);
  const push = (s) => { if (!gone) steps.push(s); };
  const some = (id, p, ...x) => { if (!gone && U('some', id, ...x) < p) steps.push({ a: 'do', id }); };
  const drop = (at, p) => { if (!gone && U('drop', at) < p * Math.exp(-0.35 * z)) { wants = false; if (U('dropgone', at) < 0.6) gone = true; } };

  /** attempt plans one try at a control; false: the wish to go on is gone. */
  const attempt = (id, extra) => {
    if (gone) return false;
    const f = fault(id);
    const i = count[id] = (count[id] || 0) + 1;
    const live = f.versions.includes(version) && f.devices.includes(user.device) && !off.has(id);
    tried[id] = (tried[id] || 0) + 1;
    const p = id === 'postcode-silent' ? (user.blank ? 0.72 : 0.12) : f.fail[user.device];
    const failed = live && U('fail', id, i) < p;
    if (!failed) { steps.push({ a: 'try', id, live, fail: false, ...extra }); return true; }
    met[id] = (met[id] || 0) + 1;
    const gives = U('abandon', id, i) < Math.min(0.95, f.abandon * Math.exp(-0.18 * user.e));
    const how = U('how', id, i);
    const mode = gives ? (how < 0.52 ? 'quiet' : how < 0.76 ? 'retry' : 'rage') : (how < 0.5 ? 'retry' : how < 0.7 ? 'rage' : how < 0.86 ? 'elsewhere' : 'reload');
    steps.push({ a: 'try', id, live, fail: true, mode, gives, taps: 3 + Math.floor(U('taps', id, i) * 6), ...extra });
    if (!gives) return true;
    wants = false;
    if (U('walkout', id, i) < 0.7) gone = true;
    return false;
  };

  const entry = pickBy(U('entry'), user.channel === 'ads' ? [['/p/lamp-1', 0.5], ['/c/lamps', 0.2], ['/', 0.3]] : user.channel === 'email' ? [['/c/chairs', 0.4], ['/feed', 0.1], ['/', 0.5]] : [['/', 0.8], ['/c/vases', 0.2]]);
  push({ a: 'open', entry });
  if (entry === '/') { some('text-tap', 0.08); if (intent !== 'service') some('canvas', 0.07); }

  const productStop = (r) => {
    push({ a: 'product', nth: Math.floor(U('nth', r) * 5) });
    push({ a: 'read', ms: 1800 + 2600 * U('read', r) });
    some('carousel', 0.16, r); some('triple', 0.05, r); some('double', 0.04, r); some('current-tab', 0.07, r);
    some('backdrop', 0.12, r); some('beacon', 0.07, r); some('long-read', 0.07, r); some('tabs', 0.09, r);
    if (U('spin?', r) < logistic(-0.75 + 0.35 * user.e)) attempt('hold-spin');
    if (!gone && U('wish?', r) < logistic(-0.5 + 0.8 * user.e)) attempt('wishlist-dead');
  };

  if (intent === 'buy' || intent === 'browse') {
    const rounds = 1 + (U('more') < logistic(-1.1 + 0.9 * user.e) ? 1 : 0) + (intent === 'browse' ? 1 : 0);
    for (let r = 0; r < rounds && !gone; r++) {
      push({ a: 'category', slug: ['lamps', 'rugs', 'chairs', 'vases'][Math.floor(U('cat', r) * 4)] });
      if (r === 0 || U('s2', r) < 0.3) if (U('search?', r) < logistic(0.05 + 0.25 * user.e)) attempt('search-slow');
      if (!gone && U('filter?', r) < logistic(-0.35 + 0.5 * user.e)) attempt('filter-freeze');
      some('sort-reload', 0.12, r); some('to-top', 0.08, r);
      productStop(r);
      if (intent === 'buy' && !wants) break;
    }
    if (intent === 'browse') { some('likes', 0.3); some('peek', 0.2); }
    drop('product', 0.1);
    if (wants && !gone && attempt('cart-dead')) {
      push({ a: 'cart' });
      some('stepper', 0.28);
      if (U('coupon?') < logistic(-0.25 - 0.1 * user.e)) attempt('coupon-500');
      drop('cart', 0.07);
      if (wants && !gone && attempt('checkout-covered')) {
        drop('address', 0.05);
        if (wants && !gone && attempt('postcode-silent', { blank: user.blank && U('blank') < 0.75, forget: U('forget') < 0.16 })) {
          drop('payment', 0.04);
          if (wants && !gone && attempt('pay-500', { early: U('early') < 0.25 })) {
            steps.push({ a: 'thanks' });
            if (U('after') < 0.15) { push({ a: 'account' }); some('order-poll', 0.5); }
            return { version, steps, purchase: true, met, tried, intent, entry };
          }
        }
      }
    }
    if (!gone && U('trail') < 0.3) some(U('trail2') < 0.5 ? 'likes' : 'peek', 1);
  } else if (intent === 'service') {
    push({ a: 'account' });
    some('download', 0.3); some('order-poll', 0.25); some('copy', 0.1); some('tabs', 0.15, 'acc');
    if (U('settings?') < 0.93) { push({ a: 'settings' }); attempt('settings-disabled'); }
    some('likes', 0.2, 'svc'); some('chat', 0.12);
  } else {
    push({ a: 'visit' });
    some('calendar', 0.8); push({ a: 'book' });
    some('likes', 0.25, 'v'); some('peek', 0.2, 'v'); some('canvas', 0.15, 'v');
  }
  if (!gone && intent !== 'service' && U('tail-settings') < 0.13) { push({ a: 'account' }); push({ a: 'settings' }); attempt('settings-disabled'); }
  return { version, steps, purchase: false, met, tried, intent, entry };
}

/** gapDays: days until the next visit of someone who comes back within two weeks. */
function gapDays(u) {
  const table = [[1, 0.24], [2, 0.16], [3, 0.12], [4, 0.09], [5, 0.07], [6, 0.06], [7, 0.07], [8, 0.05], [9, 0.04], [10, 0.03], [11, 0.03], [12, 0.02], [13, 0.02]];
  return pickBy(u, table);
}

/** simulateUser answers the visits of one person up to day `horizon`. */
export function simulateUser(seed, user, off, horizon) {
  const out = [];
  let day = user.first;
  for (let k = 0; k < 12 && day < horizon; k++) {
    const s = simulateSession(seed, user, k, day, off);
    out.push({ k, day, ...s });
    let lo = 0.3 + 0.6 * user.e + (s.purchase ? 0.3 : 0) - (user.device === 'mobile' ? 0.2 : 0);
    for (const id of Object.keys(s.met)) lo -= fault(id).stay;
    if (uniform(seed, 'return', user.n, k) >= logistic(lo)) {
      if (uniform(seed, 'late', user.n, k) >= 0.12) break;
      day += 15 + 6 * uniform(seed, 'lategap', user.n, k);
      continue;
    }
    day = Math.floor(day) + gapDays(uniform(seed, 'gap', user.n, k)) + 0.3 + 0.6 * uniform(seed, 'hour', user.n, k);
  }
  return out;
}

const NONE = new Set();

/** plan answers the sessions to be recorded, ordered by start. */
export function plan(seed = 0, users = USERS) {
  const out = [];
  for (let n = 1; n <= users; n++) {
    const user = makeUser(seed, n);
    for (const s of simulateUser(seed, user, NONE, DAYS)) {
      const start = START + Math.floor(s.day * DAY);
      out.push({ ...s, user, start, id: `s_${hash32(seed, 'id', n, s.k).toString(16).padStart(8, '0')}${hash32(seed, 'id2', n, s.k).toString(16).padStart(8, '0')}`, beacon: uniform(seed, 'beacon', n) < 0.55 });
    }
  }
  return out.sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
}

const within = (sessions, t0, lo, hi) => (sessions.some((s) => s.day > t0 && s.day - t0 >= lo && s.day - t0 < hi) ? 1 : 0);

/**
 * costs replays every user with each fault switched off in turn. Purchases: those inside the period. Returners: users whose first failed
 * attempt lies in the period and who come back in the window only in the world without the fault (minus the reverse).
 */
export function costs(seed, users = USERS) {
  const out = {};
  for (const f of FAULTS) out[f.id] = { users: 0, sessions: 0, tried: 0, failed: 0, total: 0, same: 0, within7: 0, d1: 0, d7: 0 };
  const horizon = DAYS + 15;
  let purchases = 0;
  let sessions = 0;
  for (let n = 1; n <= users; n++) {
    const user = makeUser(seed, n);
    const real = simulateUser(seed, user, NONE, horizon);
    const buys = (list) => list.reduce((a, s) => a + (s.purchase && s.day < DAYS ? 1 : 0), 0);
    purchases += buys(real);
    sessions += real.filter((s) => s.day < DAYS).length;
    for (const f of FAULTS) {
      const o = out[f.id];
      const seen = real.filter((s) => s.day < DAYS);
      o.tried += seen.filter((s) => s.tried[f.id]).length;
      const hit = seen.filter((s) => s.met[f.id]);
      if (!hit.length) continue;
      const off = new Set([f.id]);
      o.users += 1;
      o.sessions += hit.length;
      for (const s of hit) { o.failed += s.met[f.id]; o.same += (simulateSession(seed, user, s.k, s.day, off).purchase ? 1 : 0) - (s.purchase ? 1 : 0); }
      const other = simulateUser(seed, user, off, horizon);
      o.total += buys(other) - buys(real);
      const t0 = hit[0].day;
      o.within7 += within(other, t0, 0, 7) - within(real, t0, 0, 7);
      o.d1 += within(other, t0, 1, 2) - within(real, t0, 1, 2);
      o.d7 += within(other, t0, 7, 14) - within(real, t0, 7, 14);
    }
  }
  return { sessions, purchases, faults: out };
}
