package main

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/ranker/review"
)

// markName is a short name of a marked control, for the command line.
func markName(c review.Control) string { return shortHash(c.Screen, c.Key) }

// printAuditReport prints the report as a table for people.
func printAuditReport(out io.Writer, r api.AuditReport) error {
	var b strings.Builder
	judged := r.All.Kept.Judged + r.All.Kept.Unclear + r.All.Dismissed.Judged + r.All.Dismissed.Unclear
	if r.Episodes == 0 {
		fmt.Fprintf(&b, "The last analysis found no episode in %s: there is nothing to judge.\n", plural(r.Sessions, "session"))
		return flushText(out, &b)
	}
	fmt.Fprintf(&b, "What people said of %d of %s in %s, %s to %s.\n", judged, plural(r.Episodes, "episode"), plural(r.Sessions, "session"),
		r.From.Format(time.DateOnly), r.To.Format(time.DateOnly))
	if judged == 0 {
		fmt.Fprintln(&b, "Nobody has judged any of them yet: \"rankle audit\" asks you about a sample.")
	} else {
		fmt.Fprintf(&b, "\n%-17s %6s %6s  %-22s %9s %6s  %-22s %7s\n", "", "kept", "judged", "were trouble (95 %)", "dismissed", "judged", "trouble after all", "unclear")
		for _, m := range append(r.Patterns, r.All) {
			name := m.Pattern
			if name == "" {
				name = "all"
			}
			fmt.Fprintf(&b, "%-17s %6d %6d  %-22s %9d %6d  %-22s %7d\n", name, m.Kept.Of, m.Kept.Judged, rateText(m.Kept),
				m.Dismissed.Of, m.Dismissed.Judged, rateText(m.Dismissed), m.Kept.Unclear+m.Dismissed.Unclear)
		}
		fmt.Fprintln(&b, "\nShares are weighted to stand for all episodes of the row.")
		if strings.Contains(b.String(), " *") {
			fmt.Fprintln(&b, "* Only for the ranges of confidence that were judged; in others nobody was asked yet.")
		}
	}
	if len(r.Marks) > 0 {
		fmt.Fprintln(&b, "\nControls that are meant to be pressed many times (take back: rankle audit --unmark NAME):")
	}
	for _, m := range r.Marks {
		fmt.Fprintf(&b, "  %s  %s on %s\n", markName(review.Control{Screen: m.Screen, Key: m.Control}), m.Name, m.Screen)
	}
	if r.Pending {
		fmt.Fprintln(&b, "\nThe report does not obey all of these verdicts yet: run \"rankle analyze\" again, which reads nothing twice.")
	}
	return flushText(out, &b)
}

func rateText(r api.AuditRate) string {
	if r.Share == nil || r.Low == nil || r.High == nil {
		return "-"
	}
	star := ""
	if r.Uncovered > 0 {
		star = " *"
	}
	return fmt.Sprintf("%.0f %% (%.0f to %.0f)%s", 100**r.Share, 100**r.Low, 100**r.High, star)
}

// shortHash names texts by eight letters and digits: marks are few.
func shortHash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:8]
}
