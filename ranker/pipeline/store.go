package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/review"
)

// Result is a finished run as it is kept in the data directory: the Report and what is needed to look behind it.
type Result struct {
	Report  *ranker.Report
	Config  Config   // with the sources that were read; holds no secrets
	Sources []string // what was read, see source.Name
	Digests string   // fingerprint of the Digests in the ledger that the Report rests on
	// Since is the first day whose sessions the Report rests on, as Config.Keep says; zero = all.
	Since time.Time `json:",omitzero"`
	// Superseded names the recordings among them that do not count, because their objects make up others now. Sorted.
	Superseded []string
	// Decisions are what people had decided, and the Report obeys.
	Decisions review.Decisions
	// Inputs names everything that the Report was made from, the program included; "" = not known.
	Inputs string `json:",omitempty"`
	// Users tells by which key users were named, "" by their ids; People is that key, nil if it is not at hand.
	Users  string  `json:",omitempty"`
	People *People `json:"-"`
	// Moves say where the issues of the Result before are, Aliases which key has most of those that had one which is no more:
	// of all Results before.
	Moves   []cluster.Move    `json:",omitempty"`
	Aliases map[string]string `json:",omitempty"`
}

// resultFile holds the last Result of a data directory: a JSON line with format, schema and checksum, then the Result
// as JSON (docs/format/result.md).
const resultFile = "result.json"

const (
	resultFormat = "rankle-result"
	resultSchema = 1
)

// sealHeader is the first line of a sealed file, a JSON object; the sealed value follows as JSON.
type sealHeader struct {
	Format string `json:"format"`
	Schema int    `json:"schema"`
	SHA256 string `json:"sha256"` // of everything after this line
}

// seal writes a value to a sealed file, which is replaced at once: whoever reads sees the old or the new one, whole.
func seal(path, format string, schema int, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return sealBytes(path, format, schema, body)
}

// sealBytes is seal for a value that is encoded already.
func sealBytes(path, format string, schema int, body []byte) error {
	sum := sha256.Sum256(body)
	head, err := json.Marshal(sealHeader{Format: format, Schema: schema, SHA256: hex.EncodeToString(sum[:])})
	if err != nil {
		return err
	}
	return writeAside(path, append(append(head, '\n'), body...))
}

// unseal reads a sealed file of at most that schema. The error wraps ErrDamaged or ErrNewer, or is that of reading.
func unseal(path, format string, schema int, value any) error {
	body, err := unsealBytes(path, format, schema)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, value); err != nil {
		return fmt.Errorf("%s: %w: %w", path, ErrDamaged, err)
	}
	return nil
}

// unsealBytes is unseal for a value that the caller decodes.
func unsealBytes(path, format string, schema int) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	line, body, _ := bytes.Cut(data, []byte("\n"))
	var head sealHeader
	if err := json.Unmarshal(line, &head); err != nil || head.Format != format {
		return nil, fmt.Errorf("%s: %w", path, ErrDamaged)
	}
	if head.Schema > schema {
		return nil, fmt.Errorf("%s: schema %d, this version reads up to %d: %w", path, head.Schema, schema, ErrNewer)
	}
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != head.SHA256 {
		return nil, fmt.Errorf("%s: %w", path, ErrDamaged)
	}
	return body, nil
}

var (
	// ErrNoReport means that no analysis has finished in the data directory yet.
	ErrNoReport = errors.New("no report yet")
	// ErrDamaged means that the stored Result is not what was written; analysing again replaces it.
	ErrDamaged = errors.New("stored result is damaged")
	// ErrNewer means that a newer version of this program wrote the Result.
	ErrNewer = errors.New("stored result was written by a newer version")
)

// Save replaces the Result of the data directory at once: whoever reads sees the old or the new one, whole.
func (r *Result) Save(dir string) error {
	if err := seal(filepath.Join(dir, resultFile), resultFormat, resultSchema, r); err != nil {
		return fmt.Errorf("store result: %w", err)
	}
	return nil
}

// LoadResult returns the last Result of the data directory; ErrNoReport if there is none.
func LoadResult(dir string) (*Result, error) {
	var r Result
	switch err := unseal(filepath.Join(dir, resultFile), resultFormat, resultSchema, &r); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: %w", dir, ErrNoReport)
	case err != nil:
		return nil, fmt.Errorf("read result: %w", err)
	case r.Report == nil:
		return nil, fmt.Errorf("read result: %s holds no report: %w", filepath.Join(dir, resultFile), ErrDamaged)
	}
	if r.Users != "" {
		r.People, _ = readKey(filepath.Join(dir, peopleKeyFile)) // the key may be elsewhere; who needs it asks names
	}
	return &r, nil
}

// names is how the Result names users, nil by their ids. The error is ErrKey.
func (r *Result) names() (*People, error) {
	if r.Users == "" {
		return nil, nil
	}
	if r.People == nil || r.People.keyID() != r.Users {
		return nil, fmt.Errorf("%w: users were named with another one than that at hand", ErrKey)
	}
	return r.People, nil
}

// UserName is the name under which the Result knows a user.
func (r *Result) UserName(id string) string {
	if names, err := r.names(); err == nil && names != nil {
		return names.Name(id)
	}
	return id
}

// openTables reads the tables that the Result was made with.
func (r *Result) openTables(ctx context.Context) (*tables, error) {
	if len(r.Config.Manifests) == 0 && !slices.ContainsFunc(r.Config.Sources, func(s Source) bool { return s.Index.Path != "" }) {
		return r.Config.openTables(ctx, nil) // no key is needed for nothing
	}
	names, err := r.names()
	if err != nil {
		return nil, err
	}
	return r.Config.openTables(ctx, names)
}

// asideSuffix marks files that are being written.
const asideSuffix = ".tmp"

// sweep removes what a killed analysis was writing. The caller holds the lock of the ledger, so nobody is writing now.
func sweep(dir string) error {
	for folder, ours := range map[string]func(name string) bool{
		dir: func(name string) bool {
			return strings.HasPrefix(name, resultFile+".") || isBehind(name) || strings.HasPrefix(name, forgottenFile+".")
		},
		filepath.Join(dir, tablesDir): func(string) bool { return true },
	} {
		entries, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clean data directory: %w", err)
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), asideSuffix) || !ours(e.Name()) {
				continue
			}
			if err := os.Remove(filepath.Join(folder, e.Name())); err != nil {
				return fmt.Errorf("clean data directory: %w", err)
			}
		}
	}
	return nil
}

// writeAside writes a file beside its place, syncs it and renames it into place. After a nil error it survives a power
// cut, and so does the order of what was written before and after.
func writeAside(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*"+asideSuffix)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(f.Name()))
	}
	if err := ledger.SyncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// ResultTime is when the Result of the data directory was stored; ErrNoReport if there is none.
func ResultTime(dir string) (time.Time, error) {
	info, err := os.Stat(filepath.Join(dir, resultFile))
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, fmt.Errorf("%s: %w", dir, ErrNoReport)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read result: %w", err)
	}
	return info.ModTime(), nil
}
