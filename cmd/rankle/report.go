package main

import (
	"bufio"

	"github.com/spf13/cobra"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/cluster/ledger"
)

func reportCommand(a *app) *cobra.Command {
	var data, format string
	var whatIf whatIfFlags
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Print the ranked report of the last analysis, or what it would be",
		Long: `Prints the report of the last analysis as JSON (docs/format/report.md) or as Markdown for a planning document.

--weight, --goal, --segment, --from and --to ask what the list would be: it is ranked again from what the analysis kept,
no recording is read, and nothing is stored.`,
		Example: `  rankle report > fix-list.md
  rankle report --format json | jq '.issues[0]'
  rankle report --segment device=mobile --from 2026-10-05
  rankle report --goal signup=screen:/welcome --weight return=0.2`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "json" && format != "md" {
				return usagef("--format %q: must be json or md", format)
			}
			result, err := a.loadResult(data)
			if err != nil {
				return err
			}
			report, err := whatIf.ask(cmd.Context(), result, data)
			if err != nil {
				return err
			}
			if format == "md" {
				return api.Markdown(a.out, report)
			}
			return api.WriteDocument(a.out, report)
		},
	}
	cmd.Flags().StringVar(&data, "data", "rankle-data", "data directory of the analysis")
	cmd.Flags().StringVar(&format, "format", "md", "md (Markdown) or json")
	whatIf.add(cmd)
	return cmd
}

func signalsCommand(a *app) *cobra.Command {
	var data, format string
	cmd := &cobra.Command{
		Use:   "signals",
		Short: "Print every episode of the last analysis, kept or dismissed, with its issue",
		Long: `Prints one JSON line per episode of the recordings that the last report rests on, in the shape of "rankle detect" and with
the key of its issue, see docs/format/detect.md.`,
		Example: `  rankle signals --data rankle-data | jq 'select(.verdict == "friction")'`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "ndjson" {
				return usagef("--format %q: must be ndjson", format)
			}
			result, err := a.loadResult(data)
			if err != nil {
				return err
			}
			led, err := ledger.Open(data, ledger.Options{ReadOnly: true})
			if err != nil {
				return err
			}
			defer led.Close()
			evidence, err := result.Evidence(cmd.Context(), led, data)
			if err != nil {
				return err
			}
			names := api.Naming{Screen: evidence.Clusters.Screen, Issue: evidence.Clusters.IssueKey}
			out := bufio.NewWriter(a.out)
			for d, err := range evidence.Digests(cmd.Context()) {
				if err != nil {
					return err
				}
				if err := api.WriteEpisodes(out, d, names); err != nil {
					return err
				}
			}
			return out.Flush()
		},
	}
	cmd.Flags().StringVar(&data, "data", "rankle-data", "directory of the analysis")
	cmd.Flags().StringVar(&format, "format", "ndjson", "only ndjson: one JSON object a line")
	return cmd
}
