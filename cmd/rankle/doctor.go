package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rankle/rankle/ranker/pipeline"
)

// How a check ended.
const (
	checkOK      = "ok"
	checkWarning = "warning" // works, and may not for long
	checkProblem = "problem" // does not work
)

// finding is one line of rankle doctor.
type finding struct {
	Check  string `json:"check"`  // what was looked at
	State  string `json:"state"`  // checkOK, checkWarning or checkProblem
	Found  string `json:"found"`  // what was found
	Advice string `json:"advice"` // what to do; "" where there is nothing to do
}

// doctor looks at everything that an analysis and a server need. It changes nothing but a file that it writes into the data
// directory and removes again.
type doctor struct {
	*app
	state stateFlags
	addr  string
	door  door
	all   bool // read the whole ledger
	free  func(dir string) (uint64, error)

	findings []finding
}

// errSick ends a doctor's visit with exit code 1; everything has been said already.
var errSick = errors.New("problems were found")

func doctorCommand(a *app) *cobra.Command {
	d := &doctor{app: a, free: freeBytes}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor [SOURCE...]",
		Short: "Check everything that an analysis and a server need, and say what to do",
		Long: `Checks the analysis file, that each source can be listed and read and what its first recordings are, the clock, the data
directory and what lies in it, the machine's memory and limits, the address of the server and the access file: one line
each, with what to do where something is wrong. It changes nothing, and can run beside an analysis and a server.

Exit code 0 if there is no problem (warnings are none), 1 if there is one, 2 for wrong usage.`,
		Example: `  rankle doctor
  rankle doctor s3://bucket/prefix --config rankle.yaml --data /var/lib/rankle
  rankle doctor --json | jq '.[] | select(.state != "ok")'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			d.visit(cmd.Context(), args)
			if err := d.tell(a.out, asJSON); err != nil {
				return err
			}
			if n := d.count(checkProblem); n > 0 {
				return hinted{errSick, fmt.Sprintf("%s, %s; each line above says what to do", plural(n, "problem"), plural(d.count(checkWarning), "warning"))}
			}
			return nil
		},
	}
	d.state.add(cmd)
	addrFlag(cmd, &d.addr)
	cmd.Flags().StringVar(&d.door.access, "access", "", "access file to check, as for rankle serve")
	cmd.Flags().BoolVar(&d.all, "all", false, "read the whole ledger, not only its newest day (minutes for a million sessions)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array of check, state, found and advice")
	return cmd
}

// visit makes all checks. Those that need what another one did not find are left out.
func (d *doctor) visit(ctx context.Context, urls []string) {
	config, ok := d.checkConfig(urls)
	if ok {
		d.checkSources(ctx, config)
	}
	if d.checkData() {
		d.checkLedger(ctx)
		d.checkReviews(ctx)
	}
	d.checkMachine(config)
	d.checkServer()
}

func (d *doctor) ok(check, format string, args ...any) {
	d.add(finding{Check: check, State: checkOK, Found: fmt.Sprintf(format, args...)})
}

func (d *doctor) add(f finding) {
	f.Found, f.Advice = oneLine(f.Found), oneLine(f.Advice)
	d.findings = append(d.findings, f)
}

// fails adds what is wrong as an error says it, with the error's own advice if there is any.
func (d *doctor) fails(check string, err error, advice string) {
	if hint := hintFor(err); hint != "" {
		advice = hint
	}
	d.add(finding{Check: check, State: checkProblem, Found: err.Error(), Advice: advice})
}

func (d *doctor) warn(check, found, advice string) {
	d.add(finding{Check: check, State: checkWarning, Found: found, Advice: advice})
}

// oneLine makes a text of recorded names and errors fit to be a line of a terminal.
func oneLine(text string) string { return strings.Join(strings.Fields(printable(text)), " ") }

func (d *doctor) count(state string) int {
	n := 0
	for _, f := range d.findings {
		if f.State == state {
			n++
		}
	}
	return n
}

func (d *doctor) tell(w io.Writer, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(d.findings)
	}
	var b strings.Builder
	for _, f := range d.findings {
		fmt.Fprintf(&b, "%-7s  %s: %s", f.State, f.Check, f.Found)
		if f.Advice != "" {
			fmt.Fprintf(&b, ". %s", f.Advice)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// checkConfig reads the analysis file; false if there is nothing to go on with.
func (d *doctor) checkConfig(urls []string) (pipeline.Config, bool) {
	const check = "analysis file"
	config, err := d.state.load()
	if err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			if strings.TrimSpace(line) != "" {
				d.add(finding{Check: check, State: checkProblem, Found: line, Advice: hintFor(err)})
			}
		}
		return config, false
	}
	config, err = config.WithSources(urls)
	if err != nil {
		d.fails(check, err, "")
		return config, false
	}
	if len(config.Sources) == 0 {
		d.warn(check, "no source is named", "Name a directory or s3://bucket/prefix on the command line, or sources in rankle.yaml")
		return config, false
	}
	if len(config.Goals) == 0 {
		d.warn(check, plural(len(config.Sources), "source")+" and no goal: lost conversions cannot be estimated", "Name a goal under goals: (docs/CONFIG.md)")
		return config, true
	}
	d.ok(check, "%s, %s", plural(len(config.Sources), "source"), plural(len(config.Goals), "goal"))
	return config, true
}
