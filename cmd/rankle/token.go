package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rankle/rankle/api/access"
)

func tokenCommand(a *app) *cobra.Command {
	var role string
	cmd := &cobra.Command{
		Use:   "token NAME",
		Short: "Make an access token for a person or a program",
		Long: `Prints a new access token once, and the entry for the access file of "rankle serve --access". The file holds only a
fingerprint: who reads it cannot come in with it. Take the entry out to withdraw the token; a running server notices.

Roles: a viewer reads everything, a reviewer also decides (reviews, verdicts, marks), an admin also sees who decided what.`,
		Example: `  rankle token "nightly export" --role viewer`,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			name := strings.TrimSpace(args[0])
			if name == "" {
				return usagef("the token needs a name: it stands beside every decision made with it")
			}
			switch access.Role(role) {
			case access.Viewer, access.Reviewer, access.Admin:
			default:
				return usagef("--role %q: a role is viewer, reviewer or admin", role)
			}
			secret, entry := access.NewToken(name, access.Role(role))
			fmt.Fprintf(a.out, "%s\n\nThis is shown only now. Put this below \"tokens:\" in the access file:\n\n  - {name: %q, role: %s, sha256: %s}\n", secret, entry.Name, entry.Role, entry.SHA256)
			return nil
		},
	}
	cmd.Flags().StringVar(&role, "role", string(access.Viewer), "viewer, reviewer or admin")
	return cmd
}
