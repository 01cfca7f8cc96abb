package pipeline

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/cluster/ledger"
)

// People gives users names that say nothing to who does not know the key: keyed hashes of their ids. Equal ids get equal
// names, so that everything that an analysis finds out stays the same, and nobody can tell an id from its name or try ids
// without the key. It is immutable and safe for concurrent use.
type People struct{ key []byte }

// peopleKeyFile is the key of a data directory, made when it is first needed and readable by its owner only.
const peopleKeyFile = "users.key"

const (
	// keyBytes is the length of a key that is made here: that of the hash, beyond which a longer one adds nothing.
	keyBytes = 32
	// leastKey is how many characters a key from elsewhere must have: 32 hex digits are the 128 bits that nobody tries out.
	leastKey = 32
	// mostKey bounds what is read of a key file.
	mostKey = 4 << 10
)

// ErrKey means that the key of the users' names cannot be had, or is not the one that was used before.
var ErrKey = errors.New("key of user names")

// OpenPeople reads the key from a file, or, where file is "", that of the data directory, which is made if it has none yet.
// The error is ErrKey, or that of making one.
func OpenPeople(dataDir, file string) (*People, error) {
	if file != "" {
		return readKey(file)
	}
	p, err := readKey(filepath.Join(dataDir, peopleKeyFile))
	if !errors.Is(err, fs.ErrNotExist) {
		return p, err
	}
	if err := makeKey(dataDir); err != nil {
		return nil, fmt.Errorf("make a key for user names: %w", err)
	}
	return readKey(filepath.Join(dataDir, peopleKeyFile))
}

func readKey(file string) (*People, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	if !info.Mode().IsRegular() || info.Size() > mostKey {
		return nil, fmt.Errorf("%w: %s is no file of at most %d bytes", ErrKey, file, mostKey)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	key := bytes.TrimSpace(text)
	if len(key) < leastKey {
		return nil, fmt.Errorf("%w: %s has %d characters, at least %d are needed", ErrKey, file, len(key), leastKey)
	}
	return &People{key: key}, nil
}

// makeKey writes a random key. Of several processes that make one at the same time the first counts.
func makeKey(dataDir string) error {
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return err
	}
	key := make([]byte, keyBytes)
	_, _ = rand.Read(key)                                    // never fails
	f, err := os.CreateTemp(dataDir, peopleKeyFile+".*.tmp") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = fmt.Fprintln(f, hex.EncodeToString(key))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), filepath.Join(dataDir, peopleKeyFile)); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// nameBytes of the hash are a user's name: 80 bits, so that among ten million users two share one with a chance of 1 in 10^10.
const nameBytes = 10

// Name is the name of a user; "" of nobody.
func (p *People) Name(user string) string {
	if user == "" {
		return ""
	}
	return "u-" + strings.ToLower(base32.StdEncoding.EncodeToString(p.mac("user", user)[:nameBytes]))
}

// mark is a name for something that is to be known again and not to be read.
func (p *People) mark(kind, text string) string { return hex.EncodeToString(p.mac(kind, text)) }

// keyID tells keys apart.
func (p *People) keyID() string { return hex.EncodeToString(p.mac("key", "")[:4]) }

// mac is a keyed hash for one purpose: what is known of one kind says nothing about another.
func (p *People) mac(kind, text string) []byte {
	h := hmac.New(sha256.New, p.key)
	fmt.Fprintf(h, "%d:%s%s", len(kind), kind, text)
	return h.Sum(nil)
}

// A Digest whose users have names has a fingerprint that ends in the name of their key: what was read before stays apart.
const nameMark = "-"

// suffix is the end of such a fingerprint; "" of a nil People.
func (p *People) suffix() string {
	if p == nil {
		return ""
	}
	return nameMark + p.keyID()
}

// keyOf is keyID, or "" of a nil People.
func (p *People) keyOf() string { return strings.TrimPrefix(p.suffix(), nameMark) }

// nameless parts a fingerprint from the key of its names, "" if users have their ids.
func nameless(fingerprint string) (base, key string) {
	base, key, _ = strings.Cut(fingerprint, nameMark)
	return base, key
}

// nameStored gives names to the users in a ledger that has their ids, from before they were named, and lets the last Result
// follow: nothing is read again for it. A ledger that was named with another key is refused.
func (a *analysis) nameStored(ctx context.Context) error {
	plain := false
	for _, f := range a.ledger.Fingerprints() {
		switch _, key := nameless(f); key {
		case "":
			plain = true
		case a.names.keyID():
		default:
			return fmt.Errorf("%w: users in %s were named with another one", ErrKey, a.DataDir)
		}
	}
	if !plain {
		return nil
	}
	rename := func(fingerprint string) string {
		base, _ := nameless(fingerprint)
		return base + a.names.suffix()
	}
	_, err := a.ledger.Rewrite(ctx, ledger.Edit{
		Fingerprint: rename,
		Digest: func(d *friction.Digest) (string, bool) {
			if _, key := nameless(d.Fingerprint); key != "" {
				return d.Context.User, true
			}
			return a.names.Name(d.Context.User), true
		},
	})
	if err != nil {
		return fmt.Errorf("name users: %w", err)
	}
	last := lastResult(a.DataDir)
	if last == nil || last.Users != "" {
		return nil
	}
	last.Digests, last.Users, last.Inputs = rename(last.Digests), a.names.keyID(), ""
	return last.Save(a.DataDir)
}
