package ranker

import (
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker/outcome"
	"github.com/rankle/rankle/replay"
)

// world is the simulation of RANKING section 4. Users have a latent engagement, sessions a latent intent; people walk
// over screens and try controls, some of which fail. All numbers are counters hashed with the seed, so that the same
// session can be replayed with one issue switched off: the difference is the true loss.
type world struct {
	seed     uint64
	sessions int
	kind     worldKind
	hidden   float64 // strength of what history does not measure
	issues   []simIssue
	benign   []simIssue // harmless controls
	weeks    int
	alike    float64 // of worldTwins: the chance that both of a pair are decided by one draw
}

type worldKind string

const (
	worldDefault    worldKind = "default"
	worldUnmeasured worldKind = "unmeasured" // stronger hidden confounding
	worldNoConf     worldKind = "noconf"     // who meets an issue is chance
	worldPlacebo    worldKind = "placebo"    // no issue harms
	worldReaction   worldKind = "reaction"   // a failure shows only where people get angry: three in ten
	worldRetention  worldKind = "retention"  // the outcome is a return after a week
	worldDrift      worldKind = "drift"      // week by week fewer people buy, and issues come and go
	worldRare       worldKind = "rare"       // one purchase where the default world has ten
	worldTogether   worldKind = "together"   // issues come in pairs, with one cause
	worldTwins      worldKind = "twins"      // who tries a control tries the next one too, see pairUp; not among worldKinds
)

var worldKinds = []worldKind{worldDefault, worldUnmeasured, worldNoConf, worldPlacebo, worldReaction, worldRetention, worldDrift,
	worldRare, worldTogether}

const (
	simScreens  = 20
	simControls = 4
	simBenign   = 12
	maxSteps    = 24
	minBuySteps = 6 // nobody buys before: who stays longer meets more friction and buys more (immortal time)
)

type simIssue struct {
	screen, control int
	rate            float64 // of failure at engagement and intent 0
	harm            float64 // 0..1
	byEngagement    float64
	byIntent        float64
	mobile          bool    // fails on mobile only
	since           int     // first version that has it
	drift           float64 // change of the logarithm of the rate per week
}

func newWorld(seed uint64, sessions int, kind worldKind) *world {
	w := &world{seed: seed, sessions: sessions, kind: kind, weeks: 6, hidden: 1}
	if kind == worldUnmeasured {
		w.hidden = 2
	}
	if kind == worldRetention {
		w.weeks = 10 // the release that brings faults comes after four; what happens in the last two is not judged
	}
	for i := range simScreens*simControls + simBenign {
		u := func(k uint64) float64 { return uniform(mix(seed^0xabcdef), uint64(i)*16+k) }
		x := simIssue{screen: i / simControls, control: i % simControls}
		x.rate = 0.01 * math.Pow(20, u(0)) // 1 % to 20 %
		if u(1) > 0.4 {
			x.harm = u(2)
		}
		x.byEngagement = 0.8 * (u(3) - 0.4)
		x.byIntent = 0.5 * w.hidden * (u(4) - 0.4)
		x.mobile = u(5) < 0.2
		if u(6) < 0.25 {
			x.since = 2
			x.rate = 0.1 + 0.4*u(7)
		}
		if kind == worldNoConf {
			x.byEngagement, x.byIntent = 0, 0
		}
		if kind == worldPlacebo {
			x.harm = 0
		}
		if kind == worldDrift {
			x.drift = 0.6 * (u(9) - 0.5)
		}
		if i >= simScreens*simControls {
			x.harm, x.screen, x.control = 0, int(u(8)*simScreens), simControls+i-simScreens*simControls
			w.benign = append(w.benign, x)
			continue
		}
		w.issues = append(w.issues, x)
	}
	return w
}

// person is what a session knows of its user.
type person struct {
	id         int
	engagement float64
	mobile     bool
	channel    int
	start      time.Time // of this session
	number     int
}

// run is what happened in one session.
type run struct {
	converted bool
	returned  bool
	failed    []int // issues, each once, in order
	digest    *friction.Digest
}

