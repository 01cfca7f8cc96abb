package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Exit codes, documented in the README.
const (
	exitOK      = 0
	exitFailure = 1 // nothing readable, or the command could not be carried out
	exitUsage   = 2 // wrong usage
)

// streams are where a command reads and writes: results go to out, logs and progress to err.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// app is what the commands share.
type app struct {
	streams
	log     *slog.Logger
	logging logFlags
	userKey string // file with the key of users' names, "" = that of the data directory
	// lookupEnv reads the environment.
	lookupEnv func(string) (string, bool)
}

// commands is the table of everything rankle can do.
var commands = []func(*app) *cobra.Command{
	demoCommand,
	analyzeCommand,
	joinCommand,
	serveCommand,
	reportCommand,
	signalsCommand,
	fixedCommand,
	detectCommand,
	auditCommand,
	doctorCommand,
	tokenCommand,
	forgetCommand,
	backupCommand,
	versionCommand,
	manCommand,
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, s streams, lookupEnv func(string) (string, bool)) int {
	s.out = &visible{w: s.out}
	root := newRoot(&app{streams: s, lookupEnv: lookupEnv})
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	return exitCode(s.err, cmd, err)
}

// newRoot builds the tree of commands.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "rankle",
		Short:         "What to fix first, from the session recordings you already keep",
		SilenceErrors: true,
		SilenceUsage:  true,
		Long: `Rankle reads session recordings from a directory or an S3 bucket, finds where people struggle, estimates what each
problem costs in conversions and returning users, and serves a ranked fix list with clips.

Start with "rankle demo", then:

  rankle analyze s3://bucket/prefix    read what is new, rank everything
  rankle serve                         look at the list and its clips
  rankle report                        the same list as text
  rankle doctor                        what is wrong, when something is

Every flag can also be given as an environment variable: --data is RANKLE_DATA. Exit code 0 is success, 1 that it could
not be done or nothing could be read, 2 wrong usage.`,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := flagsFromEnv(cmd.Flags(), a.lookupEnv); err != nil {
				return usageError{err}
			}
			var err error
			a.log, err = a.logging.open(a.err)
			return err
		},
	}
	a.logging.add(root)
	root.PersistentFlags().StringVar(&a.userKey, "user-key", "", "`file` with the key that makes users' names out of their ids (default: users.key in the data directory, made on first use)")
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{flagError(err)} })
	for _, c := range commands {
		cmd := c(a)
		if check := cmd.Args; check != nil {
			cmd.Args = func(cmd *cobra.Command, args []string) error {
				if check(cmd, args) != nil {
					return usagef("%s given: it is called as %q", plural(len(args), "argument"), cmd.UseLine())
				}
				return nil
			}
		}
		root.AddCommand(cmd)
	}
	return root
}

// exitCode tells the user what went wrong in a command, once, and picks the exit code.
func exitCode(w io.Writer, cmd *cobra.Command, err error) int {
	if err == nil {
		return exitOK
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(w, "rankle: interrupted: what was read is kept, and the next run goes on from there")
		return exitFailure
	}
	complain(w, err)
	hint, code := hintFor(err), exitFailure
	var usage usageError
	if errors.As(err, &usage) || strings.HasPrefix(err.Error(), "unknown command") {
		hint = cmp.Or(hint, fmt.Sprintf("%q explains how it is called", cmd.CommandPath()+" --help"))
		code = exitUsage
	}
	if hint != "" {
		fmt.Fprintf(w, "  %s\n", hint)
	}
	return code
}

// complain writes an error; its further lines are indented below the first.
func complain(w io.Writer, err error) {
	text := strings.TrimRight(err.Error(), " \n")
	fmt.Fprintf(w, "rankle: %s\n", strings.ReplaceAll(printable(text), "\n", "\n  "))
}

// printable replaces control characters but line ends: names of objects are text that strangers wrote, and a terminal
// would obey it.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// wantedValues says in words what flags of a type take.
var wantedValues = map[string]string{
	"bool":     "true or false",
	"duration": "a duration such as 90s or 1h",
	"int":      "a whole number",
	"uint":     "a whole number from 0 on",
}

// flagError says of a wrong value what a right one is.
func flagError(err error) error {
	var wrong *pflag.InvalidValueError
	if !errors.As(err, &wrong) {
		return err
	}
	flag := wrong.GetFlag()
	if wanted := wantedValues[flag.Value.Type()]; wanted != "" {
		return fmt.Errorf("--%s %q: must be %s", flag.Name, wrong.GetValue(), wanted)
	}
	return err
}

// flagsFromEnv gives every flag that was not set on the command line the value of RANKLE_<FLAG>.
func flagsFromEnv(flags *pflag.FlagSet, lookup func(string) (string, bool)) error {
	var errs []error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "RANKLE_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if v, ok := lookup(name); ok && !f.Changed {
			if err := flags.Set(f.Name, v); err != nil {
				errs = append(errs, fmt.Errorf("%s from the environment: %w", name, flagError(err)))
			}
		}
	})
	return errors.Join(errs...)
}
