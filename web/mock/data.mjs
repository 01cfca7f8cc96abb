// Invented data in the shape of the API, for working on the viewer and for its browser tests. Everything derives from
// a fixed seed; the two recordings are real (see record.mjs).
import { readFileSync } from "node:fs";

const recordings = Object.fromEntries(
  ["desktop", "phone"].map((kind) => [kind, JSON.parse(readFileSync(new URL(`recording-${kind}.json`, import.meta.url), "utf8"))]),
);

let seed = 20261103;
const random = () => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32);
const between = (a, b) => Math.round(a + random() * (b - a));

const dayMS = 86400000;
const from = Date.UTC(2026, 10, 2);
const days = 21;

const caveatSmall = "Few people met it: the interval is wide.";
const impact = (kind, name, value, low, high, extra = {}) => ({
  [kind]: name, per_week: value, low, high, unit: kind === "goal" ? "purchases per week" : "returning users per week",
  share: 0.31, share_low: 0.2, share_high: 0.42, naive_per_week: value * 1.5 + 2, exposed: 220, compared: 1310, method: "g-computation", possible: true, caveats: [], ...extra,
});
const impossible = (kind, name, why) => ({ ...impact(kind, name, 0, 0, 0), per_week: null, low: null, high: null, share: null, share_low: null, share_high: null, naive_per_week: null, possible: false, caveats: [why] });

// title, family, patterns, screen, label, affected sessions, users, exposed, conversion, retention, segments, status
const plan = [
  ["“Pay now” does not answer", "control", ["rage_tap", "dead_tap"], "/checkout", "Pay now", 74, 51, 162, [18.4, 12.1, 24.9], [9.2, 4.1, 14.6], [["app_version", "4.2.0", 71, 88], ["device", "mobile", 44, 70]], "new"],
  ["“Apply voucher” ends in an error (POST /api/voucher 500)", "control", ["error_tap", "rage_tap"], "/cart", "Apply voucher", 41, 33, 96, [9.7, 5.2, 14.8], [3.1, -0.8, 7.2], [["browser", "Firefox", 26, 31]], "confirmed"],
  ["The address form is refused without a visible reason", "form", ["form_trouble"], "/checkout/address", "Continue", 38, 29, 140, [7.1, 2.2, 12.5], [2.4, -1.6, 6.1], [["os", "Android", 24, 52]], "new"],
  ["“Search” answers late", "control", ["slow_response", "thrashed_cursor"], "/search", "Search", 66, 48, 301, [4.0, -1.9, 9.6], [6.6, 1.9, 11.4], [], "new"],
  ["Filters cover “Show results” on small screens, so that presses on it land on the panel behind and nothing is shown to the person", "control", ["dead_tap"], "/category/:id", "Show results", 29, 22, 84, [3.8, 0.4, 7.9], [1.2, -2.2, 4.9], [["device", "mobile", 29, 40]], "new"],
  ["“Save” looks ready but is switched off", "control", ["disabled_press"], "/settings/profile", "Save", 22, 19, 61, null, [2.8, 0.2, 5.7], [["plan", "free", 14, 30]], "new"],
  ["The page freezes while the gallery loads", "freeze", ["ui_freeze"], "/product/:id", "", 35, 30, 390, [2.1, -2.8, 7.3], [1.9, -1.1, 5.2], [["device", "mobile", 30, 160]], "new"],
  ["“Delete” wants to be held, people tap it", "control", ["hold_confusion"], "/lists/:id", "Delete", 12, 9, 31, [0.6, -1.9, 3.2], [0.9, -1.4, 3.4], [], "rejected"],
  ["People go to “Delivery times” and straight back", "navigation", ["quick_back"], "/help/delivery", "", 27, 25, 70, [0.5, -2.6, 3.7], [0.4, -2.4, 3.1], [], "new"],
  ["The price box looks pressable", "control", ["affordance_gap"], "/product/:id", "Price", 18, 15, 390, [0.2, -1.8, 2.3], [-0.3, -2.2, 1.7], [], "fixed"],
];

