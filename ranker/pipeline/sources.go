package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/replay/source"
	"github.com/rankle/rankle/replay/source/s3"
)

// Opened is a source that is ready to be listed.
type Opened struct {
	Store   source.Store
	Layout  source.Layout
	Dialect format.Dialect // what it is declared to hold
	Index   Index          // of its blocks, for format.PostHogBlocks
}

// options are opt for the recordings of this source.
func (o *Opened) options(opt format.Options) format.Options {
	opt.Dialect = o.Dialect
	return opt
}

// Opener opens sources.
type Opener struct {
	Getenv  func(string) string     // looks up the variables that hold static keys
	Bundled map[string]source.Store // stores that the program brings along, by URL
}

// WithSources returns the configuration with the given places instead of its own. A place takes its settings from the
// entry with the same URL, and all paths become absolute, so that the result means the same from any working directory.
// Without places the configuration's own stay.
func (c Config) WithSources(urls []string) (Config, error) {
	entries := slices.Clone(c.Sources)
	base := c.dir
	if len(urls) > 0 {
		base = ""
		entries = entries[:0]
		for _, u := range urls {
			entries = append(entries, c.source(u))
		}
	}
	for i, e := range entries {
		if e.URL == "" || strings.Contains(e.URL, "://") {
			continue
		}
		path := e.URL
		if !filepath.IsAbs(path) {
			path = filepath.Join(base, path)
		}
		path, err := filepath.Abs(path)
		if err != nil {
			return c, fmt.Errorf("source %s: %w", e.URL, err)
		}
		entries[i].URL = path
	}
	for i, e := range entries {
		if e.Index.Path == "" {
			continue
		}
		path, err := c.beside(e.Index.Path)
		if err != nil {
			return c, fmt.Errorf("source %s: index: %w", e.URL, err)
		}
		entries[i].Index.Path = path
	}
	c.Sources = entries
	c.Manifests = slices.Clone(c.Manifests)
	for i, m := range c.Manifests {
		path, err := c.beside(m.Path)
		if err != nil {
			return c, fmt.Errorf("manifests[%d]: %w", i, err)
		}
		c.Manifests[i].Path = path
		if m.Ids != nil {
			ids := *m.Ids
			if ids.Path, err = c.beside(ids.Path); err != nil {
				return c, fmt.Errorf("manifests[%d]: ids: %w", i, err)
			}
			c.Manifests[i].Ids = &ids
		}
	}
	return c, nil
}

// beside makes a path that the analysis file names absolute; a URL stays as it is.
func (c Config) beside(path string) (string, error) {
	if isRemote(path) {
		return path, nil
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.dir, path)
	}
	return filepath.Abs(path)
}

// Open opens the sources of the configuration. Nothing is contacted yet; a directory must exist. All errors are
// reported at once.
func (o Opener) Open(c Config) ([]Opened, error) {
	entries := c.Sources
	if len(entries) == 0 {
		return nil, errors.New("no source: name a directory or s3://bucket/prefix, or list sources in the analysis file")
	}
	var errs []error
	opened := make([]Opened, 0, len(entries))
	for _, e := range entries {
		src, err := o.open(e)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		opened = append(opened, src)
	}
	return opened, errors.Join(errs...)
}

// source returns the configured entry with that URL, or one with defaults.
func (c Config) source(url string) Source {
	for _, s := range c.Sources {
		if s.URL == url {
			return s
		}
	}
	return Source{URL: url}
}

// open opens one source.
func (o Opener) open(s Source) (Opened, error) {
	store, err := o.store(s)
	if err != nil {
		return Opened{}, err
	}
	if s.Dialect == format.PostHogBlocks {
		store = source.Ranges{Store: store}
	}
	return Opened{Store: store, Layout: s.Layout(), Dialect: s.Dialect, Index: s.Index}, nil
}

func (o Opener) store(s Source) (source.Store, error) {
	if s.URL == "" {
		return nil, errors.New("source \"\" is empty: name a directory, a file or s3://bucket/prefix")
	}
	if store := o.Bundled[s.URL]; store != nil {
		return store, nil
	}
	switch {
	case strings.HasPrefix(s.URL, "s3://"):
		opt, err := s3.ParseURL(s.URL)
		if err != nil {
			return nil, err
		}
		if err := s.apply(&opt, o.Getenv); err != nil {
			return nil, fmt.Errorf("source %s: %w", s.URL, err)
		}
		store, err := s3.New(opt)
		if err != nil {
			return nil, fmt.Errorf("source %s: %w", s.URL, err)
		}
		return store, nil
	case strings.Contains(s.URL, "://"):
		scheme, _, _ := strings.Cut(s.URL, "://")
		return nil, fmt.Errorf("source %s: scheme %q is not supported: use a directory, a file or s3://bucket/prefix", s.URL, scheme)
	}
	dir, err := source.OpenPath(s.URL)
	if err != nil {
		return nil, err
	}
	return dir, nil
}

// apply puts the settings of the analysis file over those of the URL.
func (s Source) apply(opt *s3.Options, getenv func(string) string) error {
	opt.Endpoint = cmp.Or(s.Endpoint, opt.Endpoint)
	opt.Region = cmp.Or(s.Region, opt.Region)
	opt.Insecure = s.Insecure || opt.Insecure
	opt.Style = s3.Style(cmp.Or(s.Style, string(opt.Style)))
	opt.IdleTimeout = cmp.Or(s.Timeout, opt.IdleTimeout)
	keys := &opt.Credentials
	keys.Mode = s3.Mode(cmp.Or(s.Credentials, string(keys.Mode)))
	keys.Profile = cmp.Or(s.Profile, keys.Profile)
	if s.AccessKeyEnv != "" || s.SecretKeyEnv != "" {
		keys.Mode = s3.ModeStatic
		keys.AccessKey, keys.SecretKey = s3.Secret(getenv(s.AccessKeyEnv)), s3.Secret(getenv(s.SecretKeyEnv))
		if keys.AccessKey == "" || keys.SecretKey == "" {
			return fmt.Errorf("environment variables %q and %q must both be set", s.AccessKeyEnv, s.SecretKeyEnv)
		}
	}
	return nil
}

// without hides the data directory from a source around it: what an analysis writes is nothing to read.
func without(store source.Store, dataDir string) source.Store {
	if dataDir == "" {
		return store
	}
	dir, err := filepath.Abs(dataDir)
	if err != nil {
		return store
	}
	inside, err := filepath.Rel(filepath.FromSlash(store.URL()), dir)
	if err != nil || !filepath.IsLocal(inside) || inside == "." {
		return store // elsewhere, or the source is no directory
	}
	return hiding{Store: store, prefix: filepath.ToSlash(inside) + "/"}
}

// hiding is a Store that does not list the keys of one prefix.
type hiding struct {
	source.Store
	prefix string
}

// List implements source.Store.
func (h hiding) List(ctx context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for o, err := range h.Store.List(ctx, prefix) {
			if !strings.HasPrefix(o.Key, h.prefix) && !yield(o, err) {
				return
			}
		}
	}
}
