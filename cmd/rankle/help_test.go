package main

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// rootForTest is the program's tree of commands.
func rootForTest() *cobra.Command {
	a := &app{streams: streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard}, log: slog.New(slog.DiscardHandler)}
	return newRoot(a)
}

// ours are the commands that are not the library's.
func ours(root *cobra.Command) []*cobra.Command {
	var all []*cobra.Command
	for _, c := range root.Commands() {
		if c.Name() != "completion" && c.Name() != "help" {
			all = append(all, c)
		}
	}
	return all
}

func TestEveryCommandTeaches(t *testing.T) {
	found := ours(rootForTest())
	if len(found) != len(commands) {
		t.Fatalf("%d commands, want %d", len(found), len(commands))
	}
	for _, c := range found {
		if c.Short == "" || strings.HasSuffix(c.Short, ".") || len(c.Short) > 80 {
			t.Errorf("%s: short text %q", c.Name(), c.Short)
		}
		if len(c.Long) < len(c.Short) {
			t.Errorf("%s says no more than its one line", c.Name())
		}
		if !c.Hidden && !strings.Contains(c.Example, "rankle "+c.Name()) {
			t.Errorf("%s has no example of itself: %q", c.Name(), c.Example)
		}
	}
}

// meansNothing is how the text of a flag says what its zero means.
var meansNothing = regexp.MustCompile(`\b0 = |0 picks|from 1`)

func TestEveryFlagSaysWhatItTakes(t *testing.T) {
	root := rootForTest()
	seen := 0
	check := func(where string, f *pflag.Flag) {
		seen++
		if f.Usage == "" || strings.HasSuffix(f.Usage, ".") || f.Usage[0] >= 'A' && f.Usage[0] <= 'Z' && f.Usage[1] >= 'a' && f.Usage[1] <= 'z' {
			t.Errorf("%s --%s: %q is no description in the style of the others", where, f.Name, f.Usage)
		}
		switch f.Value.Type() {
		case "int", "int64", "uint", "uint64", "float64", "duration":
			if (f.DefValue == "0" || f.DefValue == "0s") && !meansNothing.MatchString(f.Usage) {
				t.Errorf("%s --%s: %q does not say what the default 0 means", where, f.Name, f.Usage)
			}
		}
	}
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) { check("rankle", f) })
	for _, c := range ours(root) {
		c.Flags().VisitAll(func(f *pflag.Flag) { check(c.Name(), f) })
	}
	if seen < 20 {
		t.Errorf("only %d flags were looked at", seen)
	}
}

// What the examples and the installed files call must be something that this program takes.
func TestExamplesAndUnitsCanBeParsed(t *testing.T) {
	var lines []string
	for _, c := range ours(rootForTest()) {
		lines = append(lines, strings.Split(c.Example, "\n")...)
	}
	unit, err := os.ReadFile("../../deploy/systemd/rankle.service")
	if err != nil {
		t.Fatal(err)
	}
	container, err := os.ReadFile("../../deploy/container/Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	start := regexp.MustCompile(`(?m)^ExecStart=/usr/local/bin/(.*)$`).FindSubmatch(unit)
	cmd := regexp.MustCompile(`(?m)^CMD \[(.*)\]$`).FindSubmatch(container)
	if start == nil || cmd == nil {
		t.Fatal("the unit or the container file starts nothing")
	}
	lines = append(lines, string(start[1]), "rankle "+strings.NewReplacer(`"`, "", ",", "").Replace(string(cmd[1])))
	parsed := 0
	for _, line := range lines {
		for part := range strings.SplitSeq(line, "&&") {
			words := strings.Fields(part)
			for len(words) > 0 && strings.Contains(words[0], "=") {
				words = words[1:] // the environment of one command
			}
			if len(words) == 0 || words[0] != "rankle" {
				continue
			}
			for i, w := range words {
				if w == "|" || w == ">" || strings.HasPrefix(w, "#") || w == "on" && i > 4 {
					words = words[:i]
					break
				}
			}
			found, args, err := rootForTest().Find(words[1:])
			if err == nil {
				err = found.ParseFlags(args)
			}
			if err != nil {
				t.Errorf("%q: %v", strings.TrimSpace(part), err)
			}
			parsed++
		}
	}
	if parsed < len(commands) {
		t.Errorf("%d command lines were parsed", parsed)
	}
}

func TestSystemdTakesTheUnit(t *testing.T) {
	verify, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed")
	}
	unit, err := os.ReadFile("../../deploy/systemd/rankle.service")
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "rankle.service")
	if err := os.WriteFile(path, bytes.ReplaceAll(unit, []byte("/usr/local/bin/rankle"), []byte(self)), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(verify, "verify", path).CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}

func TestManualPages(t *testing.T) {
	dir := t.TempDir()
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"man", dir}, streams{in: strings.NewReader(""), out: &out, err: &errs}, func(string) (string, bool) { return "", false })
	if code != exitOK {
		t.Fatalf("exit code %d: %s", code, &errs)
	}
	for _, c := range ours(rootForTest()) {
		page, err := os.ReadFile(filepath.Join(dir, "rankle-"+c.Name()+".1"))
		if c.Hidden {
			continue
		}
		if err != nil {
			t.Error(err)
			continue
		}
		for _, want := range []string{".TH RANKLE\\-" + strings.ToUpper(c.Name()), ".SH NAME", ".SH DESCRIPTION", ".SH EXAMPLES", `\-\-log\-level`} {
			if !strings.Contains(strings.ReplaceAll(string(page), ".TH RANKLE-", ".TH RANKLE\\-"), want) {
				t.Errorf("the page of %s has no %s", c.Name(), want)
			}
		}
	}
	if got, want := roff(".x -y \\z\n'q"), "\\&.x \\-y \\ez\n\\&'q"; got != want {
		t.Errorf("roff: %q, want %q", got, want)
	}
}

func TestCompletionIsOffered(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"completion", shell}, streams{in: strings.NewReader(""), out: &out, err: &errs}, func(string) (string, bool) { return "", false })
		if code != exitOK || !strings.Contains(out.String(), "rankle") {
			t.Errorf("%s: exit code %d, %d bytes: %s", shell, code, out.Len(), &errs)
		}
	}
}
