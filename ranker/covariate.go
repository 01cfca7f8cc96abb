package ranker

import (
	"math/bits"
	"sort"
	"strings"
)

// A pattern is the bucketed past of one try: one level per covariate. Everything in it was settled before the try.
type pattern [maxCovariates]uint8

const maxCovariates = 16

// The covariates (RANKING 3.3) by place in a pattern.
const (
	covDevice = iota
	covVersion
	covChannel
	covSessions // earlier sessions of the user in the data
	covConverted
	covTenure // days since the user was first seen
	covAway   // days since the user was last seen
	covProgress
	covAttempts
	covFriction
	covElapsed
	covWeek
	covAttributes // the configured ones follow
)

// maxLevels bounds the levels of one covariate; rarer ones share the last. Forty versions or weeks are more than
// a window of data can tell apart, and every level costs a row of the normal equations.
const maxLevels = 40

// levels of the bucketed covariates. Level 0 of the history covariates means "no user id".
const (
	levelsSessions  = 7
	levelsConverted = 4
	levelsDays      = 8
	levelsScreens   = 6
	levelsStage     = 6
	levelsAttempts  = 7
	levelsFriction  = 4
	levelsElapsed   = 7
)

// logBucket is 0, 1, 2, 3-4 ... doubling, at most n-1.
func logBucket(x, n int) uint8 {
	if x <= 0 {
		return 0
	}
	return uint8(min(bits.Len(uint(x)), n-1))
}

// columns turns patterns into the columns of a model: one per level.
type columns struct {
	covs  int
	start [maxCovariates + 1]int32
}

func (x *columns) n() int { return int(x.start[x.covs]) }

// of writes the columns of p into buf, ascending.
func (x *columns) of(p *pattern, buf []int32) []int32 {
	buf = buf[:0]
	for c := range x.covs {
		buf = append(buf, x.start[c]+int32(p[c]))
	}
	return buf
}

// levelled holds the levels of the covariates that come as text, and of the week.
type levelled struct {
	context [][]uint8 // by context index: device, version, channel, attributes
	names   [][]string
	week    map[int64]uint8
	weeks   int
}

// level assigns levels: by number of sessions, most frequent first, equal counts by name; the rest share one.
func (c *Collector) level() *levelled {
	per := 3 + len(c.in.Options.Attributes)
	values := make([][]string, len(c.contexts))
	for key, i := range c.contexts {
		values[i] = strings.SplitN(key, "\x00", per)
	}
	uses := make([]int, len(c.contexts))
	weeks := map[int64]int{}
	for i := range c.sessions {
		uses[c.sessions[i].context]++
		weeks[weekOf(c.sessions[i].start)]++
	}
	out := &levelled{context: make([][]uint8, len(c.contexts))}
	for i := range out.context {
		out.context[i] = make([]uint8, per)
	}
	for k := range per {
		count := map[string]int{}
		for i, v := range values {
			count[v[k]] += uses[i]
		}
		names := sortedKeys(count)
		sort.SliceStable(names, func(i, j int) bool { return count[names[i]] > count[names[j]] })
		lev := map[string]uint8{}
		for i, n := range names {
			lev[n] = uint8(min(i, maxLevels-1))
		}
		out.names = append(out.names, names[:min(len(names), maxLevels)])
		for i, v := range values {
			out.context[i][k] = lev[v[k]]
		}
	}
	out.levelWeeks(weeks)
	return out
}

// levelWeeks numbers the calendar weeks; of more than maxLevels the earliest share one level.
func (l *levelled) levelWeeks(seen map[int64]int) {
	var order []int64
	for w := range seen {
		order = append(order, w)
	}
	sort.Slice(order, func(i, k int) bool { return order[i] > order[k] })
	l.week = map[int64]uint8{}
	for i, w := range order {
		l.week[w] = uint8(min(i, maxLevels-1))
	}
	l.weeks = min(len(order), maxLevels)
}

const (
	dayMillis  = 24 * 3600 * 1000
	weekMillis = 7 * dayMillis
)

// weekOf numbers calendar weeks from Monday; the epoch was a Thursday.
func weekOf(ms int64) int64 {
	ms += 3 * dayMillis
	if ms < 0 {
		ms -= weekMillis - 1
	}
	return ms / weekMillis
}

// layout fixes the columns for the data at hand.
func (l *levelled) layout() columns {
	sizes := []int{
		covDevice: len(l.names[0]), covVersion: len(l.names[1]), covChannel: len(l.names[2]),
		covSessions: levelsSessions, covConverted: levelsConverted, covTenure: levelsDays, covAway: levelsDays,
		covProgress: levelsScreens * levelsStage, covAttempts: levelsAttempts, covFriction: levelsFriction,
		covElapsed: levelsElapsed, covWeek: l.weeks,
	}
	for _, n := range l.names[3:] {
		sizes = append(sizes, len(n))
	}
	x := columns{covs: len(sizes)}
	for i, n := range sizes {
		x.start[i+1] = x.start[i] + int32(max(n, 1))
	}
	return x
}

// history is what was known of a user when a session began.
type history struct {
	known     bool
	sessions  int
	converted int
	firstDays int
	awayDays  int
}

func (l *levelled) pattern(v *visit, t *try, stage uint8, h history) pattern {
	var p pattern
	ctx := l.context[v.context]
	p[covDevice], p[covVersion], p[covChannel] = ctx[0], ctx[1], ctx[2]
	copy(p[covAttributes:], ctx[3:])
	if h.known {
		p[covSessions] = 1 + logBucket(h.sessions, levelsSessions-1)
		p[covConverted] = 1 + uint8(min(h.converted, levelsConverted-2))
		p[covTenure] = 1 + logBucket(h.firstDays, levelsDays-1)
		p[covAway] = 1
		if h.sessions > 0 {
			p[covAway] = 2 + logBucket(h.awayDays, levelsDays-2)
		}
	}
	p[covProgress] = logBucket(int(t.screens), levelsScreens)*levelsStage + min(stage, levelsStage-1)
	p[covAttempts] = logBucket(int(t.attempts), levelsAttempts)
	p[covFriction] = min(t.friction, levelsFriction-1)
	p[covElapsed] = logBucket(int(t.at)/elapsedUnit, levelsElapsed)
	p[covWeek] = l.week[weekOf(v.start)]
	return p
}

// elapsedUnit is the first bucket of the time since the session's start: buckets double from 15 s to 8 min.
const elapsedUnit = 15000
