// Package apitest makes a synthetic run for tests of the API and of the viewer: sessions, the issues they add up to,
// and playable recordings, with the hostile text, missing figures and odd ids that real runs have.
//
// Call Sample. It is not the demo bucket: nothing here was recorded, and the costs are made up. The same call gives
// the same data on every machine.
package apitest

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/api/search"
	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/replay"
)

// Hostile is recorded text that tries to become a page. It is the label of one control, so it passes through titles,
// signals, search and recordings.
const Hostile = `<img src=x onerror="alert(1)"></script><script>alert(2)</script>`

// HostileID is the id of a session that tries to break out of addresses.
const HostileID = `../a b/c?d=e&f#g%2F"<'`

const (
	sessions = 240
	users    = 90
	days     = 28
)

// from is the start of the data window: a Monday.
var from = time.Date(2026, 9, 7, 0, 0, 0, 0, time.UTC)

// Data is a synthetic run.
type Data struct {
	Report  *ranker.Report
	Digests []*friction.Digest // by start
	issues  map[string]map[int]string
}

// Sample makes the run.
func Sample() *Data {
	d := &Data{issues: map[string]map[int]string{}}
	r := rand.New(rand.NewPCG(20260907, 2))
	for i := range sessions {
		d.Digests = append(d.Digests, session(r, i))
	}
	d.Report = report(d)
	return d
}

// Snapshot is the run as a Server loads it, with a search index in memory and playable recordings.
func (d *Data) Snapshot(ctx context.Context) (*api.Snapshot, error) {
	snap := &api.Snapshot{Report: d.Report, Sessions: d, Recordings: d, Demo: true, Sources: []string{"sample://generated"},
		Screen: Template, Issue: d.Issue, Converted: Converted, WhatIf: asker{d}}
	clusters := cluster.New(cluster.Settings{})
	for _, x := range d.Digests {
		clusters.Add(x)
	}
	snap.Screens = clusters.Result().Screens
	ix, err := search.Build(ctx, "", "sample", d.All(), search.Options{Screen: Template, Issue: d.Issue, Goals: Converted})
	if err != nil {
		return nil, err
	}
	snap.Search = ix
	if snap.Audit, err = newAuditor(d); err != nil {
		return nil, err
	}
	return snap, nil
}

// All ranges over the digests.
func (d *Data) All() iter.Seq2[*friction.Digest, error] {
	return func(yield func(*friction.Digest, error) bool) {
		for _, x := range d.Digests {
			if !yield(x, nil) {
				return
			}
		}
	}
}

// Get finds a session.
func (d *Data) Get(_ context.Context, id string) (*friction.Digest, error) {
	for _, x := range d.Digests {
		if x.Session == id {
			return x, nil
		}
	}
	return nil, fmt.Errorf("session %q: %w", id, fs.ErrNotExist)
}

// Issue is the key of the issue that an episode belongs to.
func (d *Data) Issue(x *friction.Digest, episode int) string { return d.issues[x.Session][episode] }

// Converted lists the goals that a session reached.
func Converted(d *friction.Digest) []string {
	var out []string
	for _, c := range d.Customs {
		if c.Name == "purchase" {
			out = append(out, c.Name)
		}
	}
	return out
}

// Template names a screen.
func Template(s replay.Screen) string {
	if strings.HasPrefix(s.Path, "/product/") {
		return "/product/:id"
	}
	return s.Path
}

// problemSpec is one planted problem; session plants it, report counts it.
type problemSpec struct {
	key, title, path string
	target           friction.Target
	pattern          friction.Pattern
	also             []friction.Pattern
	rate             float64 // share of the sessions on the screen that meet it
	version          string  // only in this version, "" = all
	cause            string
	perWeek          float64 // made-up cost; NaN = cannot be estimated
}

func control(tag, role, label, selector string) friction.Target {
	return friction.Target{Key: "k:" + selector, Tag: tag, Role: role, Label: label, Selector: selector, Path: "main/" + tag, Kind: friction.Control, Certainty: 0.9}
}

