package cluster

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// Change is a moment at which the affected share of an issue changed for good, or until the next Change.
type Change struct {
	Kind ChangeKind
	Day  time.Time // UTC, the first day of what came after; for longer windows than about three months within days
	// Version is the release that the change came with, "" if it came with none.
	Version string
	// What lies on either side, up to the next change: sessions that met the issue, of those that could have.
	AffectedBefore, ExposedBefore, AffectedAfter, ExposedAfter int
}

// ChangeKind says what a Change did.
type ChangeKind string

const (
	Started ChangeKind = "started" // there was nothing, or next to nothing, before
	Ended   ChangeKind = "ended"   // there is nothing, or next to nothing, after
	Rose    ChangeKind = "rose"
	Fell    ChangeKind = "fell"
)

const (
	// changeFalse is the probability that among all issues of a report, none of which changed, at least one is said to have:
	// the penalty of a change grows with the number of issues and of places where a change could lie (Bonferroni).
	changeFalse = 0.05
	// changeFactor is how far apart two levels must be: what changes by less is no news, however sure.
	changeFactor = 2.0
	// changeNothing is the share of the other level that counts as nothing: old versions live on for weeks.
	changeNothing = 0.1
	// changeCells bounds the days, or groups of days, among which changes are looked for: the effort grows with its square.
	changeCells = 100
	// changeExposed sessions at least lie on either side; one day with two sessions is no level.
	changeExposed = 5
	// A change of the days came with a release if that was first seen not later than releaseAfter after it, where days are
	// cut by other clocks, and not earlier than releaseBefore: stores roll out over a week or more.
	releaseAfter  = 1 * 24 * time.Hour
	releaseBefore = 14 * 24 * time.Hour
)

// tallied counts sessions that could have met an issue, in one cell of a series.
type tallied struct{ affected, exposed int }

func (t tallied) rate() float64 { return share(t.affected, t.exposed) }

func (t tallied) plus(o tallied) tallied {
	return tallied{t.affected + o.affected, t.exposed + o.exposed}
}

// cost is twice the negative log-likelihood of a constant share.
func (t tallied) cost() float64 {
	if t.affected <= 0 || t.affected >= t.exposed {
		return 0
	}
	a, n := float64(t.affected), float64(t.exposed)
	return -2 * (a*math.Log(a/n) + (n-a)*math.Log(1-a/n))
}

// level is a stretch of a series, half open, over which the share is constant.
type level struct {
	from, to int
	tallied
}

// levelsOf cuts a series into the levels that explain it best, where each further level must pay the penalty: twice the
// log-likelihood ratio of a test (optimal partitioning, Jackson et al. 2005). Sessions of one day or person are alike, so
// the counts vary more than binomial ones would; the penalty grows by as much (quasi-likelihood, McCullagh and Nelder
// 1989, as far as the levels leave it unexplained).
func levelsOf(cells []tallied, penalty float64) []level {
	levels := partition(cells, penalty)
	if spread := dispersion(cells, levels); spread > 1 {
		levels = partition(cells, penalty*spread)
	}
	return levels
}

func partition(cells []tallied, penalty float64) []level {
	sums := make([]tallied, len(cells)+1)
	for i, c := range cells {
		sums[i+1] = sums[i].plus(c)
	}
	between := func(i, j int) tallied {
		return tallied{sums[j].affected - sums[i].affected, sums[j].exposed - sums[i].exposed}
	}
	best, cut := make([]float64, len(cells)+1), make([]int, len(cells)+1)
	best[0] = -penalty
	for j := 1; j <= len(cells); j++ {
		best[j] = math.Inf(1)
		for i := range j {
			piece := between(i, j)
			if piece.exposed < changeExposed && (i > 0 || j < len(cells)) {
				continue
			}
			if v := best[i] + piece.cost() + penalty; v < best[j] {
				best[j], cut[j] = v, i
			}
		}
	}
	var levels []level
	for j := len(cells); j > 0; j = cut[j] {
		levels = append(levels, level{cut[j], j, between(cut[j], j)})
	}
	slices.Reverse(levels)
	return levels
}

// dispersion is Pearson's statistic per degree of freedom.
func dispersion(cells []tallied, levels []level) float64 {
	sum, free := 0.0, -len(levels)
	for _, l := range levels {
		p := l.rate()
		if p <= 0 || p >= 1 {
			free++ // says nothing about spread
			continue
		}
		for _, c := range cells[l.from:l.to] {
			if c.exposed > 0 {
				d := float64(c.affected) - float64(c.exposed)*p
				sum += d * d / (float64(c.exposed) * p * (1 - p))
				free++
			}
		}
	}
	if free <= 0 {
		return 1
	}
	return sum / float64(free)
}

// changePenalty is the least twice log-likelihood ratio of a change, by the tail of the chi-squared distribution with one
// degree of freedom.
func changePenalty(issues, places int) float64 {
	z := distuv.UnitNormal.Quantile(1 - changeFalse/2/float64(max(issues*places, 1)))
	return z * z
}

// kindOf says what it is to go from one level to the next, "" if that is no change worth telling.
func changeKind(before, after tallied) ChangeKind {
	p, q := before.rate(), after.rate()
	switch {
	case max(p, q) < changeFactor*min(p, q):
		return ""
	case p <= changeNothing*q:
		return Started
	case q <= changeNothing*p:
		return Ended
	case q > p:
		return Rose
	}
	return Fell
}

// timeline is what changes are looked for in.
type timeline struct {
	days     []tallied // of the data window
	releases []tallied // in the order of the census
}

