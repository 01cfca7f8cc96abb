package s3

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Options say which bucket to read and how. The zero value of every field but Bucket is usable.
type Options struct {
	// Endpoint is host, host:port or an URL with a scheme. Default: s3.amazonaws.com. With the scheme "http" it stands
	// for Insecure too.
	Endpoint string
	// Region signs the requests. Default for an own endpoint: us-east-1, which S3-compatible servers mostly expect.
	// Without it Amazon is asked for the bucket's location first, which needs one more permission.
	Region string
	// Bucket is required.
	Bucket string
	// Prefix narrows the store to the keys that begin with it. Keys stay full keys of the bucket.
	Prefix string
	// Style is how the bucket is addressed. Default StyleAuto.
	Style Style
	// Insecure speaks plain HTTP.
	Insecure bool
	// Credentials say who reads. Default: the environment, then the shared credentials file; never the metadata
	// service of a cloud, which has to be asked for.
	Credentials Credentials

	// ConnectTimeout bounds dialling and the TLS handshake. Default 10 s.
	ConnectTimeout time.Duration
	// HeaderTimeout bounds the wait for the first byte of an answer. Default 30 s.
	HeaderTimeout time.Duration
	// IdleTimeout bounds the wait for the next byte of a body. Default 30 s.
	IdleTimeout time.Duration
	// MaxRetries is how often one request is sent before its error is returned. Default 3, about a second of pauses;
	// 1 does not repeat.
	MaxRetries int
	// Concurrency is how many objects are read at once; so many connections are kept open. Default 16.
	Concurrency int
}

// Style is how a bucket is addressed.
type Style string

const (
	StyleAuto    Style = "auto"    // virtual for Amazon and Google, path for all others
	StylePath    Style = "path"    // https://endpoint/bucket/key
	StyleVirtual Style = "virtual" // https://bucket.endpoint/key
)

// Mode is where credentials come from.
type Mode string

const (
	ModeDefault   Mode = ""          // ModeEnv where set, else ModeFile
	ModeStatic    Mode = "static"    // AccessKey and SecretKey below
	ModeEnv       Mode = "env"       // AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
	ModeFile      Mode = "file"      // the shared credentials file
	ModeIAM       Mode = "iam"       // web identity, container or instance role, over the network
	ModeAnonymous Mode = "anonymous" // unsigned requests to a public bucket
)

var (
	styles = []Style{"", StyleAuto, StylePath, StyleVirtual}
	modes  = []Mode{ModeDefault, ModeStatic, ModeEnv, ModeFile, ModeIAM, ModeAnonymous}
)

// Credentials say who reads. Printing or logging one shows no secret.
type Credentials struct {
	Mode         Mode
	AccessKey    Secret // ModeStatic
	SecretKey    Secret // ModeStatic
	SessionToken Secret // ModeStatic, optional
	File         string // ModeFile: path; default the AWS files in the home directory
	Profile      string // ModeFile: section; default AWS_PROFILE, else "default"
}

// Secret is a text that printing, logging and encoding replace.
type Secret string

const hidden = "(hidden)"

