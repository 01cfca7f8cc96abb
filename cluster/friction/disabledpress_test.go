package friction

import (
	"testing"

	"github.com/rankle/rankle/replay"
)

// TestBeside: one press through a switched-off control onto what holds it is as likely one on the empty place around it; two are
// meant.
func TestBeside(t *testing.T) {
	for _, x := range []struct {
		story   string
		through bool // the presses meet what holds the control
		want    Verdict
	}{
		{"button save \"Save\" disabled\n0 open /form\n3 tap save\n5 route /start\n30 end", false, Friction},
		{"button save \"Save\" disabled\n0 open /form\n3 tap save\n5 route /start\n30 end", true, Dismissed},
		{"button save \"Save\" disabled\n0 open /form\n3 tap save\n5 tap save\n30 end", true, Friction},
	} {
		st, err := parseStory(x.story)
		if err != nil {
			t.Fatal(err)
		}
		for i := range st.s.Events {
			if e := &st.s.Events[i]; x.through && e.Target >= 0 && e.Kind != replay.Navigate {
				e.Node = st.s.Nodes[e.Node].Parent
			}
		}
		var got []Verdict
		for _, e := range Detect(st.s, DefaultSettings()).Episodes {
			if e.Pattern == DisabledPress {
				got = append(got, e.Verdict)
			}
		}
		if len(got) != 1 || got[0] != x.want {
			t.Errorf("%q, through %v: %v, want %v", x.story, x.through, got, x.want)
		}
	}
}
