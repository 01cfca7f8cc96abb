// Package demo holds the recordings of an invented shop that the demo, the
// examples and several tests read: a bucket of rrweb sessions as a company
// would store it, the analysis settings for it, and the true cost of every
// planted fault. All of it is generated; README.md says how.
package demo

import (
	"embed"
	"io/fs"
)

//go:embed bucket
var bucket embed.FS

//go:embed rankle.yaml
var config []byte

//go:embed truth.json
var truth []byte

//go:embed labels.ndjson
var labels []byte

// Bucket answers the recordings, rooted at the day folders:
// <yyyy-mm-dd>/<session_id>.json.gz with <session_id>.meta.json beside it. A
// few sessions lie in another container (.ndjson.gz, .json.zst, or a folder
// of two parts). It is read-only and safe for concurrent use.
func Bucket() fs.FS {
	sub, err := fs.Sub(bucket, "bucket")
	if err != nil {
		// Only a malformed constant path can fail here.
		panic(err)
	}
	return sub
}

// Config answers a copy of the analysis settings (rankle.yaml) of the demo.
func Config() []byte { return append([]byte(nil), config...) }

// Truth answers a copy of truth.json: the causal model's parameters and, for
// each planted fault, what it really cost in purchases and returning users
// per week.
func Truth() []byte { return append([]byte(nil), truth...) }

// Labels answers a copy of labels.ndjson: what the hands that made the
// recordings really did, one line per gesture group, times in epoch
// milliseconds.
func Labels() []byte { return append([]byte(nil), labels...) }
