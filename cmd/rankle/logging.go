package main

import (
	"io"
	"log/slog"

	"github.com/spf13/cobra"
)

// logFlags say what is logged to standard error, and how.
type logFlags struct {
	format, level string
	verbose       bool
}

func (f *logFlags) add(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.StringVar(&f.format, "log-format", "text", "how logs are written to standard error: text or json, a line each")
	flags.StringVar(&f.level, "log-level", "warn", "least level that is logged: debug, info, warn or error")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "log what is done, as --log-level debug")
}

func (f *logFlags) open(w io.Writer) (*slog.Logger, error) {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level, ok := levels[f.level]
	if !ok {
		return nil, usagef("--log-level %q: must be debug, info, warn or error", f.level)
	}
	if f.verbose {
		level = slog.LevelDebug
	}
	opt := &slog.HandlerOptions{Level: level}
	switch f.format {
	case "text":
		return slog.New(slog.NewTextHandler(w, opt)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, opt)), nil
	}
	return nil, usagef("--log-format %q: must be text or json", f.format)
}
