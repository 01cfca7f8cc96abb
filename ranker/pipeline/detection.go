package pipeline

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/rankle/rankle/cluster/friction"
)

// Detection changes what counts as struggle: the numbers of docs/SIGNALS.md section 7, everywhere or on some screens
// and controls. The zero value means the documented defaults.
type Detection struct {
	Thresholds Thresholds `yaml:"thresholds"`
	// Overrides apply in order where they match; of several that set the same number the last one counts.
	Overrides []DetectionOverride `yaml:"overrides"`
}

// Thresholds are values by the names of friction.ThresholdNames, written as friction.Thresholds.Set reads them.
type Thresholds map[string]string

// DetectionOverride is what applies on some screens or controls only; see friction.Override.
type DetectionOverride struct {
	Screen     string             `yaml:"screen"`     // pattern on the path; "" = every screen
	Target     string             `yaml:"target"`     // pattern on test id, id, label or selector; "" = everything on the screen
	Off        []friction.Pattern `yaml:"off"`        // patterns that are not looked for here
	RepeatUse  bool               `yaml:"repeat_use"` // many presses in a row are meant here
	Thresholds Thresholds         `yaml:"thresholds"`
}

// settings returns what the detectors are given. The error names every wrong value with its place in the file.
func (d Detection) settings() (friction.Settings, error) {
	s := friction.DefaultSettings()
	var errs []error
	wrong := func(err error, path string) {
		all := []error{err}
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			all = many.Unwrap()
		}
		for _, e := range all {
			if e != nil {
				errs = append(errs, keyError{path: "detection." + path, error: e})
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Thresholds)) {
		wrong(s.Set(name, d.Thresholds[name]), "thresholds."+name)
	}
	wrong(s.Check(), "thresholds")
	for i, o := range d.Overrides {
		at := fmt.Sprintf("overrides[%d]", i)
		out := friction.Override{Screen: o.Screen, Target: o.Target, Off: o.Off, RepeatUse: o.RepeatUse}
		if o.Screen == "" && o.Target == "" {
			wrong(errors.New("names neither screen nor target: what holds everywhere belongs under detection.thresholds"), at)
		}
		if len(o.Off) == 0 && !o.RepeatUse && len(o.Thresholds) == 0 {
			wrong(errors.New("changes nothing: give off, repeat_use or thresholds"), at)
		}
		for _, name := range slices.Sorted(maps.Keys(o.Thresholds)) {
			wrong(out.Thresholds.Set(name, o.Thresholds[name]), at+".thresholds."+name)
		}
		wrong(out.Check(), at)
		s.Overrides = append(s.Overrides, out)
	}
	return s, errors.Join(errs...)
}
