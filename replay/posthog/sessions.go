package posthog

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rankle/rankle/replay/rrweb"
	"github.com/rankle/rankle/replay/source"
)

// Found is a block as an object shows it.
type Found struct {
	From, To int64     // first and last byte, inclusive
	First    time.Time // of the earliest and the latest event; UTC, whole milliseconds
	Last     time.Time
	Windows  []string // whose events it holds, sorted
}

// Scan reads the blocks of an object. Where one is damaged, nothing behind it can be found any more: the error then comes
// with the blocks in front of it, and matches ErrBlock or ErrLarge. Any other error is that of r or ctx.
func Scan(ctx context.Context, r io.Reader, opt rrweb.Options) ([]Found, error) {
	limit := cmp.Or(opt.MaxBytes, rrweb.DefaultOptions().MaxBytes)
	br := bufio.NewReaderSize(r, 64<<10)
	var found []Found
	for at := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return found, err
		}
		text, size, err := Next(br, int(limit))
		if err == io.EOF {
			return found, nil
		}
		if err != nil {
			return found, fmt.Errorf("block at byte %d: %w", at, err)
		}
		f := Found{From: at, To: at + size - 1}
		if f.read(text, opt) {
			found = append(found, f)
		}
		at += size
	}
}

// read finds the windows and times of a block, and reports whether there is an event in it.
func (f *Found) read(text []byte, opt rrweb.Options) bool {
	first, last := 0.0, 0.0
	_, err := rrweb.Scan(bytes.NewReader(text), opt, func(e rrweb.Event) error {
		if first == 0 || e.Time < first {
			first = e.Time
		}
		last = max(last, e.Time)
		if i, ok := slices.BinarySearch(f.Windows, e.Window); !ok {
			f.Windows = slices.Insert(f.Windows, i, strings.Clone(e.Window))
		}
		if len(f.Windows) > maxWindows {
			return errWindows
		}
		return nil
	})
	f.First, f.Last = time.UnixMilli(int64(first)).UTC(), time.UnixMilli(int64(last)).UTC()
	return err == nil && first > 0
}

// maxWindows bounds the windows of one block: nobody has a hundred tabs in use within the ten seconds of a block.
const maxWindows = 100

var errWindows = errors.New("too many windows")

// Located is a block and where it lies.
type Located struct {
	Key string
	Found
}

// idle ends a session: PostHog begins another one after half an hour without activity (posthog-js, sessionid.ts).
const idle = 30 * time.Minute

// windowID is what PostHog's recorders make: a UUID. Any other name may be that of another person's window as well.
var windowID = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// Sessions tells sessions apart without an index, as far as the blocks go: those that share a window belong together,
// since a block is never of two sessions and a window of one only, unless half an hour lies between. A session is called
// by the first window of its first block. Blocks without a proper window stand for themselves. The result does not depend
// on the order of the blocks.
//
// Windows (tabs) that are never recorded together come out as sessions of their own, and nobody is known by name: an index
// is better.
func Sessions(blocks []Located) []source.Indexed {
	blocks = slices.Clone(blocks)
	slices.SortFunc(blocks, func(a, b Located) int {
		return cmp.Or(a.First.Compare(b.First), strings.Compare(a.Key, b.Key), cmp.Compare(a.From, b.From))
	})
	var out []source.Indexed
	for _, members := range together(blocks) {
		var last time.Time
		first := nameOf(members[0])
		for i, b := range members {
			if i == 0 || b.First.Sub(last) > idle {
				name := first
				if i > 0 {
					name = fmt.Sprintf("%s-%d", first, b.First.UnixMilli())
				}
				out = append(out, source.Indexed{Session: name})
			}
			s := &out[len(out)-1]
			s.Blocks = append(s.Blocks, source.Block{Key: b.Key, From: b.From, To: b.To, First: b.First})
			if b.Last.After(last) {
				last = b.Last
			}
		}
	}
	slices.SortFunc(out, func(a, b source.Indexed) int { return strings.Compare(a.Session, b.Session) })
	return out
}

// nameOf is what a session that begins with b is called.
func nameOf(b Located) string {
	for _, w := range b.Windows {
		if windowID.MatchString(w) {
			return w
		}
	}
	return fmt.Sprintf("%s@%d", b.Key, b.From)
}

// together joins sorted blocks that share a window, each set in that order and the sets by their first blocks.
func together(blocks []Located) [][]Located {
	up := make([]int, len(blocks)) // towards the first block of the set
	root := func(i int) int {
		for up[i] != i {
			up[i] = up[up[i]]
			i = up[i]
		}
		return i
	}
	owner := map[string]int{}
	for i, b := range blocks {
		up[i] = i
		for _, w := range b.Windows {
			if !windowID.MatchString(w) {
				continue
			}
			if j, ok := owner[w]; ok {
				a, b := root(i), root(j)
				up[max(a, b)] = min(a, b)
			} else {
				owner[w] = i
			}
		}
	}
	at := map[int]int{} // root -> index in out
	var out [][]Located
	for i, b := range blocks {
		r := root(i)
		k, ok := at[r]
		if !ok {
			k = len(out)
			at[r] = k
			out = append(out, nil)
		}
		out[k] = append(out[k], b)
	}
	return out
}
