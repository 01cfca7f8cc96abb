package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"github.com/rankle/rankle/cluster"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/outcome"
	"github.com/rankle/rankle/replay/format"
	"github.com/rankle/rankle/replay/source"
)

// Config is the analysis file (rankle.yaml): everything that changes the result, and where the recordings lie.
// Process settings such as the data directory and the number of workers are flags. docs/CONFIG.md explains every key.
type Config struct {
	Sources   []Source   `yaml:"sources"`
	Manifests []Manifest `yaml:"manifests"`

	Goals     []outcome.Goal   `yaml:"goals"`
	Retention []outcome.Window `yaml:"retention"` // nil: outcome.DefaultRetention
	Primary   string           `yaml:"primary"`   // retention window that ranks; "" = D7
	Weights   Weights          `yaml:"weights"`
	// Attributes are further context fields that are compared as segments and adjusted for, e.g. "country".
	Attributes []string `yaml:"attributes"`

	Detection Detection `yaml:"detection"`
	Limits    Limits    `yaml:"limits"`
	Privacy   Privacy   `yaml:"privacy"`
	Keep      Keep      `yaml:"keep"`

	Screens   []cluster.ScreenRule `yaml:"screens"`
	MinPeople int                  `yaml:"min_people"` // how many must have met a problem; 0 = cluster.DefaultMinPeople

	dir string // of the file, for relative paths
}

// Weights put all outcomes on one scale, see ranker.Weights.
type Weights struct {
	Goals  map[string]float64 `yaml:"goals"`
	Return *float64           `yaml:"return"` // nil: as ranker.DefaultOptions
}

// ranking are the settings of the second loop's second half.
func (c Config) ranking() ranker.Options {
	o := ranker.DefaultOptions()
	o.Weights.Goals = c.Weights.Goals
	if c.Weights.Return != nil {
		o.Weights.Return = *c.Weights.Return
	}
	o.Attributes = c.Attributes
	return o
}

// clusters are the settings of the second loop's first half.
func (c Config) clusters() cluster.Settings {
	return cluster.Settings{Screens: c.Screens, Attributes: c.Attributes, MinPeople: c.MinPeople}
}

// Source is one place with recordings.
type Source struct {
	// URL is a directory, a file or s3://bucket/prefix.
	URL        string   `yaml:"url"`
	KeyPattern string   `yaml:"key_pattern"` // see source.Layout
	Ignore     []string `yaml:"ignore"`
	// Dialect declares what the recordings are, where their bytes cannot say; Index which blocks are whose.
	Dialect  format.Dialect `yaml:"dialect"`
	Index    Index          `yaml:"index"`
	Endpoint string         `yaml:"endpoint"` // host[:port]; "" = Amazon
	Region   string         `yaml:"region"`
	Style    string         `yaml:"style"`    // path, virtual or auto
	Insecure bool           `yaml:"insecure"` // http instead of https
	// Credentials names where the keys come from: env (default), file, iam, anonymous or static. Static keys are read
	// from the environment variables that access_key_env and secret_key_env name, never from this file.
	Credentials  string        `yaml:"credentials"`
	AccessKeyEnv string        `yaml:"access_key_env"`
	SecretKeyEnv string        `yaml:"secret_key_env"`
	Profile      string        `yaml:"profile"` // of the credentials file
	Timeout      time.Duration `yaml:"timeout"` // without a byte; 0 = 30 s
}

// Layout returns how the objects of the source make up recordings.
func (s Source) Layout() source.Layout {
	return source.Layout{KeyPattern: s.KeyPattern, Ignore: s.Ignore}
}

// maxConfigBytes bounds the analysis file: the largest sensible one, with hundreds of screen rules, is below 100 kB.
const maxConfigBytes = 1 << 20

// LoadConfig reads an analysis file. The error names every wrong key and value with its line.
func LoadConfig(path string) (Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return Config{}, fmt.Errorf("read analysis file: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfigBytes+1))
	if err != nil {
		return Config{}, fmt.Errorf("read analysis file %s: %w", path, err)
	}
	if len(data) > maxConfigBytes {
		return Config{}, fmt.Errorf("analysis file %s: larger than %d bytes", path, maxConfigBytes)
	}
	c, err := ParseConfig(data)
	if err != nil {
		return Config{}, fmt.Errorf("analysis file %s: %w", path, err)
	}
	c.dir = filepath.Dir(path)
	return c, nil
}

// ParseConfig reads an analysis file from memory; an empty one is valid and configures nothing.
func ParseConfig(data []byte) (Config, error) {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return Config{}, errors.New(yaml.FormatError(err, false, true))
	}
	if err := unknownKeys(file, reflect.TypeFor[Config]()); err != nil {
		return Config{}, err
	}
	var c Config
	dec := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	if err := dec.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return Config{}, errors.New(yaml.FormatError(err, false, true))
	}
	return c, withLines(c.check(), file)
}

func (c Config) outcomes() (*outcome.Set, error) {
	return outcome.Config{Goals: c.Goals, Retention: c.Retention, Primary: c.Primary}.Compile()
}

// check reports all wrong settings at once.
func (c Config) check() error {
	var errs []error
	if _, err := c.outcomes(); err != nil {
		errs = append(errs, err)
	}
	for i, s := range c.Sources {
		if s.URL == "" {
			errs = append(errs, fmt.Errorf("sources[%d]: url is empty", i))
		}
		if err := s.Layout().Check(); err != nil {
			errs = append(errs, fmt.Errorf("sources[%d]: %w", i, err))
		}
	}
	for i, s := range c.Sources {
		if err := s.Dialect.Check(); err != nil {
			errs = append(errs, fmt.Errorf("sources[%d]: %w", i, err))
		}
		if s.Index.Path != "" && s.Dialect != format.PostHogBlocks {
			errs = append(errs, fmt.Errorf("sources[%d]: index is for the dialect %s only", i, format.PostHogBlocks))
		}
	}
	for i, m := range c.Manifests {
		if err := m.check(); err != nil {
			errs = append(errs, fmt.Errorf("manifests[%d]: %w", i, err))
		}
	}
	if _, err := c.Detection.settings(); err != nil {
		errs = append(errs, err)
	}
	if _, err := c.Reading(); err != nil {
		errs = append(errs, err)
	}
	if err := c.Keep.check(); err != nil {
		errs = append(errs, err)
	}
	if err := c.clusters().Check(); err != nil {
		errs = append(errs, err)
	}
	if err := c.ranking().Check(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
