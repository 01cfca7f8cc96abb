package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// released is the version of a release, which the linker sets (.ci/release); "" in any other build.
var released string

func versionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version and what it was built from",
		Long: `Prints the version, that of the compiler, and the commit that the program was built from with its time, as far as they
are known: what a report of a problem should begin with.`,
		Example: `  rankle version`,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			info, ok := debug.ReadBuildInfo()
			if !ok {
				fmt.Fprintln(a.out, "rankle (no build information)")
				return nil
			}
			fmt.Fprintf(a.out, "rankle %s %s\n", version(), info.GoVersion)
			for _, s := range info.Settings {
				if s.Key == "vcs.revision" || s.Key == "vcs.time" {
					fmt.Fprintf(a.out, "%s %s\n", s.Key, s.Value)
				}
			}
			return nil
		},
	}
}
