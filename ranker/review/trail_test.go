package review

import (
	"context"
	"path/filepath"
	"testing"
)

func TestTrail(t *testing.T) {
	ctx := context.Background()
	s := open1(t, filepath.Join(t.TempDir(), "review.db"))
	for rev, by := range []string{"ann", "", "bob"} {
		if _, err := s.Set(ctx, "k", Change{Note: ptr(by + "!"), By: by}, int64(rev)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.SetMark(ctx, Control{Screen: "/", Key: "plus"}, Mark{Mark: RepeatUse}, "cay"); err != nil {
		t.Fatal(err)
	}
	var seen []string
	for before := int64(0); ; {
		page, err := s.Trail(ctx, before, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, d := range page {
			seen = append(seen, d.By+" "+d.Kind)
			if len(d.State) == 0 || d.At.IsZero() || before != 0 && d.ID >= before {
				t.Errorf("deed %+v", d)
			}
		}
		before = page[len(page)-1].ID
	}
	want := []string{"cay control", "bob issue", localActor + " issue", "ann issue"}
	if len(seen) != len(want) {
		t.Fatalf("trail %q", seen)
	}
	for i := range want {
		if seen[i] != want[i] {
			t.Errorf("deed %d by %q, want %q", i, seen[i], want[i])
		}
	}
}
