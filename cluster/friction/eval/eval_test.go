package eval_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
)

var (
	update = flag.Bool("update", false, "rewrite testdata/corpus/EVAL.txt and the score in the README")
	// Mistakes may be looked at in the apps of the dev part only: the others judge.
	mistakes = flag.Bool("mistakes", false, "print every mistake in the apps of the dev part and in the demo")
)

const rankle = "Rankle"

// tally counts for one system, one part of the recordings and one pattern.
type tally struct {
	labelled, hit  int // friction groups of the pattern, and those found under an accepted name
	right, wrong   int // reports of the pattern at a group that accepts the name, and others
	struggle       int // of the wrong ones, those at friction of another name
	onBenign, away int // of the wrong ones, those at a benign group, and those at nothing labelled
}

func (c tally) precision() string { return ratio(c.right, c.right+c.wrong) }
func (c tally) recall() string    { return ratio(c.hit, c.labelled) }
func (c tally) f1() string {
	if c.labelled == 0 || c.right+c.wrong == 0 {
		return "-"
	}
	p, r := float64(c.right)/float64(c.right+c.wrong), float64(c.hit)/float64(c.labelled)
	if p+r == 0 {
		return "0.000"
	}
	return fmt.Sprintf("%.3f", 2*p*r/(p+r))
}

func ratio(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f", float64(n)/float64(of))
}

// either stands for rage and dead taken together.
const either friction.Pattern = "rage_or_dead"

// part is the score of one part of the recordings.
type part struct {
	name     string
	sessions int
	groups   map[string]int // by kind
	taps     int            // benign gestures
	unseen   int
	by       map[string]map[friction.Pattern]*tally // system, pattern
	faults   map[string]*[2]int                     // fault kind: found under an accepted name, all
	alarms   map[string]int                         // benign id: false alarms of ours
	groupsOf map[string]int                         // benign id: groups
	falls    map[string]int                         // system: benign groups with a rage or dead report
	alone    [2]int                                 // friction groups found and benign groups alarmed by single sessions
	bins     [10]struct {
		n, right int
		sum      float64
	}
	lines []string
}

func newPart(name string) *part {
	return &part{name: name, groups: map[string]int{}, by: map[string]map[friction.Pattern]*tally{}, faults: map[string]*[2]int{}, alarms: map[string]int{}, groupsOf: map[string]int{}, falls: map[string]int{}}
}

func (p *part) of(system string, x friction.Pattern) *tally {
	if p.by[system] == nil {
		p.by[system] = map[friction.Pattern]*tally{}
	}
	if p.by[system][x] == nil {
		p.by[system][x] = &tally{}
	}
	return p.by[system][x]
}

// add scores all recordings of one application: what is known of them together is part of the verdicts.
func (p *part) add(rs []recording) {
	b := cluster.New(cluster.Settings{})
	digests := make([]*friction.Digest, len(rs))
	for i, r := range rs {
		digests[i] = friction.Detect(r.s, friction.DefaultSettings())
		b.Add(digests[i])
	}
	crowd := b.Result()
	for i, r := range rs {
		p.addOne(r, digests[i], crowd)
	}
}

func (p *part) addOne(r recording, d *friction.Digest, crowd *cluster.Result) {
	p.sessions++
	for _, l := range r.labels {
		if l.aside() {
			continue // wrong reports there count, but the rates are about what was done as a group
		}
		p.groups[l.Kind]++
		switch {
		case l.Kind == "benign":
			p.taps += l.Taps
			p.groupsOf[l.ID]++
		case l.Unseen:
			p.unseen++
		}
	}
	ours := episodes(d, crowd)
	p.score(r, rankle, ours)
	for _, f := range ours {
		verdict, at := p.judge(r, f, f.patterns[0])
		if verdict == unjudged {
			continue
		}
		b := &p.bins[min(int(f.conf*10), 9)]
		b.n, b.sum = b.n+1, b.sum+f.conf
		if verdict == rightly {
			b.right++
			continue
		}
		p.lines = append(p.lines, fmt.Sprintf("FALSE %s %6.1fs %v %.2f %s: at %s", r.s.ID, float64(f.start)/1000, f.patterns, f.conf, f.target, at))
	}
	for _, l := range r.labels {
		if l.Kind == "friction" && !l.Unseen {
			kind, _, _ := strings.Cut(l.ID, ":")
			if p.faults[kind] == nil {
				p.faults[kind] = &[2]int{}
			}
			p.faults[kind][1]++
			if p.finds(r, l, episodes(d, nil)) {
				p.alone[0]++
			}
			if p.finds(r, l, ours) {
				p.faults[kind][0]++
			} else {
				p.lines = append(p.lines, p.missed(r, l, d))
			}
		}
		if l.Kind == "benign" && !l.aside() {
			if p.alarmed(r, l, ours) {
				p.alarms[l.ID]++
			}
			if p.alarmed(r, l, episodes(d, nil)) {
				p.alone[1]++
			}
		}
	}
	pg := newPage(r.s)
	for _, x := range peers {
		p.score(r, x.name, x.reports(pg))
	}
}

