package manifest

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The names of the fields that a Record knows, nested ones dotted. Sidecars and tables use them alike.
const (
	fSession    = "session_id"
	fUser       = "user_id"
	fStarted    = "started_at"
	fDevice     = "device"
	fBrowser    = "browser"
	fOS         = "os"
	fAppVersion = "app_version"
	fChannel    = "channel"
	fPlan       = "plan"
	fEntryURL   = "entry_url"
	fViewport   = "viewport"
	fName       = "name"
	fAt         = "at"
	fValue      = "value"
)

// Limits of one record. A sidecar is written by a program of the operator, but may hold whatever that program was given.
const (
	// MaxAttributes bounds the further fields of a record: a hundred is more than anybody segments by.
	MaxAttributes = 100
	// MaxName bounds the dotted name of an attribute, in bytes.
	MaxName = 128
	// MaxValue bounds a text, in runes; longer ones are cut. Ids and labels are far shorter; prose is no segment.
	MaxValue = 256
	// MaxDepth bounds how deep objects nest.
	MaxDepth = 8
)

// flat is a record before its fields are understood: scalar values as text by dotted name.
type flat map[string]string

// take removes a field and returns its text; texts that stand for nothing come out empty.
func (f flat) take(name string) string {
	v := text(f[name])
	delete(f, name)
	return v
}

// text cuts a value to MaxValue, makes it valid UTF-8 and empties what only stands for "nothing": what serialisers
// write for an absent value. Without this all people without an id would be one user called "null".
func text(v string) string {
	v = strings.ToValidUTF8(strings.TrimSpace(v), "\uFFFD")
	switch strings.ToLower(v) {
	case "null", "undefined", "none", "nil", "nan", `\n`:
		return ""
	}
	if utf8.RuneCountInString(v) > MaxValue {
		v = string([]rune(v)[:MaxValue])
	}
	return v
}

// decode reads the fields that a Record knows; all others become attributes. It uses f up. A field that cannot be
// understood is left out and named in the error; the rest of the record is good all the same.
func decode(f flat) (Record, error) {
	var errs []error
	var r Record
	c := &r.Context
	r.Session = f.take(fSession)
	c.User = f.take(fUser)
	c.OS = cmpOr(f.take(fOS), f.take("os.name"))
	c.Browser = cmpOr(f.take(fBrowser), f.take("browser.name"))
	c.AppVersion = f.take(fAppVersion)
	c.Channel = f.take(fChannel)
	c.Plan = f.take(fPlan)
	c.EntryURL = pathOf(f.take(fEntryURL))

	var err error
	if v := f.take(fStarted); v != "" {
		if r.Started, err = parseTime(v); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", fStarted, err))
		}
	}
	if err := decodeDevice(f, &r); err != nil {
		errs = append(errs, err)
	}
	w, werr := pixels(f, "viewport.width", "viewport_width")
	h, herr := pixels(f, "viewport.height", "viewport_height")
	errs = append(errs, werr, herr)
	if w > 0 && h > 0 {
		c.ViewportW, c.ViewportH = w, h
	}
	c.Attributes, r.Dropped = attributes(f)
	return r, errors.Join(errs...)
}

// cmpOr returns the first of two texts that is not empty.
func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// deviceTypes maps what sources write for the kind of a device. Anything else in "device" is a model.
var deviceTypes = map[string]string{
	"desktop": "desktop", "mobile": "mobile", "phone": "mobile", "smartphone": "mobile", "tablet": "tablet",
}

func decodeDevice(f flat, r *Record) error {
	d := &r.Context.Device
	if v := f.take(fDevice); v != "" {
		if d.Type = deviceTypes[strings.ToLower(v)]; d.Type == "" {
			d.Model = v
		}
	}
	for _, name := range []string{"device.type", "device_type"} {
		if kind, ok := deviceTypes[strings.ToLower(text(f[name]))]; ok {
			d.Type = kind
			delete(f, name) // an unknown kind stays as an attribute
		}
	}
	for _, name := range []string{"device.model", "device_model"} {
		d.Model = cmpOr(f.take(name), d.Model)
	}
	for _, name := range []string{"device.touch", "device_touch"} {
		switch v := f.take(name); strings.ToLower(v) {
		case "":
		case "true", "1", "yes":
			d.Touch, r.TouchKnown = true, true
		case "false", "0", "no":
			d.Touch, r.TouchKnown = false, true
		default:
			return fmt.Errorf("%s: %q is neither true nor false", name, v)
		}
	}
	return nil
}

