package pipeline

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rankle/rankle/cluster/ledger"
	"github.com/rankle/rankle/ranker/review"
)

// asker is a person with an id that stands nowhere else.
const asker = "ada.lovelace+7f3a@mail.example"

// rememberer is an analysed data directory in which a person is in every place where one can be: recordings, one of them with
// the id in its name and one that cannot be read, sessions that only a table knows, a copy of a table, verdicts, notes and
// the search index.
type rememberer struct {
	dir, data string
	keys      []string // of the person's recordings
}

func newRememberer(t *testing.T) rememberer {
	t.Helper()
	r := rememberer{dir: t.TempDir(), data: t.TempDir()}
	n := 0
	var late string
	for key, data := range sample(t, 8) {
		meta := strings.HasSuffix(key, ".meta.json")
		if !meta {
			writeFiles(t, r.dir, map[string][]byte{key: data})
			continue
		}
		var fields map[string]any
		if err := json.Unmarshal(data, &fields); err != nil {
			t.Fatal(err)
		}
		switch n++; {
		case n <= 2:
			fields["user_id"] = asker
			r.keys = append(r.keys, key, strings.TrimSuffix(key, ".meta.json")+".json.gz")
		case n == 3:
			delete(fields, "user_id")
			late = fields["session_id"].(string)
			r.keys = append(r.keys, key, strings.TrimSuffix(key, ".meta.json")+".json.gz")
		}
		text, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		writeFiles(t, r.dir, map[string][]byte{key: text})
	}
	writeFiles(t, r.dir, map[string][]byte{asker + "/broken.json": []byte("no recording")})
	writeFiles(t, r.data, map[string][]byte{"../who.csv": []byte("session_id,user_id\n" + late + "," + asker + "\n")})
	return r
}

func (r rememberer) config(t *testing.T) Config {
	return Config{Manifests: []Manifest{{Path: filepath.Join(r.data, "..", "who.csv")}}}
}

// decide lets people say something about the person's sessions, and of the person.
func (r rememberer) decide(t *testing.T) {
	t.Helper()
	store, err := review.Open(ReviewFile(r.data), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	note := "called " + asker + " about it"
	if _, err := store.Set(t.Context(), "some-issue", review.Change{Note: &note}, 0); err != nil {
		t.Fatal(err)
	}
	for d := range r.rows(t) {
		if _, err := store.SetVerdict(t.Context(), review.Episode{Session: d, Pattern: "rage_tap"}, review.Verdict{Verdict: review.Unclear}, ""); err != nil {
			t.Fatal(err)
		}
	}
}

// rows are the users of all sessions that the ledger holds.
func (r rememberer) rows(t *testing.T) map[string]string {
	t.Helper()
	led, err := ledger.Open(r.data, ledger.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer led.Close()
	users := map[string]string{}
	for d, err := range led.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		users[d.Session] = d.Context.User
	}
	return users
}

// copies puts a copied table and a search index beside the rest.
func (r rememberer) copies(t *testing.T) {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte("user_id,name,at\n" + asker + ",order,2026-10-01T10:00:00Z\nbob,order,2026-10-01T10:00:00Z\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	writeFiles(t, r.data, map[string][]byte{
		"tables/0123" + copyMark + "orders.csv.gz": packed.Bytes(),
		"search/v1-run/store/1.zap":                []byte("\x00" + asker),
	})
}

