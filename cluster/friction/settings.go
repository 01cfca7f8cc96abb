package friction

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"path"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/rankle/rankle/replay"
)

// Settings are everything that changes what Detect finds. DefaultSettings gives the documented values; a zero
// Settings is the same as DefaultSettings.
type Settings struct {
	Thresholds
	// Overrides replace thresholds on some screens or controls. All that match apply, later ones win.
	Overrides []Override
	// Uncalibrated leaves confidences as the strength of the evidence, for fitting the calibration.
	Uncalibrated bool
}

// Override replaces thresholds where Screen and Target match.
type Override struct {
	Screen string // path.Match pattern on the screen's path; "" = every screen
	Target string // path.Match pattern on a control's test id, id, label or selector; "" = every control
	// Off switches patterns off: their episodes are dismissed as reviewed. Those that belong to no control, as loops,
	// are switched off by an override without Target.
	Off []Pattern
	// RepeatUse says that many presses in a row are meant here, as on a keypad or in a game. Quick series that were
	// answered are dismissed as repeat use, also if every answer was the same, and one or two silent presses are passed
	// over. Three unanswered presses still count: what is meant to be repeated can be broken. To pass over those as well,
	// name the patterns in Off.
	RepeatUse bool
	// Thresholds replace the ones of Settings; zero fields inherit.
	Thresholds Thresholds
}

// Thresholds are the numbers of the detectors. Zero inherits the default. Distances are CSS px.
type Thresholds struct {
	RageGestures    int           // gestures without an answer that make rage
	RageGap         time.Duration // longest pause inside a rage series
	RageSpan        time.Duration // the unanswered gestures lie within this time
	RageRadius      int           // distance of mouse presses from the centre of the series
	RageRadiusTouch int           // ... of touches
	RageShare       float64       // least unanswered share of the series, 0..1
	NoProgress      int           // answered gestures that all lead to the same state and so make rage
	QuickAnswer     time.Duration // an answer up to here is in time
	SlowEpisode     time.Duration // an answer later than this is a slow response worth an episode
	AnswerLimit     time.Duration // an answer later than this is none
	DeadTail        time.Duration // recording that has to follow a press before it can be called dead
	EpisodeGap      time.Duration // presses on one control this close belong to one episode
	ErrorAfter      time.Duration // an error this soon after a press belongs to it
	RequestAfter    time.Duration // a request started this soon after a press belongs to it
	DisabledPresses int           // swallowed presses on one control that make an episode
	HoldPresses     int           // short presses with an answer undone at once
	HoldLong        time.Duration // a press this long is a hold
	FreezeSilence   time.Duration // least stillness of everything that counts as a freeze
	AffordanceTaps  int           // silent presses on one thing that is not a control
	SwipeDistance   int           // least way of a swipe
	ThrashTurns     int           // reversals of the cursor
	ThrashLeg       int           // least way between two reversals
	ThrashPath      int           // least way of all legs together
	ThrashSpan      time.Duration // the reversals lie within this time
	QuickBack       time.Duration // return to the screen before this soon
	LoopVisits      int           // visits of one screen
	LoopSpan        time.Duration // ... within this time
	ScrollTurns     int           // changes of scroll direction of half a viewport each
	FieldEdits      int           // times that one field is taken up again
	Rejections      int           // submits answered only by complaints
	FormFields      int           // touched fields from which on a form that is left was a form
	ZoomTimes       int           // zooms on one screen
	Floor           float64       // least strength of the evidence of a kept episode, before calibration, 0..1
}

