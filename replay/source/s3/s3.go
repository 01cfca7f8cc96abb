// Package s3 reads recordings from a bucket that speaks the S3 protocol: Amazon S3 and compatible servers.
//
// New builds a source.Store and does not touch the network; the first List or Open does. The package only lists and
// reads. Proxy settings and credentials of ModeEnv and ModeFile come from the environment of the process, as everywhere
// in the S3 world; nothing else does.
package s3

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/source"
)

// Store reads one bucket. The key of an object is its full key in the bucket, also with Options.Prefix, so that a
// recording keeps its name when the prefix is widened or narrowed. The ETag is the server's; rewriting equal bytes
// keeps it.
type Store struct {
	core      minio.Core
	transport *http.Transport
	bucket    string
	prefix    string
	idle      time.Duration
	pageKeys  int // keys asked for in one page of a listing; 0 = the server's own limit, 1000
	secrets   *strings.Replacer
}

var (
	_ source.Ranger   = (*Store)(nil)
	_ source.Brancher = (*Store)(nil)
)

// New returns a store for checked options. It reads credentials of ModeEnv and ModeFile at first use.
func New(o Options) (*Store, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	lookup := map[Style]minio.BucketLookupType{
		StyleAuto: minio.BucketLookupAuto, StylePath: minio.BucketLookupPath, StyleVirtual: minio.BucketLookupDNS,
	}[o.Style]
	tr := transport(o)
	core, err := minio.NewCore(o.Endpoint, &minio.Options{
		Creds:        provider(o),
		Secure:       !o.Insecure,
		Transport:    tr,
		Region:       o.Region,
		BucketLookup: lookup,
		MaxRetries:   o.MaxRetries,
	})
	if err != nil {
		return nil, fmt.Errorf("s3: endpoint %q: %w", o.Endpoint, err)
	}
	s := &Store{core: *core, transport: tr, bucket: o.Bucket, prefix: o.Prefix, idle: o.IdleTimeout}
	var hide []string
	for _, secret := range []Secret{o.Credentials.SecretKey, o.Credentials.SessionToken, o.Credentials.AccessKey} {
		if secret != "" {
			hide = append(hide, string(secret), hidden)
		}
	}
	s.secrets = strings.NewReplacer(hide...)
	return s, nil
}

func transport(o Options) *http.Transport {
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: (&net.Dialer{
			Timeout:   o.ConnectTimeout,
			KeepAlive: 30 * time.Second,
		}).DialContext,
		TLSHandshakeTimeout:   o.ConnectTimeout,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		ResponseHeaderTimeout: o.HeaderTimeout,
		MaxIdleConns:          4 * o.Concurrency,
		MaxIdleConnsPerHost:   o.Concurrency,
		IdleConnTimeout:       time.Minute,
		// Recordings stored with Content-Encoding gzip must arrive as stored: sizes, ranges and the format table count
		// on it.
		DisableCompression: true,
	}
}

// provider returns the credentials that the options ask for.
func provider(o Options) *credentials.Credentials {
	c := o.Credentials
	env := named{envOnly{&credentials.EnvAWS{}}}
	file := named{&credentials.FileAWSCredentials{Filename: c.File, Profile: c.Profile}}
	switch c.Mode {
	case ModeStatic:
		return credentials.NewStaticV4(string(c.AccessKey), string(c.SecretKey), string(c.SessionToken))
	case ModeEnv:
		return credentials.New(env)
	case ModeFile:
		return credentials.New(file)
	case ModeIAM:
		return credentials.New(named{&credentials.IAM{
			Client: &http.Client{Transport: transport(o), Timeout: o.ConnectTimeout + o.HeaderTimeout},
			Region: o.Region,
		}})
	case ModeAnonymous:
		return credentials.NewStatic("", "", "", credentials.SignatureAnonymous)
	}
	return credentials.New(&firstOf{env, file})
}

// errNoCredentials says that the place which should hold credentials holds none that can be used.
var errNoCredentials = errors.New("no credentials found")

// named makes the errors of a provider errNoCredentials: without it a missing file or a silent metadata service looks
// like a store that cannot be reached.
type named struct{ credentials.Provider }