const allOff = -2

func normal(base, k uint64) float64 {
	u, v := uniform(base, 2*k), uniform(base, 2*k+1)
	return math.Sqrt(-2*math.Log(u)) * math.Cos(2*math.Pi*v)
}

var simStart = time.Date(2026, 9, 7, 0, 0, 0, 0, time.UTC)

// play walks one session; off is the issue that is switched off, -1 for none, allOff for all.
func (w *world) play(p *person, off int, record bool) run {
	base := mix(w.seed ^ mix(uint64(p.id)<<20|uint64(p.number)))
	intent := normal(base, 1)
	version := min(int(p.start.Sub(simStart)/(14*24*time.Hour)), 2)
	var r run
	var d *friction.Digest
	if record {
		d = w.digest(p, version)
		r.digest = d
	}
	at, screen, hurt := time.Duration(0), int(uniform(base, 7)*5), 0.0
	for step := range uint64(maxSteps) {
		u := func(k uint64) float64 { return uniform(base, 100+step*16+k) }
		at += time.Duration(5+20*u(0)) * time.Second
		control := int(u(1) * u(1) * simControls)
		if w.kind == worldTwins {
			control &^= 1 // the next one follows
		}
		issue, twinHarm := screen*simControls+control, 0.0
		fails := issue != off && off != allOff && w.strikes(base, step, issue) < w.issues[issue].chance(p, intent, version)
		if record {
			record1(d, screen, control, at, fails && (w.kind != worldReaction || u(6) < 0.3))
			w.addBenign(d, p, intent, version, screen, at, base, step)
		}
		if w.kind == worldTwins {
			twin := issue + 1
			control++
			issueFails := twin != off && off != allOff && w.strikes(base, step, twin) < w.issues[twin].chance(p, intent, version)
			if record {
				record1(d, screen, control, at+time.Second, issueFails)
			}
			if issueFails {
				twinHarm = w.issues[twin].harm
				if !contains(r.failed, twin) {
					r.failed = append(r.failed, twin)
				}
			}
		}
		leave := 0.12 * math.Exp(-0.4*intent-0.3*p.engagement)
		if fails {
			h := w.issues[issue].harm
			if !contains(r.failed, issue) {
				r.failed = append(r.failed, issue)
			}
			hurt += h
			leave += 0.5 * h
		}
		hurt, leave = hurt+twinHarm, leave+0.5*twinHarm
		at += 2 * time.Second
		if step >= minBuySteps && u(3) < w.buying(p)*math.Exp(0.5*intent+0.3*p.engagement-1.2*hurt) {
			r.converted = true
			if record {
				d.Customs = append(d.Customs, friction.Moment{Name: "purchase", At: at})
			}
			break
		}
		if u(4) < leave {
			break
		}
		screen = (screen + int(u(5)*u(5)*8)) % simScreens
	}
	r.returned = uniform(base, 8) < expit(-0.5+0.7*p.engagement+0.2*intent-0.9*hurt)
	if record {
		d.Duration = at + 3*time.Second
	}
	return r
}

// strikes draws whether an issue strikes: at every try anew, where issues come in pairs once a session for both.
func (w *world) strikes(base, step uint64, issue int) float64 {
	if w.kind == worldTogether {
		return uniform(base, 50000+uint64(issue/2))
	}
	if w.kind == worldTwins {
		if issue%2 == 0 || uniform(base, 60000+uint64(issue/2)) < w.alike {
			return uniform(base, 50000+uint64(issue/2))
		}
		return uniform(base, 70000+uint64(issue/2))
	}
	return uniform(base, 100+step*16+2)
}

// pairUp makes twins of every two issues: the same people meet them as often, so that the given share of the sessions that meet
// either meets both (two draws that both strike by chance are rare). One of them may be harmless.
func (w *world) pairUp(share float64) {
	w.alike = 2 * share / (1 + share)
	for i := 0; i+1 < len(w.issues); i += 2 {
		harm := w.issues[i+1].harm
		w.issues[i].rate = min(w.issues[i].rate, 0.1)
		w.issues[i+1] = w.issues[i]
		w.issues[i+1].harm, w.issues[i+1].control = harm, w.issues[i].control+1
	}
}