// DefaultSettings returns the documented defaults.
func DefaultSettings() Settings {
	return Settings{Thresholds: Thresholds{
		// Three: at two every double click of habit is rage, at four (Amplitude, Mixpanel) short real bursts are lost;
		// false alarms are kept down by counting only unanswered gestures.
		RageGestures: 3,
		RageGap:      time.Second,             // Datadog, PostHog and Mixpanel agree
		RageSpan:     1500 * time.Millisecond, // three patient tries, 0.9 s apart, are waiting, not rage
		RageRadius:   40,                      // between PostHog's 30 and Datadog's 100; a hand shakes more when angry
		// 48 dp is Android's least touch target: two taps further apart were aimed at two things.
		RageRadiusTouch: 48,
		RageShare:       0.6,
		// Four equal answers: three equal ones also happen when somebody confirms twice that a filter is set.
		NoProgress: 4,
		// One second is the limit at which the flow of thought breaks (Nielsen 1993); 100 ms (Datadog) and 500 ms
		// (Mixpanel) call ordinary pages dead.
		QuickAnswer: time.Second,
		// Between 1 and 2 s an answer is felt as late but ordinary on mobile networks; such attempts are Slow but no
		// episode.
		SlowEpisode: 2 * time.Second,
		// Nielsen's limit of attention, and Sentry's 7 s timeout lies below it.
		AnswerLimit:     10 * time.Second,
		DeadTail:        2 * time.Second,
		EpisodeGap:      10 * time.Second,
		ErrorAfter:      2 * time.Second, // Amplitude
		RequestAfter:    time.Second,
		DisabledPresses: 2, // one press on a disabled control is how people find out that it is disabled
		HoldPresses:     3,
		HoldLong:        500 * time.Millisecond, // the long-press time of Android and iOS
		FreezeSilence:   2 * time.Second,
		AffordanceTaps:  2,
		SwipeDistance:   30, // PostHog
		ThrashTurns:     8,
		ThrashLeg:       30,
		ThrashPath:      1500,
		ThrashSpan:      2 * time.Second,
		QuickBack:       7 * time.Second,
		LoopVisits:      3,
		LoopSpan:        30 * time.Second,
		// Reading back once or twice is comparing; SIGNALS asks for four and the page's 95th percentile, which one
		// session does not know.
		ScrollTurns: 5,
		FieldEdits:  3,
		Rejections:  2,
		FormFields:  2, // one field is a search, a comment or a code that turned out not to be at hand
		ZoomTimes:   2,
		Floor:       0.4,
	}}
}

// field names one threshold for merging, hashing and configuration.
type field struct {
	name     string
	ptr      any  // *int, *float64 or *time.Duration
	noTarget bool // belongs to patterns without a control, so that an Override of it names no control
}

// fields lists every threshold once, in the order of the fingerprint.
func (t *Thresholds) fields() []field {
	return []field{
		{"rage_gestures", &t.RageGestures, false}, {"rage_gap", &t.RageGap, false},
		{"rage_span", &t.RageSpan, false}, {"rage_radius", &t.RageRadius, false},
		{"rage_radius_touch", &t.RageRadiusTouch, false}, {"rage_share", &t.RageShare, false},
		{"no_progress", &t.NoProgress, false}, {"quick_answer", &t.QuickAnswer, false},
		{"slow_episode", &t.SlowEpisode, false}, {"answer_limit", &t.AnswerLimit, false},
		{"dead_tail", &t.DeadTail, false}, {"episode_gap", &t.EpisodeGap, false},
		{"error_after", &t.ErrorAfter, false}, {"request_after", &t.RequestAfter, false},
		{"disabled_presses", &t.DisabledPresses, false}, {"hold_presses", &t.HoldPresses, false},
		{"hold_long", &t.HoldLong, false}, {"freeze_silence", &t.FreezeSilence, false},
		{"affordance_taps", &t.AffordanceTaps, false}, {"swipe_distance", &t.SwipeDistance, false},
		{"thrash_turns", &t.ThrashTurns, true}, {"thrash_leg", &t.ThrashLeg, true},
		{"thrash_path", &t.ThrashPath, true}, {"thrash_span", &t.ThrashSpan, true},
		{"quick_back", &t.QuickBack, true}, {"loop_visits", &t.LoopVisits, true},
		{"loop_span", &t.LoopSpan, true}, {"scroll_turns", &t.ScrollTurns, true},
		{"field_edits", &t.FieldEdits, false}, {"rejections", &t.Rejections, false},
		{"form_fields", &t.FormFields, false},
		{"zoom_times", &t.ZoomTimes, true}, {"floor", &t.Floor, false},
	}
}

