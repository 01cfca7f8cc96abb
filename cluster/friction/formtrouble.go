package friction

import (
	"time"

	"github.com/rankle/rankle/replay"
)

// findFormTrouble looks for submits answered only by complaints again and again, for fields that are taken up again
// and again without getting anywhere, and for forms left half filled.
func findFormTrouble(a *analysis) []candidate {
	out := a.rejections()
	return append(out, a.reEdits()...)
}

// rejectSpan is how far apart two rejections of the same submit may lie; correcting a field takes less.
const rejectSpan = 60 * time.Second

// rejections finds controls whose presses were answered by a complaint several times in a row.
func (a *analysis) rejections() []candidate {
	var out []candidate
	for ci := range a.controls {
		c := &a.controls[ci]
		var gs []int32
		flush := func() {
			if len(gs) >= c.local.Rejections {
				cand := a.candidate(int32(ci), gs)
				cand.missed = int32(len(gs))
				cand.conf = a.base(startForm, c) + extra(len(gs)-c.local.Rejections)
				out = append(out, cand)
			}
			gs = nil
		}
		for _, gi := range c.gestures {
			g, o := &a.gestures[gi], &a.outcomes[gi]
			if !g.pressed() {
				continue
			}
			if n := len(gs); n > 0 && g.at-a.gestures[gs[n-1]].at > rejectSpan {
				flush()
			}
			t := a.tgt(c)
			submits := t != nil && (t.Traits.Has(replay.Submit) || t.Traits.Has(replay.InForm) && c.kind == Control)
			switch {
			case o.invalid && (submits || len(gs) > 0), o.invalid && o.answered:
				gs = append(gs, gi)
			case o.answered:
				flush()
			}
		}
		flush()
	}
	return out
}

// bout is one stretch of typing into one field.
type bout struct {
	target replay.TargetID
	window uint16
	screen replay.ScreenID
	from   time.Duration
	to     time.Duration
}

// reEdits finds fields that are edited again and again with nothing achieved in between. A search field that gives
// results each time is used, not fought with.
func (a *analysis) reEdits() []candidate {
	type fieldState struct {
		bouts []bout
	}
	var out []candidate
	fields := map[replay.TargetID]*fieldState{}
	var order []replay.TargetID
	last := map[uint16]replay.TargetID{} // field being typed into, per window
	flush := func(keep func(b bout) bool) {
		rest := order[:0]
		for _, t := range order {
			f := fields[t]
			if keep(f.bouts[0]) {
				rest = append(rest, t)
				continue
			}
			if cand, ok := a.reEdited(f.bouts); ok {
				out = append(out, cand)
			}
			delete(fields, t)
		}
		order = rest
	}
	next := 0
	for i := range a.s.Events {
		e := &a.s.Events[i]
		for next < len(a.gestures) && int(a.gestures[next].firstEv) <= i {
			g, o := &a.gestures[next], &a.outcomes[next]
			next++
			c := &a.controls[g.ctl]
			if !g.pressed() || c.kind == TextEntry {
				continue
			}
			delete(last, g.window)
			if o.answered && !o.invalid && o.hit < 0 && c.kind != Picker && o.by != byInput {
				flush(func(b bout) bool { return b.window != g.window }) // it led on
			}
		}
		switch e.Kind {
		case replay.Navigate:
			delete(last, e.Window)
			flush(func(b bout) bool { return b.window != e.Window })
		case replay.Input:
			if e.Target < 0 || int(e.Target) >= len(a.s.Targets) || e.Flags.Has(replay.FlagNotUser) {
				continue
			}
			if !a.s.Targets[e.Target].Traits.Has(replay.TextEntry) {
				continue
			}
			f := fields[e.Target]
			if f == nil {
				f = &fieldState{}
				fields[e.Target] = f
				order = append(order, e.Target)
			}
			if t, ok := last[e.Window]; ok && t == e.Target && len(f.bouts) > 0 {
				f.bouts[len(f.bouts)-1].to = e.At
			} else {
				f.bouts = append(f.bouts, bout{e.Target, e.Window, e.Screen, e.At, e.At})
			}
			last[e.Window] = e.Target
		}
	}
	flush(func(bout) bool { return false })
	return out
}

func (a *analysis) reEdited(bs []bout) (candidate, bool) {
	ci := a.controlOf(bs[0].target, bs[0].screen)
	c := &a.controls[ci]
	again := len(bs) - 1
	if again < c.local.FieldEdits {
		return candidate{}, false
	}
	cand := candidate{verdict: Friction, ctl: ci, start: bs[0].from, end: bs[len(bs)-1].to, screen: bs[0].screen, missed: int32(again)}
	cand.conf = startForm + extra(again-c.local.FieldEdits)
	return cand, true
}

// controlOf returns the control of a target, also of one that was never pressed.
func (a *analysis) controlOf(t replay.TargetID, screen replay.ScreenID) int32 {
	if a.byTarget == nil {
		a.byTarget = map[replay.TargetID]int32{}
		for i := len(a.controls) - 1; i >= 0; i-- {
			a.byTarget[a.controls[i].target] = int32(i)
		}
	}
	if c, ok := a.byTarget[t]; ok {
		return c
	}
	x := &a.s.Targets[t]
	key, sure := controlKey(x)
	a.controls = append(a.controls, control{target: t, key: key, sure: sure, kind: kindOf(x), screen: screen, node: x.Node,
		last: -1, local: a.set.at(a.screen(screen), x)})
	a.byTarget[t] = int32(len(a.controls) - 1)
	return a.byTarget[t]
}