func (n named) Retrieve() (credentials.Value, error) { return n.RetrieveWithCredContext(nil) }

func (n named) RetrieveWithCredContext(cc *credentials.CredContext) (credentials.Value, error) {
	v, err := n.Provider.RetrieveWithCredContext(cc)
	if err != nil && !errors.Is(err, errNoCredentials) {
		err = fmt.Errorf("%w: %w", errNoCredentials, err)
	}
	return v, err
}

// envOnly is the library's environment provider, but refuses where nothing is set. The library would send requests
// without a signature, and the operator would read "access denied".
type envOnly struct{ *credentials.EnvAWS }

func (e envOnly) RetrieveWithCredContext(cc *credentials.CredContext) (credentials.Value, error) {
	v, err := e.EnvAWS.RetrieveWithCredContext(cc)
	if err == nil && v.SignerType.IsAnonymous() {
		err = fmt.Errorf("%w: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set", errNoCredentials)
	}
	return v, err
}

// firstOf asks the environment, then the file.
type firstOf struct{ env, file named }

func (f *firstOf) IsExpired() bool { return f.env.IsExpired() && f.file.IsExpired() }

func (f *firstOf) Retrieve() (credentials.Value, error) { return f.RetrieveWithCredContext(nil) }

func (f *firstOf) RetrieveWithCredContext(cc *credentials.CredContext) (credentials.Value, error) {
	v, err := f.env.RetrieveWithCredContext(cc)
	if err == nil {
		return v, nil
	}
	if v, ferr := f.file.RetrieveWithCredContext(cc); ferr == nil && v.AccessKeyID != "" {
		return v, nil
	}
	return credentials.Value{}, fmt.Errorf("%w, and no usable shared credentials file", err)
}

// URL returns "s3://bucket".
func (s *Store) URL() string { return "s3://" + s.bucket }

// String returns URL and the prefix, if there is one.
func (s *Store) String() string {
	if s.prefix == "" {
		return s.URL()
	}
	return s.URL() + "/" + s.prefix
}

// Close drops idle connections.
func (s *Store) Close() error {
	s.transport.CloseIdleConnections()
	return nil
}

// List implements source.Store. It yields the keys that begin both with prefix and with Options.Prefix.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		switch {
		case strings.HasPrefix(prefix, s.prefix):
		case strings.HasPrefix(s.prefix, prefix):
			prefix = s.prefix
		default:
			return
		}
		for info, err := range s.list(ctx, prefix, true) {
			if err != nil {
				yield(source.Object{}, err)
				return
			}
			if !yield(object(info), nil) {
				return
			}
		}
	}
}

// Branches implements source.Brancher with a listing that ends at the next slash.
func (s *Store) Branches(ctx context.Context, prefix string, most int) (objects []source.Object, prefixes []string, err error) {
	if prefix == "" {
		prefix = s.prefix
	}
	for info, err := range s.list(ctx, prefix, false) {
		switch {
		case err != nil:
			return nil, nil, err
		case len(objects)+len(prefixes) == most:
			return nil, nil, source.ErrManyBranches
		case info.ETag == "" && strings.HasSuffix(info.Key, "/"):
			prefixes = append(prefixes, info.Key)
		default:
			objects = append(objects, object(info))
		}
	}
	return objects, prefixes, nil
}

