package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay/format"
)

// digestFingerprint names the settings that change a Digest: those of the readers and those of the detectors. A
// recording whose Digest has another fingerprint is read again.
func digestFingerprint(o format.Options, s friction.Settings) string {
	return hash(o.Fingerprint(), s.Fingerprint())
}

// fingerprint names everything that changes a Report beside the recordings themselves.
func (c Config) fingerprint(digests string, decided decisions) string {
	settings, err := json.Marshal(struct {
		Clusters, Goals, Retention, Primary, Weights, Attributes, Screens, MinPeople any
	}{cluster.Version, c.Goals, c.Retention, c.Primary, c.Weights, c.Attributes, c.Screens, c.MinPeople})
	if err != nil {
		panic(fmt.Sprintf("BUG: settings are plain data: %v", err))
	}
	parts := []string{digests, string(settings)}
	if f := decided.fingerprint(); f != "" {
		parts = append(parts, f)
	}
	return hash(parts...)
}

// hash is a short name for a list of texts; 16 hex digits are enough to tell settings apart.
func hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