const key = (i) => `k${(0x9e3779b1 * (i + 1) >>> 0).toString(16).padStart(8, "0")}`;
const iso = (ms) => new Date(ms).toISOString().replace(".000Z", "Z");

const sessionIds = Array.from({ length: 36 }, (_, i) => `s-${(0x51ed270b * (i + 3) >>> 0).toString(16)}`);
const kindOf = (id) => (sessionIds.indexOf(id) % 2 === 0 ? "desktop" : "phone");
const eventsOf = (id) => recordings[kindOf(id)].events;
const markOf = (id, what) => recordings[kindOf(id)].marks.find((m) => m.what === what);

const issues = plan.map(([title, family, patterns, screen, label, sessions, users, exposed, conversion, retention, segments, status], i) => {
  const conv = conversion ? impact("goal", "purchase", ...conversion, conversion[1] < 0 ? { caveats: [caveatSmall] } : {}) : impossible("goal", "purchase", "No session that met this was on a way to the goal.");
  const ret = impact("window", "D7", ...retention);
  return {
    key: key(i), rank: i + 1, title, family,
    patterns: patterns.map((pattern, j) => ({ pattern, episodes: Math.round(sessions * (j ? 0.6 : 1.4)), sessions: Math.round(sessions * (j ? 0.5 : 0.9)) })),
    screen, target: { tag: label ? "button" : "", role: label ? "button" : "", label, selector: label ? "main > form#form > button" : "" },
    ...(i === 1 ? { cause: "POST /api/voucher 500" } : {}),
    sessions_affected: sessions, users_affected: users, sessions_exposed: exposed, confidence: 0.93 - i * 0.03,
    impact: { conversion: conversion ? conv : null, retention: ret },
    impacts: [conv, impact("window", "D1", retention[0] * 0.6, retention[1] - 1, retention[2] * 0.9), ret, impossible("window", "D30", "The window of every user is still open.")],
    score: { value: (conversion?.[0] ?? 0) + retention[0], low: (conversion?.[1] ?? 0) + retention[1], high: (conversion?.[2] ?? 0) + retention[2], unit: "purchases + returning users per week" },
    stopped: { value: 0.2 - i * 0.02, low: 0.1 - i * 0.02, high: 0.3 - i * 0.02, unit: "share of those who met it" },
    top3: Math.max(0, 0.97 - i * 0.2), top10: Math.max(0.3, 1 - i * 0.04), first_seen: iso(from + (i % 4) * 2 * dayMS + 3600000 * 9), last_seen: iso(from + (days - 1) * dayMS + 3600000 * 17),
    trend: Array.from({ length: days }, (_, d) => {
      const exposedToday = between(exposed / days / 1.6, exposed / days * 1.4);
      const on = i !== 0 || d >= 7;
      return { day: iso(from + d * dayMS).slice(0, 10), affected: on ? Math.min(exposedToday, between(sessions / days * 0.4, sessions / days * 1.7)) : 0, exposed: exposedToday };
    }),
    segments: segments.map(([attribute, value, affected, exposedIn]) => ({ attribute, value, affected, exposed: exposedIn, rate_in: affected / exposedIn, rate_out: Math.max(0, sessions - affected) / Math.max(1, exposed - exposedIn) })),
    status,
    clips: Array.from({ length: i === 8 ? 0 : 3 + (i % 3) }, (_, n) => {
      const session = sessionIds[(i * 5 + n) % sessionIds.length];
      const contrast = n === 2;
      const rage = markOf(session, n === 1 ? "dead" : "rage");
      const m = contrast ? markOf(session, "add") : rage;
      return {
        index: n, session, start_ms: m.from, end_ms: m.to, pattern: contrast ? patterns[0] : n === 1 ? patterns.at(-1) : patterns[0], contrast,
        caption: contrast ? "The same control answers here at once: for comparison." : `Watch ${label ? `“${label}”` : "the page"}: it is pressed ${n === 1 ? "once" : "six times"} and nothing changes.`,
      };
    }),
  };
});