// buying is the base rate of a purchase per step.
func (w *world) buying(p *person) float64 {
	switch w.kind {
	case worldRare:
		return 0.007
	case worldDrift:
		return 0.1 * math.Exp(-0.15*weeksIn(p))
	}
	return 0.07
}

func weeksIn(p *person) float64 { return p.start.Sub(simStart).Hours() / (7 * 24) }

func contains(s []int, x int) bool {
	for _, y := range s {
		if x == y {
			return true
		}
	}
	return false
}

func (x *simIssue) chance(p *person, intent float64, version int) float64 {
	if version < x.since || x.mobile && !p.mobile {
		return 0
	}
	return min(0.95, x.rate*math.Exp(x.byEngagement*p.engagement+x.byIntent*intent+x.drift*weeksIn(p)))
}

func (w *world) digest(p *person, version int) *friction.Digest {
	d := &friction.Digest{Session: fmt.Sprintf("s%d-%d", p.id, p.number), Start: p.start}
	d.Context.User = fmt.Sprintf("u%d", p.id)
	d.Context.Device.Type = "desktop"
	if p.mobile {
		d.Context.Device.Type = "mobile"
	}
	d.Context.AppVersion = fmt.Sprintf("4.%d", version)
	d.Context.Channel = []string{"search", "mail", "direct"}[p.channel]
	return d
}

func record1(d *friction.Digest, screen, control int, at time.Duration, fails bool) {
	s := int32(len(d.Screens))
	d.Screens = append(d.Screens, replay.Screen{Path: fmt.Sprintf("/s%d", screen)})
	d.Visits = append(d.Visits, friction.Visit{Screen: s, At: at - time.Second})
	a := friction.Attempt{At: at, Screen: s, Target: int32(screen*simControls + control), Outcome: friction.OK, Episode: -1}
	if fails {
		a.Outcome = friction.Dead
		a.Episode = int32(len(d.Episodes))
		d.Episodes = append(d.Episodes, friction.Episode{Pattern: friction.DeadTap, Verdict: friction.Friction, Start: at, End: at + time.Second})
	}
	d.Attempts = append(d.Attempts, a)
}

func (w *world) addBenign(d *friction.Digest, p *person, intent float64, version, screen int, at time.Duration, base, step uint64) {
	for j := range w.benign {
		b := &w.benign[j]
		u := func(k uint64) float64 { return uniform(base, 100000+step*64+uint64(j)*2+k) }
		if b.screen != screen || u(0) > 0.4 {
			continue
		}
		a := friction.Attempt{At: at, Target: int32(1000 + j), Outcome: friction.OK, Episode: -1}
		if u(1) < b.chance(p, intent, version) {
			a.Gestures = 5
		}
		d.Attempts = append(d.Attempts, a)
	}
}

// people yields every session of the world. Returning users come back in their second week, others may later.
func (w *world) people(yield func(p *person, r run) bool) {
	left := w.sessions
	end := simStart.Add(time.Duration(w.weeks) * 7 * 24 * time.Hour)
	for id := 1; left > 0; id++ {
		base := mix(w.seed + 0x5151*uint64(id))
		p := &person{id: id, engagement: normal(base, 1), mobile: uniform(base, 4) < 0.5, channel: int(uniform(base, 5) * 3)}
		p.start = simStart.Add(time.Duration(uniform(base, 6) * float64(end.Sub(simStart))))
		for left > 0 && p.start.Before(end) {
			r := w.play(p, -1, true)
			left--
			if !yield(p, r) {
				return
			}
			u := uniform(base, 1000+uint64(p.number))
			next := 15 + 10*u
			if r.returned {
				next = 7.01 + 6.9*u
			} else if u > 0.3 {
				break
			}
			p.number++
			p.start = p.start.Add(time.Duration(next * float64(24*time.Hour)))
		}
	}
}