// timelineOf counts the exposed sessions of an issue, affected or not, by day and by release.
func (w *work) timelineOf(exposed []int32, affected []bool) timeline {
	t := timeline{make([]tallied, len(w.days)), make([]tallied, len(w.census.releases))}
	for k, s := range exposed {
		one := tallied{exposed: 1}
		if affected[k] {
			one.affected = 1
		}
		if d := w.dayOf[s]; d >= 0 && int(d) < len(t.days) {
			t.days[d] = t.days[d].plus(one)
		}
		if r := w.census.index[w.versionID(s)]; r >= 0 {
			t.releases[r] = t.releases[r].plus(one)
		}
	}
	return t
}

// changes finds when the share of an issue changed, oldest first. issues is how many are looked at.
func (w *work) changes(t timeline, issues int) []Change {
	byRelease := w.releaseChanges(t.releases, issues)
	var all []Change
	for _, c := range w.dayChanges(t.days, issues) {
		for i, r := range byRelease {
			if sameTurn(c.Kind, r.Kind) && !r.Day.After(c.Day.Add(releaseAfter)) && !r.Day.Before(c.Day.Add(-releaseBefore)) {
				c.Version = r.Version
				byRelease = slices.Delete(byRelease, i, i+1)
				break
			}
		}
		if n := len(all); n > 0 && all[n-1].Version != "" && c.Version == "" && sameTurn(all[n-1].Kind, c.Kind) && c.Day.Before(all[n-1].Day.Add(releaseBefore)) {
			all[n-1].AffectedAfter, all[n-1].ExposedAfter = c.AffectedAfter, c.ExposedAfter // more people got the release
			continue
		}
		all = append(all, c)
	}
	all = append(all, byRelease...) // that came so slowly that no day shows it
	slices.SortStableFunc(all, func(x, y Change) int { return x.Day.Compare(y.Day) })
	return all
}

// sameTurn reports whether two changes go in the same direction.
func sameTurn(x, y ChangeKind) bool {
	return (x == Started || x == Rose) == (y == Started || y == Rose)
}

func (w *work) dayChanges(days []tallied, issues int) []Change {
	step := (len(days) + changeCells - 1) / changeCells
	var cells []tallied
	for i := 0; i < len(days); i += max(step, 1) {
		var sum tallied
		for _, d := range days[i:min(i+step, len(days))] {
			sum = sum.plus(d)
		}
		cells = append(cells, sum)
	}
	var all []Change
	for _, c := range turns(levelsOf(cells, changePenalty(issues, len(cells)))) {
		c.Day = w.days[firstDay(days, c.at*step, (c.at+1)*step, c.AffectedAfter*c.ExposedBefore > c.AffectedBefore*c.ExposedAfter)]
		all = append(all, c.Change)
	}
	return all
}

// firstDay is the day at which a level begins: the first one on which anybody was exposed, and on which somebody was
// affected if the share rises from there. It looks no further than the group of days that the level begins with.
func firstDay(days []tallied, from, to int, rises bool) int {
	for i := from; i < min(to, len(days)); i++ {
		if days[i].exposed > 0 && (!rises || days[i].affected > 0) {
			return i
		}
	}
	return from
}

func (w *work) releaseChanges(releases []tallied, issues int) []Change {
	var cells []tallied
	var of []int
	for i, r := range releases {
		if r.exposed > 0 && !w.census.releases[i].first.IsZero() {
			cells, of = append(cells, r), append(of, i)
		}
	}
	if len(cells) > changeCells { // every build is a version
		return nil
	}
	var all []Change
	for _, c := range turns(levelsOf(cells, changePenalty(issues, len(cells)))) {
		r := w.census.releases[of[c.at]]
		c.Version, c.Day = r.name, r.first.Truncate(24*time.Hour)
		all = append(all, c.Change)
	}
	return all
}

// turn is a change before its cell has a date.
type turn struct {
	Change
	at int // cell
}

// turns lists the changes between levels. Levels between which nothing happened that is worth telling count as one.
func turns(levels []level) []turn {
	if len(levels) == 0 {
		return nil
	}
	var all []turn
	before := levels[0].tallied
	for _, l := range levels[1:] {
		kind := changeKind(before, l.tallied)
		if kind == "" {
			before = before.plus(l.tallied)
			continue
		}
		all = append(all, turn{Change{Kind: kind, AffectedBefore: before.affected, ExposedBefore: before.exposed,
			AffectedAfter: l.affected, ExposedAfter: l.exposed}, l.from})
		before = l.tallied
	}
	return all
}

// String says what happened as a sentence: "Started on 12 Nov 2026 with version 4.2.0: 0 of 300 sessions met it before, 45 of
// 210 since."
func (c Change) String() string {
	when := c.Day.Format("2 Jan 2006")
	if c.Version != "" {
		when += " with version " + c.Version
	}
	verb := map[ChangeKind]string{Started: "Started", Ended: "Ended", Rose: "Rose", Fell: "Fell"}[c.Kind]
	return fmt.Sprintf("%s on %s: %d of %d sessions met it before, %d of %d since.", cmp.Or(verb, "Changed"), when,
		c.AffectedBefore, c.ExposedBefore, c.AffectedAfter, c.ExposedAfter)
}

// sinceWhen says since and until when an issue has been there, for its title: "since 4.2.0", "until 12 Nov", "" if all the
// time.
func sinceWhen(changes []Change) string {
	name := func(c Change) string { return cmp.Or(c.Version, c.Day.Format("2 Jan")) }
	if len(changes) == 0 {
		return ""
	}
	words := ""
	if last := changes[len(changes)-1]; last.Kind == Ended {
		words = "until " + name(last)
		changes = changes[:len(changes)-1]
	}
	for _, c := range slices.Backward(changes) {
		if c.Kind == Started {
			if words != "" {
				return "from " + name(c) + " " + words
			}
			return "since " + name(c)
		}
	}
	return words
}