const screensOf = ["/", "/category/:id", "/product/:id", "/cart", "/checkout", "/search", "/settings/profile"];
const sessions = sessionIds.map((id, i) => {
  const phone = kindOf(id) === "phone";
  const events = eventsOf(id);
  const start = events[0].timestamp;
  const end = events.at(-1).timestamp;
  return {
    id, user: i % 7 === 3 ? "" : `user-${100 + ((i * 13) % 29)}`, start: iso(from + i * 13 * 3600000), duration_ms: end - start, active_ms: Math.round((end - start) * 0.8),
    device: phone ? "mobile" : "desktop", os: phone ? (i % 4 === 1 ? "iOS" : "Android") : i % 3 ? "Windows" : "macOS", browser: phone ? "Chrome" : ["Chrome", "Firefox", "Safari"][i % 3],
    app_version: i % 3 ? "4.2.0" : "4.1.3", channel: ["search", "mail", "direct"][i % 3], entry: "/", screens: 4, friction: 2, dismissed: 1, patterns: ["dead_tap", "rage_tap"], converted: i % 5 === 0 ? ["purchase"] : [],
  };
});

const signalsOf = (id) => {
  const target = { tag: "button", role: "button", label: "Pay now", selector: "form#form > button#pay" };
  const dead = markOf(id, "dead");
  const rage = markOf(id, "rage");
  const stepper = markOf(id, "stepper");
  const base = { also: [], confidence: 0.94, screen: "/checkout", target, cause: "", latency_ms: 0, blind: [] };
  return [
    { ...base, pattern: "rage_tap", verdict: "dismissed", reason: "every_press_answered", start_ms: stepper.from, end_ms: stepper.to, gestures: 4, unanswered: 0, screen: "/", target: { ...target, label: "Add 11.50 €", selector: "div.card > button.add" }, x: stepper.x, y: stepper.y, aftermath: "went_on" },
    { ...base, pattern: "dead_tap", verdict: "friction", reason: "", start_ms: dead.from, end_ms: dead.to, gestures: 1, unanswered: 1, x: dead.x, y: dead.y, aftermath: "went_on", issue: key(0) },
    { ...base, pattern: "rage_tap", verdict: "friction", reason: "", start_ms: rage.from, end_ms: rage.to, gestures: 6, unanswered: 6, x: rage.x, y: rage.y, aftermath: "back", issue: key(0) },
  ];
};

/** What the desktop's console and network said; the phone's recorder listened to neither. */
const logOf = (id, a, b) => {
  const heard = kindOf(id) === "desktop";
  const start = eventsOf(id)[0].timestamp;
  const rage = markOf(id, "rage");
  const lines = !heard ? [] : [
    ...Array.from({ length: 40 }, (_, i) => ({ at_ms: start + i * 700, method: "GET", path: `/api/products/${i}`, status: 200, initiator: "fetch", duration_ms: 40 + i })),
    { at_ms: start + 1200, level: "log", text: "Fernweh Tea 4.2.0" },
    { at_ms: start + 1300, level: "warn", text: "Prices are from a cache" },
    { at_ms: rage.from + 120, method: "POST", path: "/api/pay", status: 503, initiator: "fetch", duration_ms: 640, failed: true },
    { at_ms: rage.from + 790, level: "error", text: "Uncaught (in promise) Error: payment provider did not answer", failed: true },
  ].sort((x, y) => x.at_ms - y.at_ms).filter((l) => l.at_ms >= a && l.at_ms <= b);
  return { logged: { console: heard, network: heard }, log: lines, log_left: 0 };
};