// list pages through what begins with prefix: everything, or what lies directly under it and the prefixes of the rest. An
// error is the last that it yields.
func (s *Store) list(ctx context.Context, prefix string, everything bool) iter.Seq2[minio.ObjectInfo, error] {
	return func(yield func(minio.ObjectInfo, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // ends the paging when the loop is left early
		noOwner := false
		opts := minio.ListObjectsOptions{Prefix: prefix, Recursive: everything, FetchOwner: &noOwner, MaxKeys: s.pageKeys}
		for info := range s.core.ListObjectsIter(ctx, s.bucket, opts) {
			if info.Err != nil {
				yield(info, s.wrap(ctx, "list", prefix, info.Err))
				return
			}
			if !yield(info, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil { // the library ends a cancelled listing without a word
			yield(minio.ObjectInfo{}, s.wrap(ctx, "list", prefix, err))
		}
	}
}

func object(info minio.ObjectInfo) source.Object {
	return source.Object{
		Object:  replay.Object{Key: info.Key, ETag: info.ETag, Size: info.Size},
		ModTime: info.LastModified.UTC(),
	}
}

// Open implements source.Store with a ranged GET that the ETag guards (If-Match).
func (s *Store) Open(ctx context.Context, obj replay.Object, offset int64) (io.ReadCloser, error) {
	return s.open(ctx, obj, offset, 0)
}

// OpenRange implements source.Ranger: the server is asked for n bytes and no more. One that ignores the range sends the
// rest of the object behind them.
func (s *Store) OpenRange(ctx context.Context, obj replay.Object, offset, n int64) (io.ReadCloser, error) {
	return s.open(ctx, obj, offset, n)
}

// open reads n bytes from offset on; n = 0 means up to the end.
func (s *Store) open(ctx context.Context, obj replay.Object, offset, n int64) (io.ReadCloser, error) {
	if offset < 0 || obj.ETag != "" && offset > obj.Size {
		return nil, s.wrap(ctx, "open", obj.Key, source.ErrRange)
	}
	if !strings.HasPrefix(obj.Key, s.prefix) {
		return nil, s.wrap(ctx, "open", obj.Key, source.ErrNotFound)
	}
	// At the very end a range would be refused as unsatisfiable: ask for the last byte and drop it.
	from := offset
	if obj.ETag != "" && offset > 0 && offset == obj.Size {
		from--
	}
	var opts minio.GetObjectOptions
	switch {
	case n > 0:
		opts.Set("Range", fmt.Sprintf("bytes=%d-%d", from, from+n-1))
	case from > 0:
		opts.Set("Range", "bytes="+strconv.FormatInt(from, 10)+"-")
	}
	if obj.ETag != "" {
		opts.Set("If-Match", `"`+obj.ETag+`"`)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	rc, info, header, err := s.core.GetObject(ctx, s.bucket, obj.Key, opts)
	if err == nil {
		if err = check(obj, from, info, header); err != nil {
			rc.Close()
		}
	}
	if err != nil {
		err = s.wrap(ctx, "open", obj.Key, err)
		cancel(nil)
		return nil, err
	}
	b := &body{store: s, ctx: ctx, cancel: cancel, rc: rc, key: obj.Key}
	b.timer = time.AfterFunc(s.idle, func() { cancel(errIdle) })
	b.timer.Stop()
	skip := offset - from
	if header.Get("Content-Range") == "" {
		skip = offset // the server ignored the range and sends everything
	}
	if _, err := io.CopyN(io.Discard, b, skip); err != nil {
		b.Close()
		return nil, s.wrap(ctx, "open", obj.Key, err)
	}
	return b, nil
}

// check compares what the server is about to send with what was asked for. Servers exist that ignore If-Match.
func check(obj replay.Object, from int64, info minio.ObjectInfo, header http.Header) error {
	size := info.Size
	if cr := header.Get("Content-Range"); cr != "" {
		var first, last int64
		if n, err := fmt.Sscanf(cr, "bytes %d-%d/%d", &first, &last, &size); n != 3 || first != from {
			return fmt.Errorf("server sent the range %q for offset %d (%v)", cr, from, err)
		}
	}
	if obj.ETag != "" && (info.ETag != "" && info.ETag != obj.ETag || size >= 0 && size != obj.Size) {
		return source.ErrChanged
	}
	return nil
}

var errIdle = errors.New("no byte arrived within the idle timeout")

// body is the reader of one GET. It ends the request when no byte arrives for the idle timeout, and names the object in
// errors.
type body struct {
	store  *Store
	ctx    context.Context // of this one request
	cancel context.CancelCauseFunc
	rc     io.ReadCloser
	key    string
	timer  *time.Timer
}

func (b *body) Read(p []byte) (int, error) {
	b.timer.Reset(b.store.idle)
	n, err := b.rc.Read(p)
	b.timer.Stop()
	if err != nil && err != io.EOF {
		err = b.store.wrap(b.ctx, "read", b.key, err)
	}
	return n, err
}

func (b *body) Close() error {
	b.timer.Stop()
	b.cancel(nil) // first, so that closing does not drain the rest of a large object
	return b.rc.Close()
}

// wrap turns an error of the library into one of package source: what was attempted on what, the sentinel that a caller
// can act on, and the server's code. It leaves out URLs and whatever the server wrote besides the code, which may
// repeat keys and signatures.
func (s *Store) wrap(ctx context.Context, op, key string, err error) error {
	at := op + " " + s.URL() + "/" + key
	var api minio.ErrorResponse
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errIdle):
		return fmt.Errorf("%s: %w: %w", at, source.ErrUnreachable, errIdle)
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", at, ctx.Err())
	case sentinel(err):
		return fmt.Errorf("%s: %w", at, err)
	case errors.Is(err, errNoCredentials):
		return fmt.Errorf("%s: %w: %s", at, source.ErrAccess, s.clean(err))
	case errors.As(err, &api):
		detail := fmt.Sprintf("%s, status %d", s.secrets.Replace(api.Code), api.StatusCode)
		if kind := classify(api); kind != nil {
			if op == "list" && kind == source.ErrNotFound {
				kind = source.ErrNoBucket
			}
			return fmt.Errorf("%s: %w (%s)", at, kind, detail)
		}
		return fmt.Errorf("%s: the server refuses (%s)", at, detail)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("%s: connection broke: %w", at, io.ErrUnexpectedEOF)
	case source.NoHandles(err):
		return fmt.Errorf("%s: %w", at, source.ErrHandles)
	case network(err):
		return fmt.Errorf("%s: %w: %s", at, source.ErrUnreachable, s.clean(err))
	}
	return fmt.Errorf("%s: %s", at, s.clean(err))
}

func sentinel(err error) bool {
	return errors.Is(err, source.ErrRange) || errors.Is(err, source.ErrNotFound) || errors.Is(err, source.ErrChanged)
}

// clean returns the text of an error without the URL of the request and without the secrets of the options.
func (s *Store) clean(err error) string {
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	return s.secrets.Replace(err.Error())
}

// network reports whether an error comes from the way to the server. (net.Error alone would not do: syscall.Errno
// implements it, and so every missing file.)
func network(err error) bool {
	var ue *url.Error
	var oe *net.OpError
	var de *net.DNSError
	return errors.As(err, &ue) || errors.As(err, &oe) || errors.As(err, &de)
}

// classify maps a server's answer. Servers differ in codes, so that the status decides where the code is unknown.
func classify(api minio.ErrorResponse) error {
	switch api.Code {
	case "NoSuchBucket", "InvalidBucketName", "PermanentRedirect", "TemporaryRedirect", "301 Moved Permanently":
		return source.ErrNoBucket
	case "NoSuchKey", "NoSuchVersion":
		return source.ErrNotFound
	case "InvalidObjectState":
		return source.ErrArchived
	case "PreconditionFailed":
		return source.ErrChanged
	case "InvalidRange":
		return source.ErrRange
	case "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired",
		"AuthorizationHeaderMalformed", "InvalidRegion", "AccountProblem", "AllAccessDisabled",
		"XAdminUserNotFound": // versitygw for an unknown key, with status 404
		return source.ErrAccess
	case "RequestTimeTooSkewed":
		return source.ErrClock
	case "SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "XMinioServerNotInitialized":
		return source.ErrUnavailable
	}
	switch {
	case api.StatusCode == http.StatusUnauthorized, api.StatusCode == http.StatusForbidden:
		return source.ErrAccess
	case api.StatusCode == http.StatusNotFound:
		return source.ErrNotFound
	case api.StatusCode == http.StatusPreconditionFailed:
		return source.ErrChanged
	case api.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return source.ErrRange
	case api.StatusCode >= 500, api.StatusCode == http.StatusTooManyRequests, api.StatusCode == http.StatusRequestTimeout:
		return source.ErrUnavailable
	}
	return nil
}
