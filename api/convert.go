package api

import (
	"math"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/replay"
)

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// mapped converts a list; the result is never nil, because clients get [] and not null.
func mapped[From, To any](list []From, f func(From) To) []To {
	out := make([]To, 0, len(list))
	for _, v := range list {
		out = append(out, f(v))
	}
	return out
}

func same(s string) string { return s }

// digits is how many significant digits of a float leave the program. The intervals are wide in the second digit;
// beyond the ninth only the order of additions and the processor's rounding show, and those differ between machines.
const digits = 9

// tidy rounds to digits significant digits.
func tidy(f float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', digits, 64), 64)
	if err != nil {
		return f // rounded up beyond the largest float
	}
	return r
}

func isNumber(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// finite returns 0 for what is not a number: JSON has no NaN, and shares of nothing are shown as nothing.
func finite(f float64) float64 {
	if !isNumber(f) {
		return 0
	}
	return tidy(f)
}

// unit01 clamps a probability.
func unit01(f float64) float64 { return min(max(finite(f), 0), 1) }

// number is nil for what is not a number.
func number(f float64) *float64 {
	if !isNumber(f) {
		return nil
	}
	f = tidy(f)
	return &f
}

func usable(e ranker.Estimate) bool {
	return isNumber(e.Value) && isNumber(e.Low) && isNumber(e.High)
}

func runOf(s *Snapshot) Run {
	r := s.Report
	return Run{
		Run: r.Run, Fingerprint: r.Fingerprint, From: r.From.UTC(), To: r.To.UTC(), Weeks: finite(r.Weeks),
		Sessions: r.Sessions, Users: r.Users, Anonymous: r.Anonymous,
		Goals:     mapped(r.Goals, goalOf),
		Retention: mapped(r.Retention, func(x ranker.RetentionSummary) RetentionSummary { return RetentionSummary(x) }),
		Read:      readOf(r.Read),
		Quality:   mapped(r.Coverage, func(x ranker.MarkCount) MarkCount { return MarkCount(x) }),
		Notes:     mapped(r.Notes, same), Method: r.Method, OrderedBy: r.OrderedBy, IssuesTotal: len(r.Issues),
		Trust: trustOf(r), Demo: s.Demo, Sources: mapped(s.Sources, same),
	}
}

func goalOf(g ranker.GoalSummary) Goal {
	out := Goal{Name: g.Name, Reached: g.Reached, Sessions: g.Sessions,
		Steps: mapped(g.Steps, func(x ranker.StepCount) StepCount { return StepCount(x) })}
	if g.Sessions > 0 {
		out.Rate = finite(float64(g.Reached) / float64(g.Sessions))
	}
	return out
}

func readOf(r ranker.ReadSummary) ReadSummary {
	return ReadSummary{Objects: r.Objects, Bytes: r.Bytes, Sessions: r.Sessions,
		Skipped: mapped(r.Skipped, func(x ranker.SkipCount) SkipCount {
			return SkipCount{Reason: x.Reason, Count: x.Count, Examples: mapped(x.Examples, same)}
		})}
}

func targetOf(t friction.Target) Target {
	return Target{Tag: t.Tag, Role: t.Role, Label: t.Label, Selector: t.Selector}
}

// impactOf converts one impact. An impact with a figure that is not a number counts as impossible.
func impactOf(i ranker.Impact) Impact {
	out := Impact{Unit: i.PerWeek.Unit, Exposed: i.Exposed, Compared: i.Compared, Method: i.PerWeek.Method,
		Possible: i.Possible && usable(i.PerWeek), Caveats: mapped(i.Caveats, same)}
	if !out.Possible {
		return out
	}
	out.PerWeek, out.Low, out.High = number(i.PerWeek.Value), number(i.PerWeek.Low), number(i.PerWeek.High)
	out.Share, out.ShareLow, out.ShareHigh = number(i.Share.Value), number(i.Share.Low), number(i.Share.High)
	out.NaivePerWeek = number(i.Naive.Value)
	out.EValue, out.EValueLow = finite(i.EValue), finite(i.EValueLow)
	if i.Compared > 0 {
		out.Balance = &Balance{Before: finite(i.Balance.Before), After: finite(i.Balance.After), Worst: i.Balance.Worst}
	}
	return out
}

func goalImpact(i ranker.Impact) Impact {
	out := impactOf(i)
	out.Goal = i.Outcome
	return out
}

func windowImpact(i ranker.Impact) Impact {
	out := impactOf(i)
	out.Window = i.Outcome
	return out
}

// leadWindow is the retention window that a row shows first: D1 is noisy and D30 late, D7 is what teams plan by.
const leadWindow = "D7"

func mainImpact(r ranker.Ranked) MainImpact {
	var out MainImpact
	for _, i := range r.Conversion {
		if w := goalImpact(i); w.Possible {
			out.Conversion = &w
			break
		}
	}
	for _, i := range r.Retention {
		w := windowImpact(i)
		if w.Possible && (out.Retention == nil || i.Outcome == leadWindow) {
			out.Retention = &w
		}
	}
	return out
}

// rowOf converts everything of an issue but its review.
func rowOf(r ranker.Ranked) IssueRow {
	out := IssueRow{
		Key: r.Key, Rank: r.Rank, Title: r.Title, Family: string(r.Family), Screen: r.Screen, Target: targetOf(r.Target),
		Patterns: mapped(r.Patterns, func(p cluster.PatternCount) PatternCount {
			return PatternCount{Pattern: string(p.Pattern), Episodes: p.Episodes, Sessions: p.Sessions}
		}),
		Cause: r.Cause, Floor: r.Floor, SessionsAffected: r.Sessions, UsersAffected: r.Users, SessionsExposed: r.Exposed,
		Confidence: unit01(r.Confidence), Impact: mainImpact(r),
		Impacts: append(mapped(r.Conversion, goalImpact), mapped(r.Retention, windowImpact)...),
		Top3:    unit01(r.TopThree), Top10: unit01(r.TopTen), FirstSeen: r.First.UTC(), LastSeen: r.Last.UTC(),
		Trend: mapped(r.Days, func(d cluster.DayCount) DayCount {
			return DayCount{Day: d.Day.UTC().Format(time.DateOnly), Affected: d.Affected, Exposed: d.Exposed}
		}),
		Segments: mapped(r.Segments, segmentOf), Status: statusNew, Clips: []ClipRef{},
	}
	if usable(r.Score) {
		out.Score = &Figure{Value: finite(r.Score.Value), Low: finite(r.Score.Low), High: finite(r.Score.High), Unit: r.Score.Unit}
	}
	if usable(r.Stopped) && r.Stopped.N > 0 {
		out.Stopped = &Figure{Value: r.Stopped.Value, Low: r.Stopped.Low, High: r.Stopped.High, Unit: r.Stopped.Unit}
	}
	for i, c := range r.Clips {
		out.Clips = append(out.Clips, ClipRef{Index: i, Session: c.Session, StartMS: at(c.SessionStart, c.Start),
			EndMS: at(c.SessionStart, c.End), Pattern: string(c.Pattern), Caption: c.Caption, Contrast: c.Contrast})
	}
	return out
}

func segmentOf(s cluster.Segment) Segment {
	return Segment{Attribute: s.Attribute, Value: s.Value, Affected: s.Affected, Exposed: s.Exposed,
		RateIn: finite(s.RateIn), RateOut: finite(s.RateOut)}
}

func useOf(u cluster.Use) Use {
	out := Use{Sessions: u.Sessions, People: u.People, Visitors: u.Visitors, PressesP50: u.PressesP50, PressesP95: u.PressesP95,
		Tried: u.Tried, Answered: u.Answered, Timed: u.Timed}
	if u.Tried > 0 {
		out.Rate, out.RateLow, out.RateHigh = number(float64(u.Answered)/float64(u.Tried)), number(u.Low), number(u.High)
	}
	if u.Timed > 0 {
		out.LatencyP50MS, out.LatencyP95MS = number(inMS(u.LatencyP50)), number(inMS(u.LatencyP95))
	}
	return out
}

func versionUseOf(v cluster.VersionUse) VersionUse {
	return VersionUse{Version: v.Version, FirstSeenMS: epochMS(v.First), Use: useOf(v.Use)}
}

func inMS(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// at is the epoch millisecond of an offset into a session.
func at(start time.Time, offset time.Duration) int64 { return start.Add(offset).UnixMilli() }

func contextOf(c replay.Context) Context {
	attributes := make(map[string]string, len(c.Attributes))
	for k, v := range c.Attributes {
		attributes[k] = v
	}
	return Context{Device: deviceOf(c.Device), OS: c.OS, Browser: c.Browser, AppVersion: c.AppVersion, User: c.User,
		Channel: c.Channel, Plan: c.Plan, Entry: c.EntryURL, Attributes: attributes}
}

// deviceOf names a device by its type, or its model where the type is unknown.
func deviceOf(d replay.Device) string {
	if d.Type != "" {
		return d.Type
	}
	return d.Model
}

func viewportOf(c replay.Context) Viewport {
	return Viewport{Width: max(c.ViewportW, 0), Height: max(c.ViewportH, 0)}
}

// signalOf converts episode i of d.
func signalOf(s *Snapshot, d *friction.Digest, i int) Signal {
	e := d.Episodes[i]
	return Signal{
		Pattern: string(e.Pattern), Also: mapped(e.Also, func(p friction.Pattern) string { return string(p) }),
		Verdict: string(e.Verdict), Reason: string(e.Reason), Confidence: unit01(e.Confidence),
		StartMS: at(d.Start, e.Start), EndMS: at(d.Start, e.End), Gestures: e.Gestures, Unanswered: e.Unanswered,
		LatencyMS: e.Latency.Milliseconds(), Screen: s.screenAt(d, e.Screen), Target: targetAt(d, e.Target), X: e.X, Y: e.Y,
		Cause: e.Cause, Aftermath: string(e.Aftermath), Blind: mapped(e.Blind, same), Issue: s.issueOf(d, i),
	}
}

func targetAt(d *friction.Digest, i int32) Target {
	if i < 0 || int(i) >= len(d.Targets) {
		return Target{}
	}
	return targetOf(d.Targets[i])
}

func sessionRowOf(s *Snapshot, d *friction.Digest) SessionRow {
	out := SessionRow{ID: d.Session, User: d.Context.User, Start: d.Start.UTC(), DurationMS: d.Duration.Milliseconds(),
		ActiveMS: d.Active.Milliseconds(), Device: deviceOf(d.Context.Device), OS: d.Context.OS, Browser: d.Context.Browser,
		AppVersion: d.Context.AppVersion, Channel: d.Context.Channel, Entry: d.Context.EntryURL, Screens: len(d.Visits),
		Patterns: []string{}, Converted: []string{}}
	for _, e := range d.Episodes {
		switch e.Verdict {
		case friction.Friction:
			out.Friction++
			out.Patterns = append(out.Patterns, string(e.Pattern))
		case friction.Dismissed:
			out.Dismissed++
		}
	}
	slices.Sort(out.Patterns)
	out.Patterns = slices.Compact(out.Patterns)
	if s.Converted != nil {
		out.Converted = mapped(s.Converted(d), same)
	}
	return out
}

func sessionOf(s *Snapshot, d *friction.Digest) Session {
	out := Session{SessionRow: sessionRowOf(s, d), Context: contextOf(d.Context), Viewport: viewportOf(d.Context),
		Marks:    mapped(d.Marks, func(m replay.Mark) string { return string(m) }),
		Coverage: Coverage(d.Coverage), Signals: []Signal{}, Visits: []Visit{}, EventsURL: eventsURL(d.Session)}
	for _, v := range d.Visits {
		w := Visit{Screen: s.screenAt(d, v.Screen), AtMS: at(d.Start, v.At), UntilMS: at(d.Start, v.Until), Window: int(v.Window)}
		if v.Screen >= 0 && int(v.Screen) < len(d.Screens) {
			w.Path, w.Title = d.Screens[v.Screen].Path, d.Screens[v.Screen].Title
		}
		out.Visits = append(out.Visits, w)
	}
	for i := range d.Episodes {
		out.Signals = append(out.Signals, signalOf(s, d, i))
	}
	return out
}

func eventsURL(session string) string {
	return "/api/v1/sessions/" + url.PathEscape(session) + "/events"
}

func msQuery(from, to int64, window int) string {
	return "?from_ms=" + strconv.FormatInt(from, 10) + "&to_ms=" + strconv.FormatInt(to, 10) + "&window=" + strconv.Itoa(window)
}