var problems = []problemSpec{
	{"iss-pay-button", "People press “Pay now” and nothing happens", "/checkout", control("button", "button", "Pay now", "form#pay > button.primary"), friction.RageTap, []friction.Pattern{friction.DeadTap}, .34, "2.4.0", "POST /api/pay 500", 11.8},
	{"iss-add-to-cart", "“Add to cart” answers late", "/product/7", control("button", "button", "Add to cart", "main > button#add"), friction.SlowResponse, nil, .28, "", "", 7.4},
	{"iss-address-form", "The address form refuses without saying why", "/checkout", control("form", "form", "Delivery address", "form#address"), friction.FormTrouble, nil, .22, "", "", 5.1},
	{"iss-coupon", "“Apply” on the coupon shows an error", "/cart", control("button", "button", "Apply", "form#coupon > button"), friction.ErrorTap, nil, .25, "", "POST /api/coupon 422", 3.2},
	{"iss-search-filter", "The search filter cannot be pressed", "/search", control("div", "checkbox", "In stock only", "aside > div.filter"), friction.DeadTap, nil, .24, "", "", 2.6},
	{"iss-hostile", "People press “" + Hostile + "” and nothing happens", "/search", control("a", "link", Hostile, "main > a:nth-of-type(3)"), friction.DeadTap, nil, .2, "", "", 2.0},
	{"iss-freeze", "The product page freezes", "/product/7", friction.Target{}, friction.UIFreeze, nil, .12, "2.5.0", "", 1.9},
	{"iss-login", "“Sign in” stays disabled", "/login", control("button", "button", "Sign in", "form#login > button"), friction.DisabledPress, nil, .3, "", "", 1.7},
	{"iss-carousel", "Swiping the pictures does nothing", "/product/7", control("div", "region", "Pictures", "div.carousel"), friction.DeadSwipe, nil, .15, "", "", 1.1},
	{"iss-back", "People leave the size guide at once", "/product/7", control("a", "link", "Size guide", "a.guide"), friction.QuickBack, nil, .1, "", "", .8},
	{"iss-remove", "“Remove” needs several presses", "/cart", control("button", "button", "Remove", "li > button.remove"), friction.RageTap, nil, .12, "", "", .7},
	{"iss-hold", "The order can only be cancelled by holding", "/orders", control("button", "button", "Cancel order", "button.hold"), friction.HoldConfusion, nil, .35, "", "", .6},
	{"iss-looks-pressable", "The price looks like a button", "/product/7", control("span", "", "€ 49.00", "span.price"), friction.AffordanceGap, nil, .08, "", "", .4},
	{"iss-scroll", "People scroll up and down the terms", "/checkout", friction.Target{}, friction.ExcessiveScroll, nil, .09, "", "", .3},
	{"iss-zoom", "People zoom into the map", "/orders", control("img", "img", "Delivery map", "img.map"), friction.ZoomStruggle, nil, .2, "", "", .2},
	{"iss-loop", "People go round between cart and checkout", "/cart", friction.Target{}, friction.Loop, nil, .07, "", "", .2},
	{"iss-cursor", "The mouse circles over the filters", "/search", friction.Target{}, friction.ThrashedCursor, nil, .06, "", "", math.NaN()},
	{"iss-save", "“Save” in the settings fails", "/settings", control("button", "button", "Save", "form#settings > button"), friction.ErrorTap, nil, .3, "", "PUT /api/settings 500", math.NaN()},
	{"iss-help", "The help button is covered", "/settings", control("button", "button", "Help", "button.help"), friction.DeadTap, nil, .2, "", "", math.NaN()},
	{"iss-wish/list?x=1#y", "The heart on the wish list answers late", "/search", control("button", "button", "Wish list", "button.heart"), friction.SlowResponse, nil, .05, "", "", .1},
}