// Largest values that Set takes. Nothing that one hand does takes longer or happens more often, so that a larger
// value is a slip of the unit.
const (
	maxSpan  = 10 * time.Minute
	maxCount = 10_000
)

// Set gives one threshold, by its configuration name, a value such as "3", "0.6" or "1.5s". The error names the
// threshold, the value and what is allowed.
func (t *Thresholds) Set(name, value string) error {
	for _, f := range t.fields() {
		if f.name == name {
			return f.set(value)
		}
	}
	return fmt.Errorf("threshold %q is unknown; there are %s", name, strings.Join(ThresholdNames(), ", "))
}

func (f field) set(value string) error {
	want := ""
	switch p := f.ptr.(type) {
	case *int:
		v, err := strconv.Atoi(value)
		if err == nil && v >= 1 && v <= maxCount {
			*p = v
			return nil
		}
		want = fmt.Sprintf("a whole number from 1 to %d", maxCount)
	case *float64:
		v, err := strconv.ParseFloat(value, 64)
		if err == nil && v > 0 && v <= 1 {
			*p = v
			return nil
		}
		want = "a number above 0 and at most 1"
	case *time.Duration:
		v, err := time.ParseDuration(value)
		if err == nil && v > 0 && v <= maxSpan {
			*p = v
			return nil
		}
		want = fmt.Sprintf("a time above 0 and at most %s with its unit, such as 1.5s or 300ms", maxSpan)
	}
	return fmt.Errorf("threshold %s: %q is not %s", f.name, value, want)
}

// ThresholdNames lists the configuration names of all thresholds.
func ThresholdNames() []string {
	var names []string
	for _, f := range new(Thresholds).fields() {
		names = append(names, f.name)
	}
	return names
}

// Patterns lists all patterns, strongest evidence first.
func Patterns() []Pattern {
	var all []Pattern
	for i := range detectors {
		all = append(all, detectors[i].pattern)
	}
	return all
}

// Check reports contradictions between thresholds, after inheritance, and unusable overrides.
func (s Settings) Check() error {
	var errs []error
	d := DefaultSettings()
	t := s.Thresholds
	t.inherit(&d.Thresholds)
	if t.QuickAnswer > t.AnswerLimit {
		errs = append(errs, fmt.Errorf("quick_answer %s is longer than answer_limit %s: no answer could be late", t.QuickAnswer, t.AnswerLimit))
	}
	if t.DeadTail > t.AnswerLimit {
		errs = append(errs, fmt.Errorf("dead_tail %s is longer than answer_limit %s: no press could be dead", t.DeadTail, t.AnswerLimit))
	}
	for i := range s.Overrides {
		if err := s.Overrides[i].Check(); err != nil {
			errs = append(errs, fmt.Errorf("overrides[%d]: %w", i, err))
		}
	}
	return errors.Join(errs...)
}

// Check reports all unusable values of the override at once.
func (o *Override) Check() error {
	var errs []error
	for _, p := range []struct{ key, pattern string }{{"screen", o.Screen}, {"target", o.Target}} {
		if _, err := path.Match(p.pattern, ""); err != nil {
			errs = append(errs, fmt.Errorf("%s: %q is not a pattern: * stands for anything but /, ? for one character, [a-z] for one of a range", p.key, p.pattern))
		}
	}
	for _, p := range o.Off {
		if strength(p) == len(detectors) {
			errs = append(errs, fmt.Errorf("off: pattern %q is unknown; there are %s", p, patternNames()))
		}
	}
	var none Thresholds
	unset := none.fields()
	for i, f := range o.Thresholds.fields() {
		if o.Target != "" && f.noTarget && !reflect.DeepEqual(f.ptr, unset[i].ptr) {
			errs = append(errs, fmt.Errorf("threshold %s is about whole screens: leave out target", f.name))
		}
	}
	return errors.Join(errs...)
}