// maxPixels bounds a viewport; the widest video walls are below.
const maxPixels = 100_000

func pixels(f flat, names ...string) (int32, error) {
	for _, name := range names {
		v := f.take(name)
		if v == "" {
			continue
		}
		n, err := strconv.ParseFloat(v, 64)
		if err != nil || !(n >= 0 && n <= maxPixels) {
			return 0, fmt.Errorf("%s: %q is not a number of pixels from 0 to %d", name, v, maxPixels)
		}
		return int32(math.Round(n)), nil
	}
	return 0, nil
}

// attributes makes attributes of what is left, within the limits.
func attributes(f flat) (map[string]string, int) {
	var out map[string]string
	dropped := 0
	for _, name := range slices.Sorted(maps.Keys(f)) {
		v := text(f[name])
		switch {
		case v == "":
		case len(out) >= MaxAttributes || name == "" || len(name) > MaxName || !utf8.ValidString(name):
			dropped++
		default:
			if out == nil {
				out = map[string]string{}
			}
			out[name] = v
		}
	}
	return out, dropped
}

// timeLayouts are tried in order. Times without a zone are UTC.
var timeLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 MST",
	"2006-01-02 15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
}

// Numbers are times since 1970. Seconds, milliseconds, microseconds and nanoseconds are told apart by size: the bounds
// lie at the year 5138 of the smaller unit, and at 1973 of the larger.
const (
	minMillis = 1e11
	minMicros = 1e14
	minNanos  = 1e17
)

// parseTime reads a time as text or as a number since 1970.
func parseTime(v string) (time.Time, error) {
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, v); err == nil {
			return checkTime(t.UTC(), v)
		}
	}
	n, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || math.Abs(n) > math.MaxInt64 {
		return time.Time{}, fmt.Errorf("%q is not a time (RFC 3339, or seconds or milliseconds since 1970)", v)
	}
	// Whole numbers must not pass through a float: nanoseconds need more than its 53 bits.
	whole, werr := strconv.ParseInt(v, 10, 64)
	switch a := math.Abs(n); {
	case a >= minNanos && werr == nil:
		return checkTime(time.Unix(0, whole).UTC(), v)
	case a >= minMicros:
		return checkTime(time.UnixMicro(int64(n)).UTC(), v)
	case a >= minMillis:
		return checkTime(time.UnixMicro(int64(math.Round(n*1e3))).UTC(), v)
	}
	return checkTime(time.UnixMicro(int64(math.Round(n*1e6))).UTC(), v)
}

// checkTime refuses times at which nothing was recorded: mostly a wrong unit or the zero of a clock.
func checkTime(t time.Time, v string) (time.Time, error) {
	if t.Year() < 1990 || t.Year() > 2200 {
		return time.Time{}, fmt.Errorf("%q is the time %s, before 1990 or after 2200", v, t.Format(time.RFC3339))
	}
	return t, nil
}

// pathOf reduces a URL to its path: hosts vary between stages, and queries and fragments carry secrets.
func pathOf(v string) string {
	if v == "" {
		return ""
	}
	if u, err := url.Parse(v); err == nil {
		switch {
		case u.Opaque != "":
			return ""
		case u.Path == "" && u.Host != "":
			return "/"
		}
		return u.Path
	}
	// Not an URL that Go accepts: cut by hand what must not stay.
	if i := strings.IndexAny(v, "?#"); i >= 0 {
		v = v[:i]
	}
	if _, rest, ok := strings.Cut(v, "://"); ok {
		i := strings.IndexByte(rest, '/')
		if i < 0 {
			return "/"
		}
		v = rest[i:]
	}
	return v
}

// fieldNames maps groups of a key pattern to the fields that they give. Other groups become attributes by their name.
var fieldNames = map[string]string{
	"session": fSession, "user": fUser, "version": fAppVersion, "started": fStarted, "start": fStarted, "entry": fEntryURL,
}

// Fields reads the named groups of a key pattern (source.Recording.Fields): session, user, version, device, browser,
// os, channel, plan, started, or the names of the sidecar's fields; further ones become attributes. On an error the
// record is good but for the fields that the error names.
func Fields(groups map[string]string) (Record, error) {
	f := flat{}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		to := cmpOr(fieldNames[name], name)
		if f[to] == "" {
			f[to] = groups[name]
		}
	}
	r, err := decode(f)
	if err != nil {
		return r, fmt.Errorf("key field %w", err)
	}
	return r, nil
}
