package mobile

import (
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// writer writes JSON.
type writer struct{ b []byte }

func (w *writer) raw(s string) *writer {
	w.b = append(w.b, s...)
	return w
}

func (w *writer) int(n int) *writer {
	w.b = strconv.AppendInt(w.b, int64(n), 10)
	return w
}

// float writes a number; what JSON has no number for is 0.
func (w *writer) float(f float64) *writer {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		f = 0
	}
	w.b = strconv.AppendFloat(w.b, f, 'f', -1, 64)
	return w
}

func (w *writer) str(s string) *writer {
	out, err := jsontext.AppendQuote(w.b, strings.ToValidUTF8(s, "\uFFFD"))
	if err != nil {
		out = append(w.b, `""`...)
	}
	w.b = out
	return w
}

// list writes a comma before every item but the first.
func (w *writer) list(i int) *writer {
	if i > 0 {
		w.b = append(w.b, ',')
	}
	return w
}
