package pipeline

import (
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rankle/rankle/cluster/friction"
	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/testdata/demo"
)

// TestDigestsKeepNothingOfALentSession: what is read later changes no Digest.
func TestDigestsKeepNothingOfALentSession(t *testing.T) {
	const enough = 40
	var objects []string
	err := fs.WalkDir(demo.Bucket(), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.HasSuffix(name, ".json.gz") && len(objects) < enough {
			objects = append(objects, name)
		}
		return err
	})
	if err != nil || len(objects) != enough {
		t.Fatalf("%d recordings, %v", len(objects), err)
	}
	digest := func(r *format.Reader, d *friction.Detector, name string) *friction.Digest {
		open := func() (io.ReadCloser, error) { return demo.Bucket().Open(name) }
		s, _, err := r.Lend(t.Context(), name, []format.Part{{Name: name, Open: open}}, format.DefaultOptions())
		if err != nil {
			return nil // some are damaged on purpose
		}
		return d.Detect(s)
	}
	var reader format.Reader
	detector := friction.NewDetector(friction.DefaultSettings())
	var got []*friction.Digest
	for _, name := range objects {
		got = append(got, digest(&reader, detector, name))
	}
	episodes := 0
	for i, name := range objects {
		want := digest(new(format.Reader), friction.NewDetector(friction.DefaultSettings()), name)
		if diff := cmp.Diff(want, got[i]); diff != "" {
			t.Fatalf("%s (-alone +among others):\n%s", name, diff)
		}
		if want != nil {
			episodes += len(want.Episodes)
		}
	}
	if episodes == 0 {
		t.Error("nothing was found in any")
	}
}
