package pipeline

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker/review"
)

// Proof says what was looked through for a person and where something of them was found.
type Proof struct {
	Files int
	Bytes int64
	Left  []string // files relative to the data directory, with the place in them. In the order of their names.
}

// prove looks through every file of a data directory, unpacked, for a person.
func prove(ctx context.Context, dir string, who person) (Proof, error) {
	var p Proof
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if who.in(filepath.ToSlash(name)) {
			p.Left = append(p.Left, name+" (its name)")
		}
		if !e.Type().IsRegular() {
			return nil
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		p.Files++
		p.Bytes += info.Size()
		places, err := lookInto(ctx, dir, path, who)
		for _, place := range places {
			p.Left = append(p.Left, name+place)
		}
		return err
	})
	if err != nil {
		return p, fmt.Errorf("look for what is left: %w", err)
	}
	return p, nil
}

// lookInto returns the places of one file that name the person: "" for the file as a whole.
func lookInto(ctx context.Context, dir, path string, who person) ([]string, error) {
	if path == ReviewFile(dir) {
		return lookIntoReviews(ctx, path, who)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, scanBytes)
	magic, _ := r.Peek(4)
	var stream io.Reader = r
	switch {
	case bytes.Equal(magic, []byte("PAR1")):
		return lookIntoTable(ctx, path, who)
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		stream = z
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		defer z.Close()
		stream = z
	}
	found, _, err := who.inStream(stream)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if found {
		return []string{""}, nil
	}
	return nil, nil
}

func lookIntoTable(ctx context.Context, path string, who person) ([]string, error) {
	found := false
	err := ledger.Values(ctx, path, func(text []byte) { found = found || who.in(string(text)) })
	if err != nil || !found {
		return nil, err
	}
	return []string{""}, nil
}

// lookIntoReviews looks at every text. What was deleted before lies in free pages, of which there must be none.
func lookIntoReviews(ctx context.Context, path string, who person) ([]string, error) {
	store, err := review.Open(path, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReviews, err)
	}
	var places []string
	free, err := store.Texts(ctx, func(place, text string) {
		if who.in(text) && len(places) < maxExamples {
			places = append(places, " ("+place+")")
		}
	})
	if free > 0 {
		places = append(places, fmt.Sprintf(" (%d free pages)", free))
	}
	return places, errors.Join(err, store.Close())
}
