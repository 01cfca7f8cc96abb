package ledger

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// wholeFile is a file of a ledger, and its name.
func wholeFile(tb testing.TB) (string, []byte) {
	tb.Helper()
	dir := tb.TempDir()
	l, err := Open(dir, Options{})
	if err != nil {
		tb.Fatal(err)
	}
	if err := l.Append(context.Background(), generateAll(0, 30)); err != nil {
		tb.Fatal(err)
	}
	if err := l.Close(); err != nil {
		tb.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "ledger/v1/day=*/*.parquet"))
	if err != nil || len(files) == 0 {
		tb.Fatal(files, err)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		tb.Fatal(err)
	}
	return filepath.Base(files[0]), whole
}

// TestDamage writes over random places of a ledger file.
func TestDamage(t *testing.T) {
	name, whole := wholeFile(t)
	rng := rand.New(rand.NewPCG(1, 1))
	for range *damages {
		over := make([]byte, 1+rng.IntN(8))
		for i := range over {
			over[i] = byte(rng.Uint32())
		}
		damaged := slices.Clone(whole)
		copy(damaged[rng.IntN(len(damaged)):], over)
		readDamaged(t, name, damaged)
	}
}

var damages = flag.Int("damages", 100, "how many damaged files TestDamage reads")

// FuzzDamage writes over a part of a ledger file, or cuts it, as a broken disk does.
func FuzzDamage(f *testing.F) {
	name, whole := wholeFile(f)
	n := uint32(len(whole))
	for _, at := range []uint32{0, 4, 100, n / 4, n / 2, 3 * n / 4, n - 2000, n - 300, n - 9, n - 5, n - 1} {
		f.Add(at, []byte{0xff, 0x00, 0x80, 0x7f}, n)
		f.Add(at, make([]byte, 64), n)
		f.Add(uint32(0), []byte{}, at)
	}
	f.Fuzz(func(t *testing.T, at uint32, over []byte, length uint32) {
		damaged := slices.Clone(whole)
		copy(damaged[at%n:], over)
		readDamaged(t, name, damaged[:length%(n+1)])
	})
}

// readDamaged opens and reads a ledger of one damaged file: what it gets is an error that says so, or Digests, and never a
// crash.
func readDamaged(t *testing.T, name string, damaged []byte) {
	t.Helper()
	data := t.TempDir()
	path := filepath.Join(data, "ledger/v1/day=2026-11-21", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, damaged, 0o644); err != nil {
		t.Fatal(err)
	}
	l, err := Open(data, Options{ReadOnly: true})
	if err != nil {
		refusedAsDamaged(t, err)
		return
	}
	defer l.Close()
	for d, err := range l.All(t.Context(), Query{}) {
		if err != nil {
			refusedAsDamaged(t, err)
			return
		}
		if _, err := l.Get(t.Context(), d.Session, ""); err != nil && !errors.Is(err, ErrNotFound) {
			refusedAsDamaged(t, err)
		}
	}
}

func refusedAsDamaged(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer) {
		t.Errorf("neither damaged nor newer: %v", err)
	}
}