const report = {
  run: "r-5f0c2a91", fingerprint: "sha256:8e0f1c6a77d21b", from: iso(from), to: iso(from + days * dayMS), weeks: 3, sessions: 428, users: 131, anonymous_sessions: 37,
  goals: [{ name: "purchase", reached: 78, sessions: 428, rate: 78 / 428, steps: [{ name: "product seen", sessions: 390 }, { name: "cart", sessions: 214 }, { name: "checkout", sessions: 162 }, { name: "paid", sessions: 78 }] }],
  retention: [{ window: "D1", returned: 41, users: 128, censored: 3 }, { window: "D7", returned: 52, users: 103, censored: 28 }, { window: "D30", returned: 0, users: 0, censored: 131 }],
  read: { objects: 446, bytes: 10840221, sessions: 428, skipped: [{ reason: "truncated", count: 2, examples: ["2026/11/04/s-91.json.gz", "2026/11/09/s-17.json.gz"] }, { reason: "no_snapshot", count: 1, examples: ["2026/11/11/s-40.json.gz"] }] },
  quality: [{ mark: "no_network", sessions: 31 }, { mark: "clock_jump", sessions: 4 }],
  notes: ["D30 retention cannot be estimated: the window of every user is still open. Nine more days of recordings would close the first.", "37 sessions without a user id count towards conversions, but not towards returning users."],
  method: "Among sessions that reached the same control at the same point of the journey, those whose press failed are compared with those whose press was answered. A regression on device, version, channel, history and progress predicts what each affected session would have done otherwise (g-computation); intervals come from 400 bootstrap resamples of users.",
  ordered_by: "expected lost purchases + returning users per week", issues_total: issues.length, demo: true, sources: ["testdata/demo"],
};

const reviews = new Map();
const reviewOf = (i) => reviews.get(i.key) ?? { status: i.status, owner: "", note: "", rev: 0, history: [] };
// Controls only: who came to the screen pressed once, and was answered unless they met the issue.
const isControl = (issue) => issue.family === "control" && issue.target.label !== "";
const useOf = (issue, affected, exposed) => {
  const tried = isControl(issue) ? exposed : 0;
  const answered = isControl(issue) ? exposed - affected : 0;
  const rate = tried > 0 ? answered / tried : null;
  return {
    sessions: tried, people: Math.round(tried * 0.8), visitors: Math.round(tried * 1.3), presses_p50: tried > 0 ? 1 : 0, presses_p95: tried > 0 ? 4 : 0, tried, answered,
    rate, rate_low: rate === null ? null : Math.max(0, rate - 0.08), rate_high: rate === null ? null : Math.min(1, rate + 0.08),
    timed: answered, latency_p50_ms: answered > 0 ? 264 : null, latency_p95_ms: answered > 0 ? 1472 : null,
  };
};
const versionsOf = (issue) => {
  const here = issue.segments.find((s) => s.attribute === "app_version");
  if (here === undefined) return [];
  const other = { affected: issue.sessions_affected - here.affected, exposed: issue.sessions_exposed - here.exposed };
  return [
    { version: "4.1.0", first_seen_ms: from, ...useOf(issue, other.affected, other.exposed) },
    { version: here.value, first_seen_ms: from + 7 * dayMS, ...useOf(issue, here.affected, here.exposed) },
  ];
};

const row = (i) => ({ ...i, status: reviewOf(i).status, segments: i.segments.slice(0, 3) });
const problem = (status, title, detail) => ({ status, body: { type: "about:blank", title, status, detail } });
const lower = (s) => s.toLowerCase();

