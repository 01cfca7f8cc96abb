package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version and what it was built from",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			info, ok := debug.ReadBuildInfo()
			if !ok {
				fmt.Fprintln(a.out, "rankle (no build information)")
				return nil
			}
			fmt.Fprintf(a.out, "rankle %s %s\n", info.Main.Version, info.GoVersion)
			for _, s := range info.Settings {
				if s.Key == "vcs.revision" || s.Key == "vcs.time" {
					fmt.Fprintf(a.out, "%s %s\n", s.Key, s.Value)
				}
			}
			return nil
		},
	}
}
