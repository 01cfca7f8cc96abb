// Audit asks whether known weaknesses are in the program: govulncheck about the built binary, npm about what the viewer is
// made of. The policy:
//
//   - fails: a weakness in Go code that is in the binary; one of severity high or critical in the viewer's own packages;
//   - is listed: any other, and those of packages that only build or test the viewer;
//   - .ci/audit.txt excepts weaknesses by their id until a day, with a reason; an exception whose day is over fails.
//
// A database that cannot be reached says nothing: the audit says so and passes, unless AUDIT_REQUIRED is set.
//
// Usage: go run ./.ci/audit BINARY   (from the module's root)
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// finding is one known weakness.
type finding struct {
	id, what string
	fails    bool // unless it is excepted
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./.ci/audit BINARY")
		os.Exit(2)
	}
	text, err := os.ReadFile(".ci/audit.txt")
	if err != nil {
		fmt.Fprintln(os.Stderr, "audit:", err)
		os.Exit(2)
	}
	excepted, err := exceptions(string(text))
	if err != nil {
		fmt.Fprintln(os.Stderr, "audit: .ci/audit.txt:", err)
		os.Exit(2)
	}
	var all []finding
	unasked := 0
	for _, source := range []struct {
		name string
		ask  func() ([]finding, error)
	}{
		{"Go", func() ([]finding, error) { return askGo(os.Args[1]) }},
		{"npm", askNPM},
	} {
		found, err := source.ask()
		if err != nil {
			unasked++
			fmt.Printf("audit: COULD NOT ASK about %s, so nothing is known: %v\n", source.name, err)
			continue
		}
		fmt.Printf("audit: asked about %s: %d known weaknesses\n", source.name, len(found))
		all = append(all, found...)
	}
	failed := judge(os.Stdout, all, excepted, time.Now())
	if unasked > 0 && os.Getenv("AUDIT_REQUIRED") != "" {
		fmt.Println("audit: AUDIT_REQUIRED is set, so not being able to ask is a failure")
		failed = true
	}
	if failed {
		os.Exit(1)
	}
}

// exception lets a weakness be until a day.
type exception struct {
	until  time.Time
	reason string
}

// exceptions reads lines "ID YYYY-MM-DD reason"; # begins a comment.
func exceptions(text string) (map[string]exception, error) {
	out := map[string]exception{}
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.SplitN(line, " ", 3)
		if len(fields) < 3 || strings.TrimSpace(fields[2]) == "" {
			return nil, fmt.Errorf("line %d: write an id, a day and a reason", n+1)
		}
		until, err := time.Parse(time.DateOnly, fields[1])
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		out[fields[0]] = exception{until, fields[2]}
	}
	return out, nil
}

// judge lists what was found and reports whether it fails.
func judge(w io.Writer, found []finding, excepted map[string]exception, now time.Time) bool {
	failed := false
	for _, f := range found {
		e, ok := excepted[f.id]
		switch {
		case !f.fails:
			fmt.Fprintf(w, "  listed   %s %s\n", f.id, f.what)
		case ok && now.Before(e.until.AddDate(0, 0, 1)):
			fmt.Fprintf(w, "  excepted %s %s (until %s: %s)\n", f.id, f.what, e.until.Format(time.DateOnly), e.reason)
		case ok:
			failed = true
			fmt.Fprintf(w, "  FAILS    %s %s (its exception ended on %s)\n", f.id, f.what, e.until.Format(time.DateOnly))
		default:
			failed = true
			fmt.Fprintf(w, "  FAILS    %s %s\n", f.id, f.what)
		}
	}
	return failed
}

// askGo asks the Go vulnerability database about a binary.
func askGo(binary string) ([]finding, error) {
	out, err := output("go", "tool", "-modfile=.ci/tools/go.mod", "govulncheck", "-format", "json", "-mode", "binary", binary)
	if err != nil {
		return nil, err
	}
	return goFindings(out)
}

// goFindings reads a stream of govulncheck's messages. A finding whose trace names a function is in the binary; others are of
// a module that is used in other parts only.
func goFindings(stream []byte) ([]finding, error) {
	var out []finding
	dec := json.NewDecoder(bytes.NewReader(stream))
	for {
		var m struct {
			Finding *struct {
				OSV   string `json:"osv"`
				Fixed string `json:"fixed_version"`
				Trace []struct {
					Module, Version, Function string
				} `json:"trace"`
			} `json:"finding"`
		}
		err := dec.Decode(&m)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("govulncheck's answer: %w", err)
		}
		if m.Finding == nil || len(m.Finding.Trace) == 0 {
			continue
		}
		t := m.Finding.Trace[0]
		f := finding{id: m.Finding.OSV, what: fmt.Sprintf("%s %s, fixed in %s", t.Module, t.Version, m.Finding.Fixed), fails: t.Function != ""}
		if i := slices.IndexFunc(out, func(o finding) bool { return o.id == f.id }); i >= 0 {
			out[i].fails = out[i].fails || f.fails
			continue
		}
		out = append(out, f)
	}
	return out, nil
}

// askNPM asks npm about the viewer.
func askNPM() ([]finding, error) {
	var out []finding
	for _, args := range [][]string{{"--omit=dev"}, nil} {
		// npm ends with an error where it finds something; what it says decides.
		answer, err := output("npm", append([]string{"--prefix", "web", "audit", "--json"}, args...)...)
		found, perr := npmFindings(answer, len(args) > 0)
		if perr != nil {
			return nil, errors.Join(perr, err)
		}
		for _, f := range found {
			if !slices.ContainsFunc(out, func(o finding) bool { return o.id == f.id }) {
				out = append(out, f)
			}
		}
	}
	return out, nil
}

// npmFindings reads npm's answer, about the packages that are part of the viewer (shipped) or about all.
func npmFindings(answer []byte, shipped bool) ([]finding, error) {
	var report struct {
		Error           json.RawMessage
		Message         string
		Vulnerabilities map[string]struct {
			Severity string
			Range    string
		}
		Metadata *struct{}
	}
	if err := json.Unmarshal(answer, &report); err != nil {
		return nil, fmt.Errorf("npm's answer is no report: %w", err)
	}
	if report.Metadata == nil {
		return nil, fmt.Errorf("npm has no report: %s", report.Message)
	}
	var out []finding
	for name, v := range report.Vulnerabilities {
		out = append(out, finding{id: "npm:" + name, what: fmt.Sprintf("%s (%s)", v.Range, v.Severity), fails: shipped && (v.Severity == "high" || v.Severity == "critical")})
	}
	slices.SortFunc(out, func(a, b finding) int { return strings.Compare(a.id, b.id) })
	return out, nil
}

// output runs a program and returns what it printed. The error holds the last line of what it complained about.
func output(name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(errs.String()), "\n")
		err = fmt.Errorf("%s: %w: %s", name, err, lines[len(lines)-1])
	}
	return out.Bytes(), err
}
