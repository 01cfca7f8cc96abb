package eval_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
)

// The README shows the score of the apps that nobody looked into. It lies between these lines, so that it says what the
// golden table says.
const (
	readmeFile  = "../../../README.md"
	readmeBegin = "<!-- written by make eval -->\n"
	readmeEnd   = "<!-- end of what make eval wrote -->\n"
)

// withSummary returns the README with the score of p.
func withSummary(readme []byte, p *part) ([]byte, error) {
	before, rest, begun := bytes.Cut(readme, []byte(readmeBegin))
	_, after, ended := bytes.Cut(rest, []byte(readmeEnd))
	if !begun || !ended {
		return nil, fmt.Errorf("%s: the score belongs between the lines %q and %q", readmeFile, readmeBegin, readmeEnd)
	}
	return bytes.Join([][]byte{before, []byte(readmeBegin), []byte(p.summary()), []byte(readmeEnd), after}, nil), nil
}

// summary tells the score for people who have not read how it is counted.
func (p *part) summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %d recordings nobody looked into | planted | found | reported | right |\n|---|---|---|---|---|\n", p.sessions)
	for _, x := range order {
		if c := p.of(rankle, x); x != either && *c != (tally{}) {
			fmt.Fprintf(&b, "| %s | %d | %s | %d | %s |\n", strings.ReplaceAll(string(x), "_", " "), c.labelled, percent(c.hit, c.labelled), c.right+c.wrong, percent(c.right, c.right+c.wrong))
		}
	}
	hit := 0
	for _, n := range p.alarms {
		hit += n
	}
	fmt.Fprintf(&b, "\nOf %d groups of presses that were meant as they were (%d presses), %d are reported as something wrong: %.1f per 1,000\npresses (95 %%: up to %.1f). Rage and dead taps together, beside the rules of other systems:\n\n",
		p.groups["benign"], p.taps, hit, perThousand(hit, p.taps), 1000*atMost(hit, p.taps))
	fmt.Fprintf(&b, "| | found | right | harmless groups reported per 1,000 presses |\n|---|---|---|---|\n")
	row := func(system string) {
		c := p.of(system, either)
		fmt.Fprintf(&b, "| %s | %s | %s | %.1f |\n", system, percent(c.hit, c.labelled), percent(c.right, c.right+c.wrong), perThousand(p.falls[system], p.taps))
	}
	row(rankle)
	for _, x := range peers {
		row(x.name)
	}
	return b.String()
}

func percent(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f %%", 100*float64(n)/float64(of))
}

// atMost is the upper end of the 95 % interval of n out of all (Wilson 1927): the share that n may well stand for.
func atMost(n, all int) float64 {
	const z = 1.96
	p, m := float64(n)/float64(all), float64(all)
	return (p + z*z/(2*m) + z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))) / (1 + z*z/m)
}