// String, GoString, LogValue and MarshalText keep the secret out of texts.
func (s Secret) String() string               { return s.GoString() }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(s.GoString()) }
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.GoString()), nil }
func (s Secret) GoString() string {
	if s == "" {
		return ""
	}
	return hidden
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

const (
	amazonEndpoint = "s3.amazonaws.com"
	defaultRegion  = "us-east-1"
)

func (o Options) withDefaults() Options {
	if scheme, host, ok := strings.Cut(o.Endpoint, "://"); ok {
		o.Endpoint = strings.TrimSuffix(host, "/")
		o.Insecure = o.Insecure || scheme == "http"
	}
	if o.Endpoint == "" {
		o.Endpoint = amazonEndpoint
	} else if o.Region == "" && !strings.HasSuffix(strings.ToLower(o.Endpoint), ".amazonaws.com") {
		o.Region = defaultRegion
	}
	o.Style = orDefault(o.Style, StyleAuto)
	o.ConnectTimeout = orDefault(o.ConnectTimeout, 10*time.Second)
	o.HeaderTimeout = orDefault(o.HeaderTimeout, 30*time.Second)
	o.IdleTimeout = orDefault(o.IdleTimeout, 30*time.Second)
	o.MaxRetries = orDefault(o.MaxRetries, 3)
	o.Concurrency = orDefault(o.Concurrency, 16)
	return o
}

// isBucket matches what stores take for the name of a bucket; older ones have capitals, underscores and colons.
var isBucket = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{1,61}[A-Za-z0-9]$`)

// Check reports all settings that cannot work, each with its name. Values that may be secret are not repeated.
func (o Options) Check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("s3: "+format, args...)) }
	if o.Bucket == "" {
		bad("no bucket is named: write s3://bucket or s3://bucket/prefix")
	} else if !isBucket.MatchString(o.Bucket) {
		bad("bucket %q is not the name of a bucket (3 to 63 letters, digits, dots and hyphens)", o.Bucket)
	}
	if !utf8.ValidString(o.Prefix) {
		bad("prefix %q is not UTF-8", o.Prefix)
	}
	if strings.Contains(o.Endpoint, "@") {
		bad("endpoint holds credentials: remove them and use the credentials settings")
	} else if scheme, _, ok := strings.Cut(o.Endpoint, "://"); ok && scheme != "http" && scheme != "https" {
		bad("endpoint %q: the scheme must be http or https", o.Endpoint)
	} else if rest := strings.TrimSuffix(o.Endpoint[strings.Index(o.Endpoint, "://")+1:], "/"); strings.Contains(strings.TrimPrefix(rest, "//"), "/") {
		bad("endpoint %q must be a host without a path: the bucket and prefix have settings of their own", o.Endpoint)
	}
	if !slices.Contains(styles, o.Style) {
		bad("style %q is none of auto, path, virtual", o.Style)
	}
	c := o.Credentials
	if !slices.Contains(modes, c.Mode) {
		bad("credentials %q is none of static, env, file, iam, anonymous", c.Mode)
	}
	if c.Mode == ModeStatic && (c.AccessKey == "" || c.SecretKey == "") {
		bad("credentials static need both access key and secret key")
	}
	if c.Mode != ModeStatic && (c.AccessKey != "" || c.SecretKey != "" || c.SessionToken != "") {
		bad("access key, secret key and session token need credentials static, not %q", c.Mode)
	}
	if o.ConnectTimeout < 0 || o.HeaderTimeout < 0 || o.IdleTimeout < 0 {
		bad("timeouts must not be negative")
	}
	if o.MaxRetries < 0 || o.Concurrency < 0 {
		bad("max retries and concurrency must not be negative")
	}
	return errors.Join(errs...)
}

// parameters are what may stand in the query of a source URL. Secrets may not: URLs end up in logs and process lists.
const parameters = "endpoint, region, style, insecure, credentials, profile"

// ParseURL reads "s3://bucket/prefix?endpoint=...&region=...&style=path&insecure=true&credentials=anonymous&profile=...".
// The prefix is taken as it stands, without unescaping up to the first "?". An error does not repeat what could be a
// secret.
func ParseURL(spec string) (Options, error) {
	rest, ok := strings.CutPrefix(spec, "s3://")
	if !ok {
		return Options{}, errors.New("s3: a source URL begins with s3://")
	}
	rest, query, _ := strings.Cut(rest, "?")
	bucket, prefix, _ := strings.Cut(rest, "/")
	if strings.Contains(bucket, "@") {
		return Options{}, errors.New("s3: the source URL holds credentials: remove them and use the credentials settings")
	}
	o := Options{Bucket: bucket, Prefix: prefix}
	values, err := url.ParseQuery(query)
	if err != nil {
		return Options{}, fmt.Errorf("s3: source URL of bucket %q: the part after ? cannot be read", bucket)
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		v := values.Get(name)
		switch name {
		case "endpoint":
			o.Endpoint = v
		case "region":
			o.Region = v
		case "style":
			o.Style = Style(v)
		case "credentials":
			o.Credentials.Mode = Mode(v)
		case "profile":
			o.Credentials.Profile = v
		case "insecure":
			if o.Insecure, err = strconv.ParseBool(v); err != nil {
				return Options{}, fmt.Errorf("s3: insecure %q is neither true nor false", v)
			}
		default:
			return Options{}, fmt.Errorf("s3: unknown parameter %q in the source URL; known are %s", name, parameters)
		}
	}
	return o, o.Check()
}
