// The shapes that the API sends. Times are RFC 3339 UTC strings unless the name ends in _ms: those are epoch
// milliseconds (or a duration, for duration_ms and active_ms). Nothing here is derived; model/ does that.

export interface Step { name: string; sessions: number }
export interface Goal { name: string; reached: number; sessions: number; rate: number; steps: Step[] | null }
export interface Retention { window: string; returned: number; users: number; censored: number }
export interface Skip { reason: string; count: number; examples: string[] | null }
export interface QualityMark { mark: string; sessions: number }

/** What controls that are known to be harmless show as systematic error, in log-odds. */
export interface Calibration { outcome: string; controls: number; possible: boolean; mean: number; spread: number }
/** A question about this data whose answer is known to be nothing. */
export interface SelfCheck { name: string; outcome: string; tests: number; rejected: number; called: number; passed: boolean; words: string }

export interface Report {
  run: string;
  fingerprint: string;
  from: string;
  to: string;
  weeks: number;
  sessions: number;
  users: number;
  anonymous_sessions: number;
  goals: Goal[] | null;
  retention: Retention[] | null;
  read: { objects: number; bytes: number; sessions: number; skipped: Skip[] | null };
  quality: QualityMark[] | null;
  notes: string[] | null;
  method: string;
  ordered_by: string;
  issues_total: number;
  totals: { outcome: string; per_week: Figure | null }[] | null;
  calibration: Calibration[] | null;
  checks: SelfCheck[] | null;
  demo: boolean;
  sources: string[] | null;
}

/** What the server does about its own data. */
export interface Runs {
  served: string;
  every_s: number;
  next: string | null;
  running: { started: string; stage: string; done: number; total: number; bytes: number } | null;
  last: { started: string; ended: string; duration_s: number; fresh: number; problem: string } | null;
  data_bytes: number;
  data: DataBytes[] | null;
}
export interface DataBytes { part: string; files: number; bytes: number }

export interface Figure { value: number; low: number; high: number; unit: string }

/** The cost in one outcome: goal or window is set. The figures are null where `possible` is false. */
export interface Impact {
  goal?: string;
  window?: string;
  per_week: number | null;
  low: number | null;
  high: number | null;
  unit: string;
  share: number | null;
  share_low: number | null;
  share_high: number | null;
  naive_per_week: number | null;
  exposed: number;
  compared: number;
  e_value: number;
  e_value_low: number;
  balance?: { before: number; after: number; worst: string };
  method: string;
  possible: boolean;
  caveats: string[] | null;
}

export interface Target { tag: string; role: string; label: string; selector: string }
export interface PatternCount { pattern: string; episodes: number; sessions: number }
export interface Day { day: string; affected: number; exposed: number }
export interface Segment { attribute: string; value: string; affected: number; exposed: number; rate_in: number; rate_out: number }
export interface Use {
  sessions: number;
  people: number;
  visitors: number;
  presses_p50: number;
  presses_p95: number;
  tried: number;
  answered: number;
  rate: number | null;
  rate_low: number | null;
  rate_high: number | null;
  timed: number;
  latency_p50_ms: number | null;
  latency_p95_ms: number | null;
}
export interface VersionUse extends Use { version: string; first_seen_ms: number }
export type Status = "new" | "confirmed" | "rejected" | "fixed";

export interface ClipRef {
  index: number;
  session: string;
  start_ms: number;
  end_ms: number;
  pattern: string;
  caption: string;
  contrast: boolean;
}

export interface IssueRow {
  key: string;
  rank: number;
  title: string;
  family: string;
  patterns: PatternCount[] | null;
  screen: string;
  target: Target | null;
  cause?: string;
  sessions_affected: number;
  users_affected: number;
  sessions_exposed: number;
  confidence: number;
  impact: { conversion: Impact | null; retention: Impact | null };
  impacts: Impact[] | null;
  score: Figure | null;
  stopped?: Figure | null;
  floor?: string;
  top3: number;
  top10: number;
  first_seen: string;
  last_seen: string;
  trend: Day[] | null;
  segments: Segment[] | null;
  status: Status;
  owner?: string;
  effort?: number;
  per_effort?: Figure;
  clips: ClipRef[] | null;
}

export interface IssueList { total: number; next_cursor?: string; issues: IssueRow[] | null }