func (w *world) digests() iter.Seq2[*friction.Digest, error] {
	return func(yield func(*friction.Digest, error) bool) {
		w.people(func(_ *person, r run) bool { return yield(r.digest, nil) })
	}
}

// simExposer finds first tries; benign ones fail when pressed repeatedly.
type simExposer struct{ benign bool }

func (x simExposer) Exposures(d *friction.Digest) []cluster.Exposure {
	var out []cluster.Exposure
	var seen [simScreens*simControls + simBenign]int // place in out, from 1
	for _, a := range d.Attempts {
		i := int(a.Target)
		if (i >= 1000) != x.benign {
			continue
		}
		if x.benign {
			i -= 1000
		}
		failed := a.Outcome == friction.Dead || a.Gestures > 1
		if k := seen[i]; k > 0 {
			if x := &out[k-1]; failed && !x.Failed && x.Later == 0 {
				x.Later = a.At
			}
			continue
		}
		out = append(out, cluster.Exposure{Issue: i, At: a.At, Failed: failed})
		seen[i] = len(out)
	}
	return out
}

// simTruth is what the issues really cost.
type simTruth struct {
	lost     []float64 // outcomes, per issue
	total    float64   // outcomes, all issues off
	affected []int     // sessions, per issue
	users    []int
	odds     []float64 // PostHog's: odds of no conversion with the issue over odds without, prior 1
	weeks    float64
	both     float64 // sessions that met both issues of a pair, over all pairs
	either   float64 // ... and either
}

// reached tells whether a run came to the outcome of its world.
func (w *world) reached(r run) bool {
	if w.kind == worldRetention {
		return r.returned
	}
	return r.converted
}

func (w *world) truth() *simTruth {
	n := len(w.issues)
	t := &simTruth{lost: make([]float64, n), affected: make([]int, n), users: make([]int, n), odds: make([]float64, n)}
	hit := make([]int, n)
	all, conv := 0, 0
	last := make([]int, n) // user who met the issue last
	var from, to time.Time
	w.people(func(p *person, r run) bool {
		y := w.reached(r)
		all++
		if y {
			conv++
		}
		if from.IsZero() || p.start.Before(from) {
			from = p.start
		}
		if e := p.start.Add(r.digest.Duration); e.After(to) {
			to = e
		}
		for k := 0; k+1 < n; k += 2 {
			a, b := contains(r.failed, k), contains(r.failed, k+1)
			t.both, t.either = t.both+one(a && b), t.either+one(a || b)
		}
		for _, k := range r.failed {
			t.affected[k]++
			if y {
				hit[k]++
			}
			again := last[k] == p.id
			if last[k] = p.id; !again {
				t.users[k]++
			}
			if w.kind != worldRetention || !again { // a user is lost once
				t.lost[k] += one(w.reached(w.play(p, k, false))) - one(y)
			}
		}
		if len(r.failed) > 0 {
			t.total += one(w.reached(w.play(p, allOff, false))) - one(y)
		}
		return true
	})
	for k := range t.odds {
		a, b := float64(t.affected[k]-hit[k])+1, float64(hit[k])+1
		c, d := float64(all-conv-t.affected[k]+hit[k])+1, float64(conv-hit[k])+1
		t.odds[k] = a / b / (c / d)
	}
	t.weeks = to.Sub(from).Hours() / (7 * 24)
	return t
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (w *world) input() Input {
	set, err := outcome.Config{
		Goals:     []outcome.Goal{{Name: "purchase", Reached: outcome.Match{Event: "purchase"}}},
		Retention: []outcome.Window{{Name: "D7", From: 7, To: 14}},
	}.Compile()
	if err != nil {
		panic(err)
	}
	issues := make([]cluster.Issue, len(w.issues))
	for i := range issues {
		issues[i] = cluster.Issue{Key: fmt.Sprintf("i%02d", i), Confidence: 0.9}
	}
	return Input{Digests: w.digests, Issues: issues, Exposer: simExposer{}, Outcomes: set, Options: DefaultOptions(),
		Harmless: simExposer{benign: true}, HarmlessCount: len(w.benign)}
}