// alarmed reports whether something wrong was reported at a group.
func (p *part) alarmed(r recording, l label, fs []found) bool {
	for _, f := range fs {
		if verdict, _ := p.judge(r, f, f.patterns[0]); touches(f, l, r.s) && verdict == wrongly {
			return true
		}
	}
	return false
}

// missed describes a friction group that was not found, with what was made of it.
func (p *part) missed(r recording, l label, d *friction.Digest) string {
	line := fmt.Sprintf("MISSED %s %6.1fs %s %s %d taps:", r.s.ID, float64(l.Start-r.s.Start.UnixMilli())/1000, l.Pattern, l.ID, l.Taps)
	for _, e := range d.Episodes {
		if touches(found{start: e.Start.Milliseconds(), end: e.End.Milliseconds(), x: e.X, y: e.Y}, l, r.s) {
			line += fmt.Sprintf(" [%s %v %s %s %.2f n=%d u=%d %v]", e.Pattern, e.Also, e.Verdict, e.Reason, e.Confidence, e.Gestures, e.Unanswered, e.Latency)
		}
	}
	for _, a := range d.Attempts {
		if at := a.At.Milliseconds(); at >= l.Start-r.s.Start.UnixMilli()-margin && at <= l.End-r.s.Start.UnixMilli()+margin {
			line += fmt.Sprintf(" <%s %v n=%d %s %s>", a.Outcome, a.Latency, a.Gestures, d.Targets[a.Target].Kind, d.Targets[a.Target].Selector)
		}
	}
	return line
}

type verdict int

const (
	rightly verdict = iota
	wrongly
	unjudged // at a failure that the recording cannot show, or at what nobody can judge
)

// judge says whether a report named x is right, and where it lies.
func (p *part) judge(r recording, f found, x friction.Pattern) (verdict, string) {
	at, unseen := "nothing labelled", false
	for _, l := range r.labels {
		if !touches(f, l, r.s) {
			continue
		}
		switch {
		case l.Kind == "friction" && l.Unseen, l.Kind == "unclear":
			unseen = true
		case l.Kind == "friction" && accepts(l, x):
			return rightly, ""
		case l.Kind == "friction":
			at = "friction " + string(l.Pattern) + " " + l.ID
		case at == "nothing labelled":
			at = "benign " + l.ID
		}
	}
	if unseen {
		return unjudged, ""
	}
	return wrongly, at
}

// finds reports whether something with an accepted name, its first or one beside it, lies at l.
func (p *part) finds(r recording, l label, fs []found) bool {
	for _, f := range fs {
		if !touches(f, l, r.s) {
			continue
		}
		for _, y := range f.patterns {
			if accepts(l, y) {
				return true
			}
		}
	}
	return false
}

