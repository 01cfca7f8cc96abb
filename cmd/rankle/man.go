package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manCommand writes the manual pages from what --help says, for releases and packages. The pages of cobra's own writer were
// compared: it reads help texts as Markdown, which moves indented lines, lists no commands, and would put two more modules into
// the program, one of them without a release since 2020.
func manCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write a manual page for each command into a directory",
		Long:   "Writes rankle.1, rankle-analyze.1 and so on, which hold what --help says.",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return fmt.Errorf("manual pages: %w", err)
			}
			root := cmd.Root()
			for _, c := range append([]*cobra.Command{root}, root.Commands()...) {
				if c.Hidden || c.IsAdditionalHelpTopicCommand() {
					continue
				}
				var page strings.Builder
				manPage(&page, c)
				name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
				if err := os.WriteFile(filepath.Join(args[0], name), []byte(page.String()), 0o644); err != nil {
					return fmt.Errorf("manual pages: %w", err)
				}
				fmt.Fprintln(a.out, name)
			}
			return nil
		},
	}
}

// manPage writes the page of one command in the man macros that every system reads.
func manPage(w io.Writer, c *cobra.Command) {
	name := strings.ReplaceAll(c.CommandPath(), " ", "-")
	fmt.Fprintf(w, ".TH %s 1\n", strings.ToUpper(name))
	fmt.Fprintf(w, ".SH NAME\n%s \\- %s\n", name, roff(c.Short))
	fmt.Fprintf(w, ".SH SYNOPSIS\n.B %s\n", roff(c.UseLine()))
	text := c.Long
	if text == "" {
		text = c.Short
	}
	fmt.Fprint(w, ".SH DESCRIPTION\n")
	paragraphs(w, text)
	if c.HasAvailableSubCommands() {
		fmt.Fprint(w, ".SH COMMANDS\n")
		for _, s := range c.Commands() {
			if s.IsAvailableCommand() {
				fmt.Fprintf(w, ".TP\n.B %s\n%s\n", roff(s.Name()), roff(s.Short))
			}
		}
	}
	manFlags(w, "OPTIONS", c.NonInheritedFlags())
	manFlags(w, "OPTIONS OF ALL COMMANDS", c.InheritedFlags())
	if c.Example != "" {
		fmt.Fprintf(w, ".SH EXAMPLES\n.nf\n%s\n.fi\n", roff(c.Example))
	}
	if c.HasParent() {
		fmt.Fprintf(w, ".SH SEE ALSO\n.BR %s (1)\n", c.Root().Name())
	}
}

// paragraphs writes text; lines that are indented stay as they are.
func paragraphs(w io.Writer, text string) {
	verbatim := false
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		line := lines.Text()
		if indented := strings.HasPrefix(line, "  "); indented != verbatim && line != "" {
			verbatim = indented
			fmt.Fprintln(w, map[bool]string{true: ".nf", false: ".fi"}[verbatim])
		}
		if line == "" {
			line = ".PP"
		} else {
			line = roff(line)
		}
		fmt.Fprintln(w, line)
	}
	if verbatim {
		fmt.Fprintln(w, ".fi")
	}
}

func manFlags(w io.Writer, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	fmt.Fprintf(w, ".SH %s\n", title)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		kind, usage := pflag.UnquoteUsage(f)
		head := "--" + f.Name
		if f.Shorthand != "" {
			head = "-" + f.Shorthand + ", " + head
		}
		if kind != "" {
			head += " " + kind
		}
		if value := f.DefValue; value != "" && value != "false" && value != "0" && value != "0s" && value != "[]" {
			usage += fmt.Sprintf(" (default %s)", value)
		}
		fmt.Fprintf(w, ".TP\n.B %s\n%s\n", roff(head), roff(usage))
	})
}

// roff escapes what the formatter would obey: backslashes, hyphens that are to stay hyphens, and controls at the start of a line.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