/** Where and with what effort something was fixed; a fixed issue has a version, a moment, or neither. */
export interface Fixed { fixed_version?: string; fixed_at_ms?: number; effort?: number }
export interface ReviewChange extends Fixed { at: string; by?: string; status?: string; owner?: string; note?: string; rev?: number }
export interface Review extends Fixed { status: Status; owner: string; note: string; rev: number; history: ReviewChange[] | null }

export interface ControlShare { screen: string; target: Target; sessions: number }
/** When the affected share changed. */
export interface Change { kind: "started" | "ended" | "rose" | "fell"; day: string; version: string; affected_before: number; exposed_before: number; affected_after: number; exposed_after: number }

export interface IssueDetail extends IssueRow {
  use: Use;
  versions: VersionUse[] | null;
  controls: ControlShare[] | null;
  sureness: number;
  changes: Change[] | null;
  notes: string[] | null;
  dismissed: { reason: string; episodes: number }[] | null;
  funnel: FunnelPlace[] | null;
  review: Review | null;
  similar: { key: string; title: string; rank: number }[] | null;
  evidence: string[] | null;
}

export type Verdict = "friction" | "dismissed" | "no_opinion";

export interface Signal {
  pattern: string;
  also?: string[] | null;
  verdict: Verdict;
  reason: string;
  confidence: number;
  start_ms: number;
  end_ms: number;
  gestures: number;
  unanswered: number;
  latency_ms?: number;
  screen: string;
  target: Target | null;
  x: number;
  y: number;
  cause: string;
  aftermath: string;
  blind?: string[] | null;
  issue?: string;
}

export interface ClipContext { device: string; os: string; browser: string; app_version: string; user: string; channel: string; plan: string; entry: string; attributes: Record<string, string> | null }
export interface Viewport { width: number; height: number }

export interface Clip {
  index: number;
  session: string;
  window?: number;
  start_ms: number;
  end_ms: number;
  from_ms: number;
  to_ms: number;
  pattern: string;
  caption: string;
  contrast: boolean;
  screen: string;
  context: Partial<ClipContext> | null;
  viewport: Viewport | null;
  signals: Signal[] | null;
  events_url: string;
}

/** One rrweb event. `data` is opaque here: only player/ looks inside, with care. */
export interface RecordedEvent { type: number; timestamp: number; data: unknown; delay?: number }
export interface EventSlice { events: RecordedEvent[]; from_ms: number; to_ms: number; offset_ms: number; logged: Logged; log: LogLine[] | null; log_left: number }
/** What the recorder listened to at all. */
export interface Logged { console: boolean; network: boolean }
/** One console call, or one request where level is absent; an absent status was not recorded, 0 is a failure without one. */
export interface LogLine { at_ms: number; level?: "error" | "warn" | "info" | "log" | "debug"; text?: string; method?: string; path?: string; status?: number; initiator?: string; duration_ms?: number; failed?: boolean }

export interface FacetValue { value: string; count: number }

export interface SessionRow {
  id: string;
  user: string;
  start: string;
  duration_ms: number;
  active_ms: number;
  device: string;
  os: string;
  browser: string;
  app_version: string;
  channel: string;
  entry: string;
  screens: number;
  friction: number;
  dismissed: number;
  patterns: string[] | null;
  converted: string[] | null;
}

export interface SessionList {
  total: number;
  next_cursor?: string;
  facets: Record<string, FacetValue[] | null> | null;
  sessions: SessionRow[] | null;
}

/** Whether anybody must sign in, and as whom the reader is; name is empty for nobody. */
export interface AccessState { required: boolean; name: string; role: "viewer" | "reviewer" | "admin" | "none"; provider: boolean }

/** Another list of the same recordings; what is left out stays as in the run. */
export interface WhatIfQuestion {
  weights?: { goals?: Record<string, number>; return?: number };
  from?: string;
  to?: string;
  segments?: { attribute: string; value: string }[];
  limit?: number;
}
export interface WhatIfIssue {
  key: string;
  title: string;
  rank: number;
  rank_before: number;
  sessions_affected: number;
  users_affected: number;
  sessions_exposed: number;
  impact: { conversion: Impact | null; retention: Impact | null };
  impacts: Impact[] | null;
  score: Figure | null;
  top3: number;
  top10: number;
}
export interface WhatIfList {
  run: string;
  from: string;
  to: string;
  weeks: number;
  sessions: number;
  users: number;
  ordered_by: string;
  notes: string[] | null;
  goals: Goal[] | null;
  total: number;
  issues: WhatIfIssue[] | null;
}