// score counts the reports of one system.
func (p *part) score(r recording, system string, fs []found) {
	dead := func(x friction.Pattern) bool { return x == friction.RageTap || x == friction.DeadTap }
	for _, l := range r.labels {
		if l.Kind != "friction" || l.Unseen {
			continue
		}
		rows := []friction.Pattern{l.Pattern}
		if dead(l.Pattern) {
			rows = append(rows, either)
		}
		for _, x := range rows {
			c := p.of(system, x)
			c.labelled++
			if p.finds(r, l, fs) {
				c.hit++
			}
		}
	}
	for _, f := range fs {
		x := f.patterns[0]
		v, at := p.judge(r, f, x)
		if v == unjudged {
			continue
		}
		rows := []*tally{p.of(system, x)}
		if dead(x) {
			rows = append(rows, p.of(system, either))
		}
		for _, c := range rows {
			switch {
			case v == rightly:
				c.right++
				continue
			case strings.HasPrefix(at, "friction"):
				c.struggle++
			case strings.HasPrefix(at, "benign"):
				c.onBenign++
			default:
				c.away++
			}
			c.wrong++
		}
	}
	for _, l := range r.labels {
		for _, f := range fs {
			if v, _ := p.judge(r, f, f.patterns[0]); l.Kind == "benign" && !l.aside() && dead(f.patterns[0]) && v == wrongly && touches(f, l, r.s) {
				p.falls[system]++
				break
			}
		}
	}
}

var order = []friction.Pattern{friction.RageTap, friction.DeadTap, either, friction.ErrorTap, friction.SlowResponse, friction.DisabledPress, friction.HoldConfusion, friction.UIFreeze,
	friction.FormTrouble, friction.AffordanceGap, friction.Loop, friction.QuickBack, friction.DeadSwipe, friction.ThrashedCursor, friction.ExcessiveScroll, friction.ZoomStruggle}

// write prints the score of a part.
func (p *part) write(w *bytes.Buffer) {
	fmt.Fprintf(w, "\n== %s: %d sessions, %d friction groups (%d more that the recording cannot show), %d benign groups of %d gestures\n\n", p.name, p.sessions, p.groups["friction"]-p.unseen, p.unseen, p.groups["benign"], p.taps)
	fmt.Fprintf(w, "%-17s %8s %6s %6s %6s | %9s %6s %6s | wrong: %8s %7s %5s\n", "pattern", "labelled", "found", "right", "wrong", "precision", "recall", "F1", "friction", "benign", "else")
	row := func(name string, c tally) {
		fmt.Fprintf(w, "%-17s %8d %6d %6d %6d | %9s %6s %6s |        %8d %7d %5d\n", name, c.labelled, c.hit, c.right, c.wrong, c.precision(), c.recall(), c.f1(), c.struggle, c.onBenign, c.away)
	}
	for _, x := range order {
		if c := *p.of(rankle, x); c != (tally{}) {
			row(string(x), c)
		}
	}
	fmt.Fprintf(w, "\nfound under an accepted name, by kind of fault:\n")
	for _, k := range sorted(p.faults) {
		fmt.Fprintf(w, "  %-20s %3d of %3d\n", k, p.faults[k][0], p.faults[k][1])
	}
	total := 0
	for _, k := range sorted(p.alarms) {
		total += p.alarms[k]
	}
	fmt.Fprintf(w, "\nfalse alarms on benign groups: %d of %d, %.2f per 1,000 gestures\n", total, p.groups["benign"], perThousand(total, p.taps))
	for _, k := range sorted(p.alarms) {
		fmt.Fprintf(w, "  %-20s %3d of %3d groups\n", k, p.alarms[k], p.groupsOf[k])
	}
	fmt.Fprintf(w, "every session alone: %d friction groups found, %d benign groups hit (%.2f per 1,000 gestures)\n", p.alone[0], p.alone[1], perThousand(p.alone[1], p.taps))
	n, gap := 0, 0.0
	fmt.Fprintf(w, "\nconfidence of kept episodes and the share of them that is right:\n")
	for i, b := range p.bins {
		if b.n == 0 {
			continue
		}
		mean, right := b.sum/float64(b.n), float64(b.right)/float64(b.n)
		n, gap = n+b.n, gap+float64(b.n)*max(mean-right, right-mean)
		fmt.Fprintf(w, "  %.1f-%.1f  n=%4d  mean %.2f  right %.2f\n", float64(i)/10, float64(i+1)/10, b.n, mean, right)
	}
	fmt.Fprintf(w, "  expected calibration error %.3f over %d episodes\n", gap/float64(max(n, 1)), n)
	p.writePeers(w)
}

func perThousand(n, of int) float64 { return 1000 * float64(n) / float64(max(of, 1)) }

