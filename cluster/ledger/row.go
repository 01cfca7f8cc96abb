package ledger

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay"
)

// row is one digest as it lies in a file. Columns are only ever added: readers of every version of this program fill
// what they know and leave the rest zero. The page docs/format/ledger.md describes each column.
type row struct {
	Session     string         `parquet:"session,dict"`
	Recording   string         `parquet:"recording"`
	Source      string         `parquet:"source,dict"`
	Fingerprint string         `parquet:"fingerprint,dict"`
	Sequence    int64          `parquet:"sequence"`
	ObjectsHash int64          `parquet:"objects_hash"`
	Start       int64          `parquet:"start,timestamp(millisecond)"`
	DurationMs  int64          `parquet:"duration_ms"`
	ActiveMs    int64          `parquet:"active_ms"`
	Format      string         `parquet:"format,dict"`
	User        string         `parquet:"user,dict"`
	DeviceType  string         `parquet:"device_type,dict"`
	DeviceModel string         `parquet:"device_model,dict"`
	DeviceTouch bool           `parquet:"device_touch"`
	OS          string         `parquet:"os,dict"`
	Browser     string         `parquet:"browser,dict"`
	AppVersion  string         `parquet:"app_version,dict"`
	Channel     string         `parquet:"channel,dict"`
	Plan        string         `parquet:"plan,dict"`
	EntryURL    string         `parquet:"entry_url,dict"`
	ViewportW   int32          `parquet:"viewport_w"`
	ViewportH   int32          `parquet:"viewport_h"`
	Attributes  []attributeRow `parquet:"attributes,list"`
	Screens     []screenRow    `parquet:"screens,list"`
	Targets     []targetRow    `parquet:"targets,list"`
	Visits      []visitRow     `parquet:"visits,list"`
	Attempts    []attemptRow   `parquet:"attempts,list"`
	Episodes    []episodeRow   `parquet:"episodes,list"`
	Customs     []momentRow    `parquet:"customs,list"`
	Coverage    coverageRow    `parquet:"coverage"`
	Marks       []string       `parquet:"marks,list"`
	Objects     []objectRow    `parquet:"objects,list"`
}

type attributeRow struct {
	Name  string `parquet:"name,dict"`
	Value string `parquet:"value,dict"`
}

type screenRow struct {
	Host  string `parquet:"host,dict"`
	Path  string `parquet:"path,dict"`
	Title string `parquet:"title,dict"`
	W     int32  `parquet:"w"`
	H     int32  `parquet:"h"`
}

type targetRow struct {
	Key       string  `parquet:"key,dict"`
	Tag       string  `parquet:"tag,dict"`
	Role      string  `parquet:"role,dict"`
	Label     string  `parquet:"label,dict"`
	Selector  string  `parquet:"selector,dict"`
	Path      string  `parquet:"path,dict"`
	Kind      string  `parquet:"kind,dict"`
	Certainty float64 `parquet:"certainty"`
}

type visitRow struct {
	Screen  int32 `parquet:"screen"`
	Window  int32 `parquet:"window"`
	AtMs    int64 `parquet:"at_ms"`
	UntilMs int64 `parquet:"until_ms"`
	Loaded  bool  `parquet:"loaded"`
	Seen    int32 `parquet:"seen"`
}

type attemptRow struct {
	AtMs      int64  `parquet:"at_ms"`
	Screen    int32  `parquet:"screen"`
	Target    int32  `parquet:"target"`
	Outcome   string `parquet:"outcome,dict"`
	LatencyMs int64  `parquet:"latency_ms"`
	Gestures  int32  `parquet:"gestures"`
	Episode   int32  `parquet:"episode"`
	X         int32  `parquet:"x"`
	Y         int32  `parquet:"y"`
	Down      int32  `parquet:"down"`
}

type episodeRow struct {
	Pattern    string   `parquet:"pattern,dict"`
	Also       []string `parquet:"also,list"`
	Verdict    string   `parquet:"verdict,dict"`
	Reason     string   `parquet:"reason,dict"`
	Confidence float64  `parquet:"confidence"`
	StartMs    int64    `parquet:"start_ms"`
	EndMs      int64    `parquet:"end_ms"`
	Screen     int32    `parquet:"screen"`
	Target     int32    `parquet:"target"`
	Gestures   int32    `parquet:"gestures"`
	Unanswered int32    `parquet:"unanswered"`
	LatencyMs  int64    `parquet:"latency_ms"`
	X          int32    `parquet:"x"`
	Y          int32    `parquet:"y"`
	Cause      string   `parquet:"cause,dict"`
	Aftermath  string   `parquet:"aftermath,dict"`
	Blind      []string `parquet:"blind,list"`
}