// remains are the files below a data directory whose bytes hold the person.
func remains(t *testing.T, dir string) []string {
	t.Helper()
	var left []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte("lovelace+7f3a")) {
			left = append(left, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return left
}

func TestForget(t *testing.T) {
	r := newRememberer(t)
	before := analyze(t, r.config(t), r.data, r.dir)
	r.decide(t)
	r.copies(t)
	if len(remains(t, r.data)) < 4 {
		t.Fatalf("the person is in %v only: the test looks at nothing", remains(t, r.data))
	}
	done, err := Forget(t.Context(), ForgetOptions{DataDir: r.data, User: asker})
	if err != nil {
		t.Fatal(err)
	}
	if done.Sessions != 3 || done.TableRows != 1 || !done.Searched || !done.Ranked || done.Reviews.Verdicts != 3 || done.Reviews.Texts != 2 || done.Proof.Files < 5 {
		t.Errorf("forgot %+v", done)
	}
	for _, key := range r.keys {
		if !slices.Contains(done.Remaining, filepath.ToSlash(r.dir)+"/"+key) {
			t.Errorf("the stored object %s is not named", key)
		}
	}
	if left := remains(t, r.data); len(left) > 0 {
		t.Errorf("the id is still in %v", left)
	}
	result, err := LoadResult(r.data)
	if err != nil || result.Report.Sessions != before.Report.Sessions-3 {
		t.Errorf("the report rests on %d sessions, want %d: %v", result.Report.Sessions, before.Report.Sessions-3, err)
	}

	after := analyze(t, r.config(t), r.data, r.dir)
	if after.Fresh != 0 || after.Report.Sessions != before.Report.Sessions-3 {
		t.Errorf("the next analysis read %d and has %d sessions; want none and %d", after.Fresh, after.Report.Sessions, before.Report.Sessions-3)
	}
	if n := skippedAs(after, forgottenReason); n != 4 {
		t.Errorf("%d recordings counted as forgotten, want 3 and one that cannot be read", n)
	}
	if left := remains(t, r.data); len(left) > 0 {
		t.Errorf("the next analysis wrote the id into %v", left)
	}
}

func skippedAs(r *Run, reason string) int {
	for _, s := range r.Report.Read.Skipped {
		if s.Reason == reason {
			return s.Count
		}
	}
	return 0
}

// A new recording of somebody who is forgotten is found out when it is read, and not kept; after that it is not even read.
func TestForgottenDoNotComeBack(t *testing.T) {
	r := newRememberer(t)
	later := map[string][]byte{}
	for _, key := range r.keys {
		path := filepath.Join(r.dir, filepath.FromSlash(key))
		data, err := os.ReadFile(path)
		if err := errors.Join(err, os.Remove(path)); err != nil {
			t.Fatal(err)
		}
		later[key] = data
	}
	if err := os.RemoveAll(filepath.Join(r.dir, asker)); err != nil {
		t.Fatal(err)
	}
	analyze(t, r.config(t), r.data, r.dir)
	if done, err := Forget(t.Context(), ForgetOptions{DataDir: r.data, User: asker}); err != nil || done.Sessions != 0 {
		t.Fatalf("of somebody who never came: %+v, %v", done, err)
	}
	writeFiles(t, r.dir, later)
	for range 2 {
		if run := analyze(t, r.config(t), r.data, r.dir); run.Report.Sessions != 5 || skippedAs(run, forgottenReason) != 3 {
			t.Errorf("%d sessions, %d counted as forgotten; want 5 and 3", run.Report.Sessions, skippedAs(run, forgottenReason))
		}
		if left := remains(t, r.data); len(left) > 0 {
			t.Errorf("the id is in %v", left)
		}
	}
	if err := os.Remove(filepath.Join(r.data, peopleKeyFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := loadForgotten(r.data, nil); !errors.Is(err, ErrKey) {
		t.Errorf("without the key: %v, want ErrKey", err)
	}
}

// Forgetting that ends after any of its steps is completed by doing it again.
func TestForgetIsRepeatable(t *testing.T) {
	if testing.Short() {
		t.Skip("analyses one after another, which smaller tests race; run without -short")
	}
	for steps := range 6 {
		r := newRememberer(t)
		analyze(t, r.config(t), r.data, r.dir)
		r.decide(t)
		r.copies(t)
		f, err := newForgetting(ForgetOptions{DataDir: r.data, User: asker})
		if err != nil {
			t.Fatal(err)
		}
		last, err := LoadResult(r.data)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.find(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		for _, step := range f.steps()[:steps] {
			if err := step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.ledger.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := Forget(t.Context(), ForgetOptions{DataDir: r.data, User: asker}); err != nil {
			t.Errorf("after %d steps: %v", steps, err)
		}
		if left := remains(t, r.data); len(left) > 0 {
			t.Errorf("after %d steps the id is still in %v", steps, left)
		}
		store, err := review.Open(ReviewFile(r.data), nil)
		if err != nil {
			t.Fatal(err)
		}
		verdicts, err := store.Verdicts(t.Context())
		if err := errors.Join(err, store.Close()); err != nil || len(verdicts) != 5 {
			t.Errorf("after %d steps: %d verdicts are left, want those on the 5 others: %v", steps, len(verdicts), err)
		}
	}
}

// The proof finds what forgetting does not reach.
func TestForgetSaysWhatIsLeft(t *testing.T) {
	r := newRememberer(t)
	analyze(t, r.config(t), r.data, r.dir)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte("about " + asker)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	writeFiles(t, r.data, map[string][]byte{"notes.txt": []byte("call " + asker + "."), "packed.gz": packed.Bytes(), "raw.bin": []byte("\x00x" + asker), "other.txt": []byte("x" + asker)})
	done, err := Forget(t.Context(), ForgetOptions{DataDir: r.data, User: asker})
	if !errors.Is(err, ErrRemains) || !slices.Equal(done.Proof.Left, []string{"notes.txt", "packed.gz", "raw.bin"}) {
		t.Errorf("left %+v, %v; want the two texts and the binary file", done, err)
	}
}

// A person who was the only one leaves no report.
func TestForgetTheOnlyPerson(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	for key, content := range sample(t, 1) {
		if strings.HasSuffix(key, ".meta.json") {
			content = []byte(`{"user_id":"` + asker + `"}`)
		}
		writeFiles(t, dir, map[string][]byte{key: content})
	}
	analyze(t, Config{}, data, dir)
	done, err := Forget(t.Context(), ForgetOptions{DataDir: data, User: asker})
	if err != nil || !done.Emptied || done.Sessions != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	if _, err := LoadResult(data); !errors.Is(err, ErrNoReport) {
		t.Errorf("the report: %v, want ErrNoReport", err)
	}
}

func TestForgetRefusesWhileOthersRead(t *testing.T) {
	r := newRememberer(t)
	analyze(t, r.config(t), r.data, r.dir)
	reader, err := ledger.Open(r.data, ledger.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if _, err := Forget(t.Context(), ForgetOptions{DataDir: r.data, User: asker}); !errors.Is(err, ledger.ErrInUse) {
		t.Errorf("beside a reader: %v, want ErrInUse", err)
	}
}

func TestPersonInTexts(t *testing.T) {
	long, short := person{"user-1", "u-name"}, person{"42", "u-name"}
	for text, want := range map[string][2]bool{
		"user-1": {true, false}, "of user-1.": {true, false}, "user-10": {false, false}, "a user-10 user-1": {true, false},
		"42": {false, true}, "the 42 of us": {false, false}, "for u-name": {true, true}, "": {false, false},
	} {
		if got := [2]bool{long.in(text), short.in(text)}; got != want {
			t.Errorf("%q names them: %v, want %v", text, got, want)
		}
	}
	if got := long.redact("user-1 and user-10, u-name, user-1"); got != "[forgotten] and user-10, [forgotten], [forgotten]" {
		t.Errorf("redacted to %q", got)
	}
	// Across the border of what is looked at at once.
	for _, shift := range []int{0, 1, 3, len(asker), scanOverlap} {
		text := strings.Repeat("x ", scanBytes)[:scanBytes+scanOverlap-shift] + " " + asker + " "
		if found, n, err := (person{asker, "u-name"}).inStream(strings.NewReader(text)); !found || n != int64(len(text)) || err != nil {
			t.Errorf("shifted by %d: found %v in %d bytes, %v", shift, found, n, err)
		}
	}
	for text, want := range map[string]bool{`{"user":"42"}`: true, `{"n":42}`: false, "\x0042": false} {
		if found, _, _ := short.inStream(strings.NewReader(text)); found != want {
			t.Errorf("a short id in %q: %v, want %v", text, found, want)
		}
	}
}
