// What the planted faults really cost: this very population, and the expectation over many populations drawn from the same model.
import { costs } from './planner.mjs';
import { SEED, USERS, START, DAYS, DAY, RELEASES, FAULTS, TWINS, BENIGN } from './model.mjs';

const REPLICATES = 200;
const WEEKS = DAYS / 7;
const round = (x) => Math.round(x * 1000) / 1000;

/** truth answers the content of truth.json for the planned sessions. */
export function truth(sessions) {
  const here = costs(SEED);
  const runs = Array.from({ length: REPLICATES }, (_, r) => costs(SEED + 1 + r));
  const weekly = (id, key) => {
    const xs = runs.map((r) => r.faults[id][key] / WEEKS);
    const mean = xs.reduce((a, b) => a + b, 0) / xs.length;
    const sd = Math.sqrt(xs.reduce((a, b) => a + (b - mean) ** 2, 0) / (xs.length - 1));
    return { expected: round(mean), standard_error: round(sd / Math.sqrt(xs.length)), spread_between_populations: round(sd), realised: round(here.faults[id][key] / WEEKS) };
  };
  const iso = (t) => new Date(t).toISOString();
  return {
    about: 'Generated data. Costs come from replaying the same people, with the same random numbers, with one fault switched off.',
    seed: SEED, users: USERS, users_seen: new Set(sessions.map((s) => s.user.id)).size, sessions: sessions.length, purchases: here.purchases,
    period: { from: iso(START), to: iso(START + DAYS * DAY), weeks: WEEKS, first_session: iso(sessions[0].start), last_session: iso(sessions[sessions.length - 1].start) },
    goal: { name: 'purchase', reached: { screen: '/thank-you' }, event: 'order_placed' },
    releases: RELEASES.map((r) => ({ version: r.version, released: iso(START + r.day * DAY), rollout_days: r.spread })),
    definitions: {
      lost_purchases_per_week: 'purchases of the whole period in the world without this fault minus those in the recorded world, per week; includes visits that did not happen because people stayed away',
      lost_purchases_same_session_per_week: 'the same for the sessions with a failed attempt only, each replayed from its own start',
      lost_returners_within_7_days_per_week: 'users whose first failed attempt is followed by a visit within 7 days only in the world without this fault (net), per week of exposure; visits after the period count',
      lost_returners_d1_per_week: 'the same with a visit in [1,2) days after the first failed attempt',
      lost_returners_d7_per_week: 'the same with a visit in [7,14) days after the first failed attempt',
      expected: `mean over ${REPLICATES} populations drawn from the same model`, standard_error: 'of that mean', spread_between_populations: 'standard deviation of the weekly cost over populations', realised: 'in the population of this bucket',
    },
    model: {
      session_intent: 'buy, browse, service or visit; buying depends on latent engagement, mood of the day and device', engagement: 'normal; raises buying, browsing depth, use of the heart and of filters, return, and the Plus plan; it is not in the data',
      failed_attempt: 'independent draws within an affected version and device, with the chance given per fault; the postcode fault depends on a habit of the user',
      abandon: 'chance that a failed attempt ends the wish to buy in this session, times exp(-0.18 engagement)', stay: 'taken from the log-odds of returning, once per fault and session',
    },
    faults: FAULTS.map((f) => {
      const c = here.faults[f.id];
      return { id: f.id, title: f.title, screen: f.screen, selector: f.selector, ...(f.intended ? { intended_selector: f.intended } : {}), label: f.label, patterns: f.patterns, versions: f.versions, devices: f.devices,
        fail_probability: f.id === 'postcode-silent' ? { habit_of_writing_a_blank: 0.72, others: 0.12 } : f.fail, abandon: f.abandon, stay: f.stay,
        sessions_tried: c.tried, sessions_exposed: c.sessions, users_exposed: c.users, failed_attempts: c.failed,
        lost_purchases_per_week: weekly(f.id, 'total'), lost_purchases_same_session_per_week: weekly(f.id, 'same'), lost_returners_within_7_days_per_week: weekly(f.id, 'within7'), lost_returners_d1_per_week: weekly(f.id, 'd1'), lost_returners_d7_per_week: weekly(f.id, 'd7') };
    }),
    twins: TWINS.map((t) => ({ ...t })),
    benign: BENIGN,
  };
}
