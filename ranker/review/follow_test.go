package review

import (
	"path/filepath"
	"testing"
)

func TestFollow(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "review.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	set := func(key, owner string) {
		t.Helper()
		status := Confirmed
		if _, err := s.Set(t.Context(), key, Change{Status: &status, Owner: &owner}, 0); err != nil {
			t.Fatal(err)
		}
	}
	owner := func(key, want string) {
		t.Helper()
		r, err := s.Get(t.Context(), key)
		if err != nil || r.Owner != want {
			t.Errorf("owner of %s is %q (%v), want %q", key, r.Owner, err, want)
		}
	}
	follow := func(want int, aliases map[string]string) {
		t.Helper()
		if n, err := s.Follow(t.Context(), aliases); n != want || err != nil {
			t.Errorf("%v: %d moved (%v), want %d", aliases, n, err, want)
		}
	}
	set("renamed", "ann")
	set("merged 1", "bob")
	set("merged 2", "cyd")
	set("decided old", "dan")
	set("decided new", "eve")
	aliases := map[string]string{"renamed": "now", "merged 1": "both", "merged 2": "both", "decided old": "decided new", "untouched": "new"}
	follow(2, aliases)
	follow(0, aliases) // a second time changes nothing
	owner("now", "ann")
	owner("both", "bob")
	owner("decided new", "eve")
	owner("new", "")
	owner("renamed", "ann")
	history, err := s.History(t.Context(), "now")
	if err != nil || len(history) != 1 || history[0].By != followActor || history[0].Status != Confirmed {
		t.Errorf("history %+v, %v", history, err)
	}
	status := Fixed
	if _, err := s.Set(t.Context(), "now", Change{Status: &status}, 1); err != nil {
		t.Errorf("a review that followed cannot be changed: %v", err)
	}
}