/** Some among all with a 95 % interval; share is null of nothing. */
export interface Proportion { some: number; all: number; share: number | null; low: number; high: number }
export interface FunnelStep { name: string; through: Proportion }
export interface FunnelSegmentStep extends FunnelStep { q_value: number }
export interface FunnelSegment { attribute: string; value: string; sessions: number; reached: Proportion; steps: FunnelSegmentStep[] | null }
export interface FunnelIssue { key: string; title: string; rank: number; step: number; met: number; stopped: number }
export interface Funnel { goal: string; sessions: number; reached: Proportion; steps: FunnelStep[] | null; segments: FunnelSegment[] | null; issues: FunnelIssue[] | null }
/** Where on the way to a goal sessions met an issue; shares of those that took the step, with it and without. */
export interface FunnelPlace { goal: string; name: string; step: number; steps: number; met: Proportion; others: Proportion }
export interface FunnelList { funnels: Funnel[] | null }
export interface DayReturn extends Proportion { day: number }
export interface IssueRetention { key: string; title: string; met: DayReturn[] | null; worked: DayReturn[] | null }
export interface RetentionDetail { users: number; anonymous_sessions: number; windows: Retention[] | null; curve: DayReturn[] | null; issue?: IssueRetention }

export interface FixOutcome { outcome: string; possible: boolean; predicted: Figure | null; realised: Figure | null; caveats: string[] | null }
export interface Fix {
  issue: string;
  title: string;
  version?: string;
  at_ms?: number;
  state: "unseen" | "early" | "works" | "persists" | "returned";
  before: Proportion;
  after: Proportion;
  left: number;
  returned?: string;
  outcomes: FixOutcome[] | null;
  sentence: string;
}
export interface FixList { fixes: Fix[] | null }

export interface ScreenRow { screen: string; sessions: number; people: number; controls: number; tried: number; silent: number; issues: number }
export interface ScreenList { screens: ScreenRow[] | null }
export interface ControlUse { target: Target; issues: { key: string; title: string; rank: number }[] | null; sessions: number; presses: number; tried: number; answered: number; silent: number }
export interface ScreenLayout { size: string; sessions: number; session: string; at_ms: number; events_url: string; presses: ScreenPress[] | null; of: number; depth: ScreenDepth[] | null; known: number }
/** Where somebody pressed: CSS px of the window, how far that was scrolled down, and the place of the control in uses, -1 = none of them. */
export interface ScreenPress { x: number; y: number; down: number; answered: boolean; control: number }
/** How many sessions saw the page down to y, CSS px from its top. */
export interface ScreenDepth { y: number; sessions: number }
export interface ScreenMap extends ScreenRow { uses: ControlUse[] | null; more: number; layouts: ScreenLayout[] | null }

export interface IssueText { title: string; body: string }

/** One episode as a person is asked about it: it does not say what the program made of it. */
export interface AuditCase {
  session: string;
  pattern: string;
  offset_ms: number;
  start_ms: number;
  end_ms: number;
  screen: string;
  target: Target;
  control: string;
  device: string;
  words: string;
  page: string;
  rev: number;
}
export interface AuditPage { episodes: number; judged: number; cases: AuditCase[] | null }
export type Opinion = "friction" | "intended" | "unclear";
export interface EpisodeVerdict { session: string; pattern: string; offset_ms: number; verdict: Opinion | "none"; note?: string; rev: number }
export interface ControlMark { screen: string; control: string; mark: "repeat_use" | "none"; name?: string; note?: string; rev: number }
/** A share measured on a sample; null when nothing was judged. */
export interface AuditRate { share: number | null; low: number | null; high: number | null; judged: number; unclear: number; of: number; uncovered: number }
export interface AuditMeasure { pattern: string; kept: AuditRate; dismissed: AuditRate }
export interface AuditReport {
  from: string;
  to: string;
  sessions: number;
  episodes: number;
  patterns: AuditMeasure[] | null;
  all: AuditMeasure;
  marks: ControlMark[] | null;
  pending: boolean;
}

export interface Visit { screen: string; path: string; title: string; at_ms: number; until_ms: number; window?: number }

export interface SessionDetail extends SessionRow {
  context: Partial<ClipContext> | null;
  visits: Visit[] | null;
  signals: Signal[] | null;
  marks: string[] | null;
  coverage: Record<string, boolean> | null;
  viewport: Viewport | null;
  events_url?: string;
}
