package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Sidecar reads the JSON object that lies beside a recording: session_id, user_id, started_at, device (a text, or an
// object with type, model and touch), browser and os (a text, or an object with name and version), app_version,
// viewport {width, height}, entry_url, channel and plan. Further fields become attributes; nested ones have dotted
// names, values are texts, lists of scalars are joined by ",", null and lists of objects are left out. The version of a
// browser given as an object is the attribute "browser.version". A key that occurs twice counts as the last one.
//
// An entry_url is reduced to its path. started_at is RFC 3339 or a number of seconds or milliseconds since 1970. A
// device text is a type (desktop, mobile, phone, smartphone, tablet) or else a model.
//
// On an error about single fields, which it names, the record is Partial and holds all others; on a broken document it
// is empty.
func Sidecar(data []byte) (Record, error) {
	f, err := flatten(data, nil)
	if err != nil {
		return Record{}, fmt.Errorf("sidecar: %w", err)
	}
	shape := wrongShape(f)
	dropped := f.count
	r, err := decode(f.values)
	r.Dropped += dropped
	if err = errors.Join(shape, err); err != nil {
		r.Partial = true
		return r, fmt.Errorf("sidecar: %w", err)
	}
	return r, nil
}

// flattened is a JSON object with its scalars by dotted name.
type flattened struct {
	values flat
	shapes map[string]string // names of objects and lists, and which they are
	lists  map[string]bool
	count  int // fields left out because of MaxDepth or maxFields
}

// maxFields bounds the scalars that are looked at in one document, before MaxAttributes picks.
const maxFields = 10_000

// flatten reads a JSON object. The lists of those names are kept whole, as JSON.
func flatten(data []byte, lists map[string]bool) (*flattened, error) {
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var doc map[string]any
	if err := d.Decode(&doc); err != nil {
		return nil, jsonError(err)
	}
	if doc == nil {
		return nil, errors.New("is null, want a JSON object")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more follows after the JSON object")
	}
	out := &flattened{values: flat{}, shapes: map[string]string{}, lists: lists}
	out.object("", doc, 1)
	return out, nil
}

// jsonError says what is wrong with a document in the words of this package, without quoting it.
func jsonError(err error) error {
	var typed *json.UnmarshalTypeError
	switch {
	case errors.As(err, &typed):
		return fmt.Errorf("is a JSON %s, want an object", typed.Value)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON ends too early")
	}
	return fmt.Errorf("is not JSON: %w", err)
}

func (f *flattened) object(prefix string, obj map[string]any, depth int) {
	if depth > MaxDepth {
		f.count++
		return
	}
	for _, key := range slices.Sorted(maps.Keys(obj)) {
		f.value(prefix+key, obj[key], depth)
	}
}

func (f *flattened) value(name string, v any, depth int) {
	switch v := v.(type) {
	case nil:
	case map[string]any:
		f.shapes[name] = "an object"
		f.object(name+".", v, depth+1)
	case []any:
		f.shapes[name] = "a list"
		if f.lists[name] {
			if whole, err := json.Marshal(v); err == nil {
				f.set(name, string(whole))
			}
			return
		}
		if s, ok := join(v); ok {
			f.set(name, s)
		}
	default:
		f.set(name, scalar(v))
	}
}

// set notes a value. Names can meet ({"a.b":1,"a":{"b":2}}); the first in the order of keys stays.
func (f *flattened) set(name, v string) {
	if _, ok := f.values[name]; ok {
		return
	}
	if len(f.values) >= maxFields {
		f.count++
		return
	}
	f.values[name] = v
}

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	return ""
}

// join writes a list of scalars as one text; lists of anything else have none.
func join(list []any) (string, bool) {
	var b strings.Builder
	for i, v := range list {
		switch v.(type) {
		case map[string]any, []any:
			return "", false
		}
		if b.Len() > 4*MaxValue {
			break
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(scalar(v))
	}
	return b.String(), b.Len() > 0
}

// mayNest says which of the known fields may be objects; all others must be scalars.
var mayNest = map[string]bool{fDevice: true, fBrowser: true, fOS: true, fViewport: true}

// wrongShape returns an error for the known fields that are objects or lists where a text is wanted, and removes them.
func wrongShape(f *flattened) error {
	var errs []error
	for _, name := range knownFields {
		shape := f.shapes[name]
		if shape == "" || shape == "an object" && mayNest[name] {
			continue
		}
		delete(f.values, name)
		for nested := range f.values {
			if strings.HasPrefix(nested, name+".") {
				delete(f.values, nested)
			}
		}
		errs = append(errs, fmt.Errorf("%s: is %s, want a text or number", name, shape))
	}
	if v, ok := f.values[fViewport]; ok {
		delete(f.values, fViewport)
		errs = append(errs, fmt.Errorf("%s: is %q, want an object with width and height", fViewport, text(v)))
	}
	return errors.Join(errs...)
}

var knownFields = []string{
	fSession, fUser, fStarted, fDevice, fBrowser, fOS, fAppVersion, fChannel, fPlan, fEntryURL, fViewport,
}