func patternNames() string {
	var names []string
	for _, p := range Patterns() {
		names = append(names, string(p))
	}
	return strings.Join(names, ", ")
}

// inherit fills zero, negative or unusable fields from base.
func (t *Thresholds) inherit(base *Thresholds) {
	from := base.fields()
	for i, f := range t.fields() {
		switch p := f.ptr.(type) {
		case *int:
			if *p <= 0 {
				*p = *from[i].ptr.(*int)
			}
		case *float64:
			if !(*p > 0) || math.IsInf(*p, 1) {
				*p = *from[i].ptr.(*float64)
			}
		case *time.Duration:
			if *p <= 0 {
				*p = *from[i].ptr.(*time.Duration)
			}
		}
	}
}

// complete returns the settings with defaults for what they leave out.
func (s Settings) complete() Settings {
	d := DefaultSettings()
	s.inherit(&d.Thresholds)
	return s
}

// Fingerprint is a hash of exactly what changes the result: the version of the detectors, all thresholds after
// inheritance, and the overrides in order.
func (s Settings) Fingerprint() string {
	d := DefaultSettings()
	s.inherit(&d.Thresholds)
	b := append(make([]byte, 0, 1024), "friction "...)
	b = strconv.AppendInt(b, detectorVersion, 10)
	put := func(t *Thresholds) {
		for _, f := range t.fields() {
			b = append(append(append(b, '\n'), f.name...), ' ')
			switch p := f.ptr.(type) {
			case *int:
				b = strconv.AppendInt(b, int64(*p), 10)
			case *float64:
				b = strconv.AppendFloat(b, *p, 'g', -1, 64)
			case *time.Duration:
				b = strconv.AppendInt(b, int64(*p), 10)
			}
		}
	}
	put(&s.Thresholds)
	if s.Uncalibrated {
		b = append(b, "\nuncalibrated"...)
	} else {
		b = fmt.Appendf(b, "\ncurves %v", curves)
	}
	for _, o := range s.Overrides {
		b = fmt.Appendf(b, "\noverride %q %q %q %t", o.Screen, o.Target, o.Off, o.RepeatUse)
		put(&o.Thresholds)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// local is what applies to one control on one screen.
type local struct {
	Thresholds
	off       []Pattern
	repeatUse bool
}

// repeatUnanswered is the number of unanswered presses from which on also a control that is meant to be repeated is in
// trouble: a fast hand outruns the page by one or two (SIGNALS F20; the crowd's rule in package cluster is the same).
const repeatUnanswered = 3

// repeats reports whether so many unanswered presses are ordinary because the operator said that repeats are meant.
func (l *local) repeats(unanswered int) bool { return l.repeatUse && unanswered < repeatUnanswered }

// at returns what applies to a control; tgt may be nil.
func (s *Settings) at(scr *replay.Screen, tgt *replay.Target) local {
	l := local{Thresholds: s.Thresholds}
	for i := range s.Overrides {
		o := &s.Overrides[i]
		if !o.matches(scr, tgt) {
			continue
		}
		t := o.Thresholds
		t.inherit(&l.Thresholds)
		l.Thresholds = t
		l.off = append(l.off, o.Off...)
		l.repeatUse = l.repeatUse || o.RepeatUse
	}
	return l
}

func (o *Override) matches(scr *replay.Screen, tgt *replay.Target) bool {
	if o.Screen != "" && (scr == nil || !match(o.Screen, scr.Path)) {
		return false
	}
	if o.Target == "" {
		return true
	}
	return tgt != nil && (match(o.Target, tgt.TestID) || match(o.Target, tgt.ID) || match(o.Target, tgt.Label) ||
		match(o.Target, tgt.Selector))
}

// match is path.Match, without case, where a broken pattern matches nothing.
func match(pattern, value string) bool {
	if value == "" {
		return false
	}
	ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(value))
	return err == nil && ok
}