var paths = []string{"/", "/search", "/product/7", "/product/12", "/cart", "/checkout", "/orders", "/settings", "/login"}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func session(r *rand.Rand, n int) *friction.Digest {
	start := from.Add(time.Duration(n) * days * 24 * time.Hour / sessions).Add(time.Duration(r.IntN(3600)) * time.Second)
	d := &friction.Digest{
		Session: fmt.Sprintf("s-%04d", n), Start: start, Format: "rrweb", Source: "sample://generated", Fingerprint: "sample",
		Coverage: replay.Coverage{Snapshot: true, Mutations: true, PointerMoves: true, PointerPress: true, Network: true},
	}
	if n == 7 {
		d.Session = HostileID
	}
	d.Context = replay.Context{OS: pick(r, "Windows 11", "macOS 15", "Android 16", "iOS 19"), Browser: pick(r, "Chrome 141", "Safari 19", "Firefox 144"),
		AppVersion: pick(r, "2.3.1", "2.4.0", "2.5.0"), Channel: pick(r, "ads", "mail", "direct"), Plan: pick(r, "free", "plus"), EntryURL: "/",
		ViewportW: 1280, ViewportH: 800, Device: replay.Device{Type: "desktop"}, Attributes: map[string]string{"experiment.checkout": pick(r, "a", "b")}}
	if strings.HasPrefix(d.Context.OS, "Android") || strings.HasPrefix(d.Context.OS, "iOS") {
		d.Context.Device, d.Context.ViewportW, d.Context.ViewportH = replay.Device{Type: "mobile", Touch: true}, 390, 844
	}
	if r.Float64() < .9 {
		d.Context.User = fmt.Sprintf("u-%03d", r.IntN(users))
	} else {
		d.Marks = append(d.Marks, replay.MarkNoUser)
	}
	walk(r, d)
	d.Active = d.Duration * 4 / 5
	return d
}

// walk visits screens and meets what is planted there.
func walk(r *rand.Rand, d *friction.Digest) {
	at, struggled := 2*time.Second, 0
	for i, p := range paths {
		if i > 0 && r.Float64() < .4 {
			continue
		}
		d.Screens = append(d.Screens, replay.Screen{Host: "shop.example", Path: p, Title: "Shop " + p, W: d.Context.ViewportW, H: d.Context.ViewportH})
		screen := int32(len(d.Screens) - 1)
		visit := friction.Visit{Screen: screen, At: at, Loaded: i == 0, Seen: d.Context.ViewportH * int32(i+1)}
		at += time.Duration(4+r.IntN(20)) * time.Second
		for _, spec := range problems {
			if Template(d.Screens[screen]) != Template(replay.Screen{Path: spec.path}) {
				continue
			}
			struggled += meet(r, d, spec, screen, &at)
		}
		visit.Until = at
		d.Visits = append(d.Visits, visit)
		if p == "/checkout" && r.Float64() < .7-.2*float64(struggled) {
			d.Customs = append(d.Customs, friction.Moment{Name: "purchase", At: at})
		}
	}
	d.Duration = at + 3*time.Second
}

// meet tries one control and adds an episode where the problem strikes; it returns 1 for a kept episode.
func meet(r *rand.Rand, d *friction.Digest, spec problemSpec, screen int32, at *time.Duration) int {
	target := int32(-1)
	if spec.target.Key != "" {
		d.Targets = append(d.Targets, spec.target)
		target = int32(len(d.Targets) - 1)
	}
	hit, twin := r.Float64() < spec.rate && (spec.version == "" || spec.version == d.Context.AppVersion), r.Float64() < .04
	x, y := int32(40+r.IntN(250)), int32(80+r.IntN(500))
	attempt := friction.Attempt{At: *at, Screen: screen, Target: target, Outcome: friction.OK, Latency: 120 * time.Millisecond, Gestures: 1, Episode: -1, X: 40 + 30*target, Y: 200 + screen}
	if hit || twin {
		e := friction.Episode{Pattern: spec.pattern, Also: spec.also, Verdict: friction.Friction, Confidence: math.Round(100*(.6+.4*r.Float64())) / 100,
			Start: *at, End: *at + time.Duration(800+r.IntN(4000))*time.Millisecond, Screen: screen, Target: target, Gestures: int32(1 + r.IntN(6)),
			X: x, Y: y, Cause: spec.cause, Aftermath: pick(r, friction.WentOn, friction.Left, friction.Back, friction.Reloaded), Blind: []string{"no_errors_recorded"}}
		e.Unanswered = e.Gestures
		if !hit {
			e.Verdict, e.Reason, e.Unanswered, e.Cause = friction.Dismissed, pick(r, friction.ReasonProgress, friction.ReasonToggle, friction.ReasonAnswered), 0, ""
		}
		attempt.Outcome, attempt.Latency, attempt.Gestures, attempt.Episode = friction.Dead, 0, e.Gestures, int32(len(d.Episodes))
		d.Episodes = append(d.Episodes, e)
		*at = e.End + time.Second
	}
	if target >= 0 {
		d.Attempts = append(d.Attempts, attempt)
	}
	*at += 2 * time.Second
	if hit {
		return 1
	}
	return 0
}

var _ api.Digests = (*Data)(nil)