type momentRow struct {
	Name string `parquet:"name,dict"`
	AtMs int64  `parquet:"at_ms"`
}

type coverageRow struct {
	Snapshot     bool `parquet:"snapshot"`
	Mutations    bool `parquet:"mutations"`
	PointerMoves bool `parquet:"pointer_moves"`
	PointerPress bool `parquet:"pointer_press"`
	Console      bool `parquet:"console"`
	Network      bool `parquet:"network"`
	Visibility   bool `parquet:"visibility"`
	Canvas       bool `parquet:"canvas"`
}

type objectRow struct {
	Key  string `parquet:"key"`
	ETag string `parquet:"etag"`
	Size int64  `parquet:"size"`
}

// indexRow is the part of a row that Open reads.
type indexRow struct {
	Session     string `parquet:"session,dict"`
	Recording   string `parquet:"recording"`
	Sequence    int64  `parquet:"sequence"`
	ObjectsHash int64  `parquet:"objects_hash"`
}

// skipRow is one recording that could not be read.
type skipRow struct {
	Recording   string      `parquet:"recording"`
	Source      string      `parquet:"source,dict"`
	Fingerprint string      `parquet:"fingerprint,dict"`
	Sequence    int64       `parquet:"sequence"`
	ObjectsHash int64       `parquet:"objects_hash"`
	Reason      string      `parquet:"reason,dict"`
	Detail      string      `parquet:"detail,dict"`
	Objects     []objectRow `parquet:"objects,list"`
}

// recordingOf names the recording of d across sources.
func recordingOf(d *friction.Digest) string {
	if d.Recording != "" {
		return d.Recording
	}
	return d.Source + "#" + d.Session
}

// hashObjects identifies the stored bytes of a recording: equal for equal (key, etag, size) in any order.
func hashObjects(objects []replay.Object) int64 {
	sorted := slices.SortedFunc(slices.Values(objects), func(a, b replay.Object) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.ETag, b.ETag), cmp.Compare(a.Size, b.Size))
	})
	var buf []byte
	for _, o := range sorted {
		buf = binary.AppendUvarint(buf, uint64(len(o.Key)))
		buf = append(buf, o.Key...)
		buf = binary.AppendUvarint(buf, uint64(len(o.ETag)))
		buf = append(buf, o.ETag...)
		buf = binary.AppendVarint(buf, o.Size)
	}
	sum := sha256.Sum256(buf)
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// each converts a slice; empty slices become nil, so that what is read equals what was read before.
func each[A, B any](in []A, f func(*A) B) []B {
	if len(in) == 0 {
		return nil
	}
	out := make([]B, len(in))
	for i := range in {
		out[i] = f(&in[i])
	}
	return out
}

func ms(d time.Duration) int64   { return d.Milliseconds() }
func dur(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }

// fromDigest converts a digest for storing. Times lose what is below a millisecond.
func fromDigest(d *friction.Digest, sequence int64) row {
	c := &d.Context
	r := row{
		Session: d.Session, Recording: recordingOf(d), Source: d.Source, Fingerprint: d.Fingerprint,
		Sequence: sequence, ObjectsHash: hashObjects(d.Objects),
		Start: d.Start.UnixMilli(), DurationMs: ms(d.Duration), ActiveMs: ms(d.Active), Format: d.Format,
		User: c.User, DeviceType: c.Device.Type, DeviceModel: c.Device.Model, DeviceTouch: c.Device.Touch,
		OS: c.OS, Browser: c.Browser, AppVersion: c.AppVersion, Channel: c.Channel, Plan: c.Plan,
		EntryURL: c.EntryURL, ViewportW: c.ViewportW, ViewportH: c.ViewportH,
		Coverage: coverageRow(d.Coverage),
		Marks:    each(d.Marks, func(m *replay.Mark) string { return string(*m) }),
		Objects:  each(d.Objects, func(o *replay.Object) objectRow { return objectRow(*o) }),
		Screens:  each(d.Screens, func(s *replay.Screen) screenRow { return screenRow(*s) }),
		Targets: each(d.Targets, func(t *friction.Target) targetRow {
			return targetRow{t.Key, t.Tag, t.Role, t.Label, t.Selector, t.Path, string(t.Kind), t.Certainty}
		}),
		Visits: each(d.Visits, func(v *friction.Visit) visitRow {
			return visitRow{v.Screen, v.Window, ms(v.At), ms(v.Until), v.Loaded, v.Seen}
		}),
		Attempts: each(d.Attempts, func(a *friction.Attempt) attemptRow {
			return attemptRow{ms(a.At), a.Screen, a.Target, string(a.Outcome), ms(a.Latency), a.Gestures, a.Episode, a.X, a.Y, a.Down}
		}),
		Episodes: each(d.Episodes, fromEpisode),
		Customs:  each(d.Customs, func(m *friction.Moment) momentRow { return momentRow{m.Name, ms(m.At)} }),
	}
	for name, value := range c.Attributes {
		r.Attributes = append(r.Attributes, attributeRow{name, value})
	}
	slices.SortFunc(r.Attributes, func(a, b attributeRow) int { return cmp.Compare(a.Name, b.Name) })
	return r
}