func (p *part) writePeers(w *bytes.Buffer) {
	systems := []string{rankle}
	for _, x := range peers {
		systems = append(systems, x.name)
	}
	for _, x := range []friction.Pattern{friction.RageTap, friction.DeadTap, either} {
		fmt.Fprintf(w, "\n%-13s %6s %6s | %9s %6s %6s | wrong: %8s %7s %5s", x, "right", "wrong", "precision", "recall", "F1", "friction", "benign", "else")
		if x == either {
			fmt.Fprintf(w, " | benign groups hit per 1,000 gestures")
		}
		fmt.Fprintln(w)
		for _, s := range systems {
			c := *p.of(s, x)
			if x == friction.DeadTap && s == "Highlight" {
				fmt.Fprintf(w, "%-13s has no such rule\n", s)
				continue
			}
			fmt.Fprintf(w, "%-13s %6d %6d | %9s %6s %6s |        %8d %7d %5d", s, c.right, c.wrong, c.precision(), c.recall(), c.f1(), c.struggle, c.onBenign, c.away)
			if x == either {
				fmt.Fprintf(w, " | %.1f", perThousand(p.falls[s], p.taps))
			}
			fmt.Fprintln(w)
		}
	}
}

func sorted[V any](m map[string]V) []string {
	var ks []string
	for k := range m {
		ks = append(ks, k)
	}
	sort.Strings(ks)
	return ks
}

const preamble = `How right the detectors are, on recordings whose driver wrote down what truly happened.
Written by "go test ./cluster/friction/eval -update"; every change to this file is argued in its commit.

dev          apps of testdata/corpus whose mistakes may be looked at (split.json)
calibration  apps that nobody looks into: confidence is fitted to their totals, no rule is
heldout      apps that are only scored
demo         the demo bucket, on which the detectors were developed: it shows regressions, not accuracy

Every session is judged by what it shows and by what the other sessions of its application show, as in an analysis; the
line "every session alone" leaves the others out. The rows of the demo know all of its sessions.

A kept episode lies at a labelled group of gestures if they overlap in time (300 ms to either side) and, where both
places are known, its first press lies on the control (12 px around its rectangle). A group is found if an episode at it
has an accepted name: the pattern of the label or one that the label lists beside it; rage and dead accept each other. A
report is right if a group at its place accepts its first name. A row's recall counts groups of that pattern that were
found, its precision reports of that name. rage_or_dead takes both together. All systems are counted in the same way.
The other systems' rules are stated again from their source (SIGNALS), with default settings and what a recording shows;
each single report counts, as each is an event there.
`

// TestEval scores everything and compares with the golden table.
func TestEval(t *testing.T) {
	of := split(t)
	corpus := readLabels(t, corpusDir)
	apps := map[string][]recording{}
	for _, r := range load(t, corpusDir, corpus, func(string) bool { return true }) {
		apps[r.app] = append(apps[r.app], r)
	}
	var parts []*part
	for _, name := range []string{dev, calibration, heldout} {
		p := newPart(name)
		for _, app := range sorted(apps) {
			if of[app] == name {
				p.add(apps[app])
			}
		}
		parts = append(parts, p)
	}
	demo := newPart("demo")
	demo.add(load(t, demoDir, demoLabels(t), func(string) bool { return true }))
	parts = append(parts, demo)
	if *mistakes {
		for _, l := range append(parts[0].lines, demo.lines...) {
			t.Log(l)
		}
		return
	}
	w := bytes.NewBufferString(preamble)
	for _, p := range parts {
		p.write(w)
	}
	golden(t, filepath.Join(corpusDir, "EVAL.txt"), w.Bytes())
	readme, err := os.ReadFile(readmeFile)
	if err != nil {
		t.Fatal(err)
	}
	readme, err = withSummary(readme, parts[2])
	if err != nil {
		t.Fatal(err)
	}
	golden(t, readmeFile, readme)
}

// golden compares what was scored with a file, or writes it there.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s: the score has changed; if that is meant, run with -update and argue it:\n%s", file, firstDifference(string(got), string(want)))
	}
}

// firstDifference shows the lines that differ.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	var b strings.Builder
	for i := range max(len(g), len(w)) {
		x, y := "", ""
		if i < len(g) {
			x = g[i]
		}
		if i < len(w) {
			y = w[i]
		}
		if x != y {
			fmt.Fprintf(&b, "-%s\n+%s\n", y, x)
		}
	}
	return b.String()
}
