package pipeline

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/replay/rrweb"
)

// Privacy hides more of what people saw than is always hidden, see rrweb.Privacy.
type Privacy struct {
	Mask          string   `yaml:"mask"`           // personal (default): what looks personal; all: every text
	MaskSelectors []string `yaml:"mask_selectors"` // elements whose text is hidden
	Query         []string `yaml:"query"`          // parameters of page addresses that tell screens apart
	Users         string   `yaml:"users"`          // hashed (default): by names that People gives; plain: by their ids
}

// The values of Privacy.Mask.
const (
	maskPersonal = "personal"
	maskAll      = "all"
)

// The values of Privacy.Users.
const (
	usersHashed = "hashed"
	usersPlain  = "plain"
)

// PlainUsers reports whether users are to be called by their ids.
func (p Privacy) PlainUsers() bool { return p.Users == usersPlain }

// Limits bounds what one recording may cost; a zero value means the default of format.Options, which says why it is what
// it is. A recording that reaches one is read up to there and marked, or skipped with the limit's name.
type Limits struct {
	ObjectSize    Bytes         `yaml:"object_size"`    // one object as stored
	Ratio         int64         `yaml:"ratio"`          // how much larger an object may become by decompression
	RecordingSize Bytes         `yaml:"recording_size"` // decompressed text of one recording, which a worker holds
	ValueSize     Bytes         `yaml:"value_size"`     // one event, line or string
	Events        int           `yaml:"events"`         // of one recording, single pointer samples included
	Nodes         int           `yaml:"nodes"`          // alive in the page of one window
	Depth         int           `yaml:"depth"`          // nesting of JSON values
	Windows       int           `yaml:"windows"`        // of one session
	SessionLength time.Duration `yaml:"session_length"` // from the median event to either side
}

// Bytes is a size, written with a unit: "64MB", "1.5 GiB", "4096".
type Bytes int64

// MarshalText implements encoding.TextMarshaler.
func (b Bytes) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(b), 10), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *Bytes) UnmarshalText(text []byte) error {
	n, err := humanize.ParseBytes(string(text))
	if err != nil || n > math.MaxInt64 {
		return fmt.Errorf("%q is no size: write a number with a unit, for example 64MiB", text)
	}
	*b = Bytes(n)
	return nil
}

// Reading returns what the readers are given. The error names every wrong value with its place in the file.
func (c Config) Reading() (format.Options, error) {
	l := c.Limits
	var errs []error
	for _, v := range []struct {
		key   string
		value int64
		least int64 // below it ordinary recordings are cut
		most  int64 // above it numbers of this program overflow, or memory is not bounded any more
	}{
		{"object_size", int64(l.ObjectSize), 1 << 10, 1 << 40},
		{"ratio", l.Ratio, 2, 1 << 20},
		{"recording_size", int64(l.RecordingSize), 64 << 10, 1 << 40},
		{"value_size", int64(l.ValueSize), 64 << 10, math.MaxInt32},
		{"events", int64(l.Events), 100, math.MaxInt32},
		{"nodes", int64(l.Nodes), 1_000, math.MaxInt32},
		{"depth", int64(l.Depth), 64, 10_000}, // readers recurse: 10,000 levels are a few MB of stack
		{"windows", int64(l.Windows), 1, 10_000},
		{"session_length", int64(l.SessionLength), int64(time.Minute), int64(366 * 24 * time.Hour)},
	} {
		if v.value != 0 && (v.value < v.least || v.value > v.most) {
			low, high := fmt.Sprint(v.least), fmt.Sprint(v.most)
			if v.key == "session_length" {
				low, high = time.Duration(v.least).String(), time.Duration(v.most).String()
			}
			errs = append(errs, keyError{path: "limits." + v.key, error: fmt.Errorf("must be from %s to %s", low, high)})
		}
	}
	var o format.Options
	o.MaxObjectBytes, o.MaxRatio = int64(l.ObjectSize), l.Ratio
	o.MaxBytes, o.MaxValueBytes = int64(l.RecordingSize), int(l.ValueSize)
	o.MaxEvents, o.MaxNodes, o.MaxDepth, o.MaxWindows = l.Events, l.Nodes, l.Depth, l.Windows
	o.MaxLength = l.SessionLength
	switch c.Privacy.Mask {
	case "", maskPersonal, maskAll:
	default:
		errs = append(errs, keyError{path: "privacy.mask", error: fmt.Errorf("%q is neither %s nor %s", c.Privacy.Mask, maskPersonal, maskAll)})
	}
	switch c.Privacy.Users {
	case "", usersHashed, usersPlain:
	default:
		errs = append(errs, keyError{path: "privacy.users", error: fmt.Errorf("%q is neither %s nor %s", c.Privacy.Users, usersHashed, usersPlain)})
	}
	o.Privacy = rrweb.Privacy{MaskAll: c.Privacy.Mask == maskAll, MaskSelectors: c.Privacy.MaskSelectors, Query: c.Privacy.Query}
	if err := o.Privacy.Check(); err != nil {
		errs = append(errs, keyError{path: "privacy", error: err})
	}
	return o, errors.Join(errs...)
}