func fromEpisode(e *friction.Episode) episodeRow {
	return episodeRow{
		Pattern: string(e.Pattern), Also: each(e.Also, func(p *friction.Pattern) string { return string(*p) }),
		Verdict: string(e.Verdict), Reason: string(e.Reason), Confidence: e.Confidence,
		StartMs: ms(e.Start), EndMs: ms(e.End), Screen: e.Screen, Target: e.Target,
		Gestures: e.Gestures, Unanswered: e.Unanswered, LatencyMs: ms(e.Latency), X: e.X, Y: e.Y,
		Cause: e.Cause, Aftermath: string(e.Aftermath), Blind: slices.Clone(e.Blind),
	}
}

// digest converts back. The result shares no slice with r.
func (r *row) digest() *friction.Digest {
	d := &friction.Digest{
		Session: r.Session, Recording: r.Recording, Source: r.Source, Fingerprint: r.Fingerprint,
		Start: time.UnixMilli(r.Start).UTC(), Duration: dur(r.DurationMs), Active: dur(r.ActiveMs), Format: r.Format,
		Context: replay.Context{
			User: r.User, Device: replay.Device{Type: r.DeviceType, Model: r.DeviceModel, Touch: r.DeviceTouch},
			OS: r.OS, Browser: r.Browser, AppVersion: r.AppVersion, Channel: r.Channel, Plan: r.Plan,
			EntryURL: r.EntryURL, ViewportW: r.ViewportW, ViewportH: r.ViewportH,
		},
		Coverage: replay.Coverage(r.Coverage),
		Marks:    each(r.Marks, func(m *string) replay.Mark { return replay.Mark(*m) }),
		Objects:  each(r.Objects, func(o *objectRow) replay.Object { return replay.Object(*o) }),
		Screens:  each(r.Screens, func(s *screenRow) replay.Screen { return replay.Screen(*s) }),
		Targets: each(r.Targets, func(t *targetRow) friction.Target {
			return friction.Target{Key: t.Key, Tag: t.Tag, Role: t.Role, Label: t.Label, Selector: t.Selector,
				Path: t.Path, Kind: friction.Kind(t.Kind), Certainty: t.Certainty}
		}),
		Visits: each(r.Visits, func(v *visitRow) friction.Visit {
			return friction.Visit{Screen: v.Screen, Window: v.Window, At: dur(v.AtMs), Until: dur(v.UntilMs), Loaded: v.Loaded, Seen: v.Seen}
		}),
		Attempts: each(r.Attempts, func(a *attemptRow) friction.Attempt {
			return friction.Attempt{At: dur(a.AtMs), Screen: a.Screen, Target: a.Target, Outcome: friction.Outcome(a.Outcome),
				Latency: dur(a.LatencyMs), Gestures: a.Gestures, Episode: a.Episode, X: a.X, Y: a.Y, Down: a.Down}
		}),
		Episodes: each(r.Episodes, (*episodeRow).episode),
		Customs:  each(r.Customs, func(m *momentRow) friction.Moment { return friction.Moment{Name: m.Name, At: dur(m.AtMs)} }),
	}
	if len(r.Attributes) > 0 {
		d.Context.Attributes = make(map[string]string, len(r.Attributes))
		for _, a := range r.Attributes {
			d.Context.Attributes[a.Name] = a.Value
		}
	}
	return d
}

func (e *episodeRow) episode() friction.Episode {
	return friction.Episode{
		Pattern: friction.Pattern(e.Pattern), Also: each(e.Also, func(p *string) friction.Pattern { return friction.Pattern(*p) }),
		Verdict: friction.Verdict(e.Verdict), Reason: friction.Reason(e.Reason), Confidence: e.Confidence,
		Start: dur(e.StartMs), End: dur(e.EndMs), Screen: e.Screen, Target: e.Target,
		Gestures: e.Gestures, Unanswered: e.Unanswered, Latency: dur(e.LatencyMs), X: e.X, Y: e.Y,
		Cause: e.Cause, Aftermath: friction.Aftermath(e.Aftermath), Blind: each(e.Blind, func(s *string) string { return *s }),
	}
}
