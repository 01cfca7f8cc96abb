package review

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What was said about a person's sessions leaves the file to the byte; what was decided about issues stays.
func TestForget(t *testing.T) {
	path := filepath.Join(t.TempDir(), "review.db")
	s, err := Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	const person, session = "ada.lovelace@mail.example", "session-of-ada"
	note, status := "seen with "+person+", \"twice\"", Confirmed
	filler := strings.Repeat("a long note ", 500) // over several pages, which become free
	first, err := s.Set(ctx, "issue-1", Change{Note: &note, Status: &status}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct{ session, note string }{{session, filler + person}, {"session-of-bob", "fine"}} {
		if _, err := s.SetVerdict(ctx, Episode{Session: v.session, Pattern: "rage_tap", Start: time.Second}, Verdict{Verdict: Intended, Note: v.note}, "eve"); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Forget(ctx, []string{session}, func(text string) string { return strings.ReplaceAll(text, person, "[forgotten]") })
	if want := (Forgotten{Verdicts: 1, Entries: 1, Texts: 2}); got != want || err != nil {
		t.Errorf("forgot %+v, %v; want %+v", got, err, want)
	}
	r, err := s.Get(ctx, "issue-1")
	if err != nil || r.Note != `seen with [forgotten], "twice"` || r.Status != Confirmed || r.Rev != first.Rev {
		t.Errorf("the issue's review is %+v, %v", r, err)
	}
	history, err := s.History(ctx, "issue-1")
	if err != nil || len(history) != 1 || history[0].Note != r.Note {
		t.Errorf("its history is %+v, %v", history, err)
	}
	verdicts, err := s.Verdicts(ctx)
	if err != nil || len(verdicts) != 1 || verdicts[0].Session != "session-of-bob" {
		t.Errorf("verdicts %+v, %v; want that on the other session", verdicts, err)
	}
	texts := 0
	free, err := s.Texts(ctx, func(place, text string) {
		if texts++; strings.Contains(text, person) || strings.Contains(text, session) {
			t.Errorf("%s still holds %q", place, text)
		}
	})
	if err != nil || free != 0 || texts == 0 {
		t.Errorf("%d texts, %d free pages, %v; want some texts and no free page", texts, free, err)
	}
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(person)) || bytes.Contains(data, []byte(session)) {
			t.Errorf("the bytes of %s still hold the person", filepath.Base(path+suffix))
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