function facet(rows, of) {
  const counts = new Map();
  for (const r of rows) for (const v of of(r)) if (v) counts.set(v, (counts.get(v) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

function page(rows, params) {
  const limit = Math.min(200, Number(params.get("limit") ?? 50));
  const at = Number(params.get("cursor") ?? 0);
  return { rows: rows.slice(at, at + limit), next: at + limit < rows.length ? { next_cursor: String(at + limit) } : {} };
}

/** Answers one request: {status, body}. `write` is the parsed body of a PATCH. */
export function answer(method, path, params, write) {
  const parts = path.split("/").filter(Boolean).slice(2).map(decodeURIComponent);
  const [kind, id, sub, n] = parts;
  if (kind === "access" && method === "GET") return { status: 200, body: { required: false, name: "", role: "admin", provider: false } };
  if (kind === "report" && method === "GET") return { status: 200, body: report };
  if (kind === "issues" && id === undefined) {
    const q = lower(params.get("q") ?? "");
    const hit = issues.filter((i) => (!params.get("pattern") || i.patterns.some((p) => p.pattern === params.get("pattern"))) && (!params.get("screen") || i.screen === params.get("screen")) && (!q || lower(`${i.title} ${i.screen} ${i.target.label}`).includes(q)));
    const p = page(hit, params);
    return { status: 200, body: { total: hit.length, ...p.next, issues: p.rows.map(row) } };
  }
  if (kind === "issues") {
    const issue = issues.find((i) => i.key === id);
    if (!issue) return problem(404, "No such issue", `The current run has no issue ${id}. It may have been called so in an older run.`);
    if (sub === undefined) {
      return { status: 200, body: {
        ...row(issue), segments: issue.segments, review: reviewOf(issue),
        use: useOf(issue, issue.sessions_affected, issue.sessions_exposed), versions: versionsOf(issue),
        dismissed: [{ reason: "every_press_answered", episodes: 31 }, { reason: "stepper", episodes: 12 }],
        funnel: funnel.issues.filter((x) => x.key === issue.key).map((x) => ({ goal: funnel.goal, name: funnel.steps[x.step].name, step: x.step, steps: funnel.steps.length, met: proportion(x.met - x.stopped, x.met), others: proportion(120, 200) })),
        controls: [], sureness: 1, changes: [], notes: [], similar: issues.filter((i) => i !== issue && i.screen === issue.screen).map(({ key, title, rank }) => ({ key, title, rank })),
        evidence: [`In ${issue.sessions_affected} of ${issue.sessions_exposed} sessions that tried it, the press was not answered within 2.5 s.`, "49 of 51 users pressed again within 5 s; 31 left the page within 30 s.", "In the 88 other sessions the same control answered within 0.4 s."],
      } };
    }
    if (sub === "text") return { status: 200, body: { title: issue.title, body: `See ${params.get("at")}/issues/${issue.key}` } };
    if (sub === "review" && method === "PATCH") {
      const old = reviewOf(issue);
      if (write.rev !== old.rev) return problem(409, "Somebody was faster", `The review is at revision ${old.rev}, your change was made on ${write.rev}.`);
      const now = { ...old, ...write, rev: old.rev + 1 };
      const { status, owner, note, rev } = now;
      now.history = [{ at: iso(from + days * dayMS), by: "local", rev, status, owner, note }, ...old.history];
      reviews.set(issue.key, now);
      return { status: 200, body: now };
    }
    const clip = issue.clips.find((c) => c.index === Number(n));
    if (sub === "clips" && clip) {
      const { viewport } = recordings[kindOf(clip.session)];
      const s = sessions.find((x) => x.id === clip.session);
      const events = eventsOf(clip.session);
      const [a, b] = [Math.max(events[0].timestamp, clip.start_ms - 5000), Math.min(events.at(-1).timestamp, clip.end_ms + 5000)];
      return { status: 200, body: {
        ...clip, window: 0, from_ms: a, to_ms: b, screen: issue.screen, viewport, signals: signalsOf(clip.session).filter((x) => x.end_ms >= a && x.start_ms <= b),
        context: { device: s.device, os: s.os, browser: s.browser, app_version: s.app_version, user: s.user, channel: s.channel, plan: "", entry: "/", attributes: {} },
        events_url: `/api/v1/sessions/${clip.session}/events?from_ms=${a}&to_ms=${b}`,
      } };
    }
    return problem(404, "No such clip", "The issue has no clip of this number.");
  }
  if (kind === "sessions" && id === undefined) {
    const q = lower(params.get("q") ?? "");
    const one = (name, value) => !params.get(name) || params.get(name) === value;
    const hit = sessions.filter((s) => (!q || lower(Object.values(s).join(" ")).includes(q)) && one("device", s.device) && one("version", s.app_version) && one("browser", s.browser) && one("os", s.os) && one("channel", s.channel) && one("user", s.user) && (!params.get("pattern") || s.patterns.includes(params.get("pattern")))
      && (!params.get("goal") || (s.converted ?? []).includes(params.get("goal"))) && (!params.get("from") || s.start >= params.get("from")) && (!params.get("to") || s.start < params.get("to")));
    const p = page(hit, params);
    const facets = { pattern: facet(hit, (s) => s.patterns), device: facet(hit, (s) => [s.device]), os: facet(hit, (s) => [s.os]), version: facet(hit, (s) => [s.app_version]), browser: facet(hit, (s) => [s.browser]), channel: facet(hit, (s) => [s.channel]), goal: facet(hit, (s) => s.converted ?? []), screen: screensOf.map((value, i) => ({ value, count: hit.length - i })).filter((f) => f.count > 0) };
    return { status: 200, body: { total: hit.length, ...p.next, facets, sessions: p.rows } };
  }
  if (kind === "sessions") {
    const s = sessions.find((x) => x.id === id);
    if (!s) return problem(404, "No such session", `The current run has read no session ${id}.`);
    const events = eventsOf(id);
    const [start, end] = [events[0].timestamp, events.at(-1).timestamp];
    if (sub === "events") {
      if (id === sessionIds[35]) return problem(410, "The recording is gone", "The stored recording was removed from its bucket after it was analysed.");
      const a = Number(params.get("from_ms") ?? start);
      const b = Number(params.get("to_ms") ?? end);
      return { status: 200, body: { events: events.filter((e) => e.timestamp <= b), from_ms: a, to_ms: b, offset_ms: a - start, ...logOf(id, a, b) } };
    }
    const rage = markOf(id, "rage");
    const at = (part) => Math.round(start + (end - start) * part);
    return { status: 200, body: {
      ...s, start: iso(start), signals: signalsOf(id), viewport: recordings[kindOf(id)].viewport, marks: ["no_network"],
      context: { device: s.device, os: s.os, browser: s.browser, app_version: s.app_version, user: s.user, channel: s.channel, plan: "", entry: "/", attributes: {} },
      coverage: { snapshot: true, mutations: true, pointer_moves: true, pointer_press: true, console: false, network: false, visibility: true, canvas: false },
      visits: [{ screen: "/", path: "/", title: "Fernweh Tea", at_ms: start, until_ms: at(0.45), window: 0 }, { screen: "/cart", path: "/cart", title: "Your cart", at_ms: at(0.45), until_ms: at(0.52), window: 0 }, { screen: "/checkout", path: "/checkout", title: "Checkout", at_ms: at(0.52), until_ms: rage.to + 2500, window: 0 }, { screen: "/cart", path: "/cart", title: "Your cart", at_ms: rage.to + 2500, until_ms: end, window: 0 }],
      events_url: `/api/v1/sessions/${id}/events`,
    } };
  }
  if (kind === "fixes") {
    return { status: 200, body: { fixes: issues.filter((i) => reviewOf(i).status === "fixed").map((i) => ({ issue: i.key, title: i.title, version: reviewOf(i).fixed_version ?? "", state: "works", before: proportion(30, 60), after: proportion(1, 40), left: 0, outcomes: [], sentence: `The fix in version ${reviewOf(i).fixed_version ?? "?"} works.` })) } };
  }
  if (kind === "screens") {
    const list = screensOf.map((screen, i) => ({ screen, sessions: 300 - 40 * i, people: 200 - 20 * i, controls: 1, tried: 90, silent: 9, issues: issues.filter((x) => x.screen === screen).length }));
    if (id === undefined) return { status: 200, body: { screens: list } };
    const one = list.find((s) => s.screen === params.get("screen"));
    if (!one) return problem(404, "No such screen", "It is not among those that most sessions reached.");
    const session = sessionIds[0];
    const shown = signalsOf(session)[0];
    const about = issues.filter((x) => x.screen === one.screen).map(({ key, title, rank }) => ({ key, title, rank }));
    return { status: 200, body: { ...one, more: 0, uses: [{ target: shown.target, issues: about, sessions: 80, presses: 120, tried: 90, answered: 81, silent: 9 }],
      layouts: [{ size: "1024-1439 px", sessions: 80, session, at_ms: shown.start_ms, events_url: `/api/v1/sessions/${session}/events?from_ms=${shown.start_ms}&to_ms=${shown.start_ms + 1000}`, presses: [{ x: shown.x, y: shown.y, down: 0, answered: false, control: 0 }, { x: shown.x + 30, y: shown.y, down: 120, answered: true, control: 0 }], of: 90,
        known: 80, depth: Array.from({ length: 10 }, (_, i) => ({ y: 120 * (i + 1), sessions: 80 - 7 * i })) }] } };
  }
  if (kind === "funnels") return { status: 200, body: { funnels: [funnel] } };
  if (kind === "retention") {
    const curve = (scale) => Array.from({ length: 14 }, (_, i) => {
      const share = (scale * 0.4) / (i + 1);
      return { day: i + 1, some: Math.round(share * 200), all: 200 - 6 * i, share, low: share * 0.8, high: share * 1.25 };
    });
    const issue = issues.find((i) => i.key === params.get("issue"));
    return { status: 200, body: { users: 212, anonymous_sessions: 31, windows: report.retention, curve: curve(1), ...(issue ? { issue: { key: issue.key, title: issue.title, met: curve(0.7), worked: curve(1.1) } } : {}) } };
  }
  if (kind === "what-if" && method === "POST") {
    const turned = [...issues].reverse();
    return { status: 200, body: { ...report, total: turned.length, issues: turned.map((issue, i) => ({ ...row(issue), rank: i + 1, rank_before: issue.rank })) } };
  }
  if (kind === "export") return { status: 200, body: issues.filter((i) => params.getAll("key").length === 0 || params.getAll("key").includes(i.key)).map(({ key, title }) => ({ key, title })) };
  if (kind === "audit") return audit(id, method, params, write);
  return problem(404, "Not found", `Nothing answers at ${path}.`);
}

Object.assign(report, {
  totals: [{ outcome: "purchase", per_week: { value: 41, low: 22, high: 60, unit: "purchases" } }],
  calibration: [{ outcome: "purchase", controls: 14, possible: true, mean: 0.02, spread: 0.08 }],
  checks: [{ name: "A/A", outcome: "purchase", tests: 6, rejected: 0, called: 0, passed: true, words: "two random halves of the users differ at 0 of 6 issues, about 0.3 would by chance" }],
});
const proportion = (some, all) => ({ some, all, share: some / all, low: (some / all) * 0.9, high: Math.min(1, (some / all) * 1.1) });
const stepsOf = (all, ...through) => ["cart", "checkout", "purchase"].map((name, i) => ({ name, through: proportion(through[i], i === 0 ? all : through[i - 1]) }));
const funnel = {
  goal: "purchase", sessions: 600, reached: proportion(96, 600), steps: stepsOf(600, 310, 180, 96),
  segments: [["mobile", 350, 170, 90, 40], ["desktop", 250, 140, 90, 56]].map(([value, all, ...through]) => ({ attribute: "device", value, sessions: all, reached: proportion(through[2], all), steps: stepsOf(all, ...through).map((s, i) => ({ ...s, q_value: i === 2 ? 0.01 : 0.8 })) })),
  issues: issues.slice(0, 3).map(({ key, title, rank }, i) => ({ key, title, rank, step: i, met: 20 - i, stopped: 9 })),
};

// Episodes to judge, by "session pattern offset"; a verdict that was taken back keeps its revision.
const verdicts = new Map();
const marks = [];
const nameOf = (e) => `${e.session} ${e.pattern} ${e.offset_ms}`;

function audit(what, method, params, write) {
  const cases = sessionIds.slice(0, 12).flatMap((session) => signalsOf(session).map((s) => ({
    session, pattern: s.pattern, offset_ms: s.start_ms - eventsOf(session)[0].timestamp, start_ms: s.start_ms, end_ms: s.end_ms, screen: s.screen, target: s.target,
    control: s.target.selector, device: kindOf(session), words: `Somebody pressed “${s.target.label}” ${s.gestures} times.`, page: `/sessions/${session}?t=0`, kept: s.verdict === "friction",
  })));
  const heldOf = (e) => verdicts.get(nameOf(e)) ?? { verdict: "none", rev: 0 };
  const judged = cases.filter((c) => heldOf(c).verdict !== "none");
  if (what === undefined) {
    const open = cases.filter((c) => !judged.includes(c)).slice(0, Number(params.get("size") ?? 20));
    return { status: 200, body: { episodes: cases.length, judged: judged.length, cases: open.map(({ kept, ...c }) => ({ ...c, rev: heldOf(c).rev })) } };
  }
  if (what === "verdicts" && method === "GET") return { status: 200, body: { verdicts: [...verdicts.values()] } };
  if (what === "verdicts" && method === "PUT") {
    if (write.rev !== heldOf(write).rev) return problem(409, "Somebody was faster", "The verdict was made on an older revision.");
    const now = { ...write, rev: write.rev + 1 };
    verdicts.set(nameOf(write), now);
    return { status: 200, body: now };
  }
  if (what === "marks" && method === "PUT") {
    marks.push({ ...write, rev: 1 });
    return { status: 200, body: marks.at(-1) };
  }
  const rate = (of) => {
    const said = of.map((c) => heldOf(c).verdict);
    const [yes, no] = ["friction", "intended"].map((v) => said.filter((s) => s === v).length);
    const known = yes + no > 0;
    return { share: known ? yes / (yes + no) : null, low: known ? 0.1 : null, high: known ? 0.95 : null, judged: yes + no, unclear: said.filter((s) => s === "unclear").length, of: of.length, uncovered: 0 };
  };
  const measure = (pattern, of) => ({ pattern, kept: rate(of.filter((c) => c.kept)), dismissed: rate(of.filter((c) => !c.kept)) });
  const patterns = [...new Set(cases.map((c) => c.pattern))];
  return { status: 200, body: {
    from: iso(from), to: iso(from + days * dayMS), sessions: sessionIds.length, episodes: cases.length, marks, pending: judged.length > 0,
    patterns: patterns.map((p) => measure(p, cases.filter((c) => c.pattern === p))), all: measure("", cases),
  } };
}

/** Answers as a server would that is not set up: mode "empty" has no issues, "bare" no goal and no user ids, "none" no report. */
export function answerAs(mode, method, path, params, write) {
  const real = answer(method, path, params, write);
  if (mode === "none") return problem(503, "No report yet", "Nothing was analysed into this data directory yet. Run: rankle analyze s3://bucket/prefix --data DIR");
  if (mode === "empty" && path === "/api/v1/issues") return { status: 200, body: { total: 0, issues: [] } };
  if (path === "/api/v1/report") {
    if (mode === "empty") return { status: 200, body: { ...report, issues_total: 0 } };
    if (mode === "bare") return { status: 200, body: { ...report, demo: false, goals: [], users: 0, anonymous_sessions: 428, retention: [] } };
  }
  return real;
}
