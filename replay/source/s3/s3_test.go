package s3_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/source"
	"github.com/rankle/rankle/replay/source/s3"
	"github.com/rankle/rankle/replay/source/s3/s3test"
	"github.com/rankle/rankle/replay/source/sourcetest"
)

func open(t *testing.T, o s3.Options) *s3.Store {
	t.Helper()
	st, err := s3.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// noSecrets fails the test when an error text holds the secret of the test server.
func noSecrets(t *testing.T, err error) {
	t.Helper()
	if err != nil && (strings.Contains(fmt.Sprintf("%+v", err), s3test.SecretKey) || strings.Contains(err.Error(), "Signature=")) {
		t.Errorf("error holds a secret: %v", err)
	}
}

func TestS3(t *testing.T) {
	srv := s3test.Start(t)
	sourcetest.Run(t, func(t *testing.T, files map[string][]byte) sourcetest.Fixture {
		bucket := srv.Bucket(t)
		for key, data := range files {
			srv.Put(t, bucket, key, data)
		}
		return sourcetest.Fixture{
			Store:  open(t, srv.Options(bucket)),
			Put:    func(key string, data []byte) { srv.Put(t, bucket, key, data) },
			Delete: func(key string) { srv.Delete(t, bucket, key) },
		}
	})
}

// A listing of several pages, the last one short, full and alone.
func TestListPages(t *testing.T) {
	srv := s3test.Start(t)
	bucket := srv.Bucket(t)
	const n = 12
	for i := range n {
		srv.Put(t, bucket, fmt.Sprintf("day/%04d.json", i), []byte("{}"))
	}
	st := open(t, srv.Options(bucket))
	for _, page := range []int{1, 5, 6, 12, 13} {
		st.SetPageKeys(page)
		seen := map[string]bool{}
		for o, err := range st.List(t.Context(), "day/") {
			if err != nil {
				t.Fatal(err)
			}
			seen[o.Key] = true
		}
		if len(seen) != n {
			t.Errorf("pages of %d: listed %d keys, want %d", page, len(seen), n)
		}
	}
}

func TestPrefix(t *testing.T) {
	srv := s3test.Start(t)
	bucket := srv.Bucket(t)
	for _, key := range []string{"rec/a.json", "rec/b.json", "record.json", "other.json"} {
		srv.Put(t, bucket, key, []byte("x"))
	}
	o := srv.Options(bucket)
	o.Prefix = "rec/"
	st := open(t, o)
	for prefix, want := range map[string]string{
		"": "rec/a.json rec/b.json", "r": "rec/a.json rec/b.json", "rec/b": "rec/b.json", "other": "", "reco": "",
	} {
		var got []string
		for o, err := range st.List(t.Context(), prefix) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, o.Key)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("prefix %q: %q, want %q", prefix, got, want)
		}
	}
	if _, err := st.Open(t.Context(), replay.Object{Key: "other.json"}, 0); !errors.Is(err, source.ErrNotFound) {
		t.Errorf("open outside the prefix: %v, want ErrNotFound", err)
	}
	if st.URL() != "s3://"+bucket {
		t.Errorf("URL %q", st.URL())
	}
}

// What an operator gets wrong: one clear error, matched by a sentinel, with a hint, and without a secret.
func TestRefusals(t *testing.T) {
	srv := s3test.Start(t)
	bucket := srv.Bucket(t)
	srv.Put(t, bucket, "a.json", []byte("x"))
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()

	for _, tt := range []struct {
		name string
		set  func(*s3.Options)
		want error
	}{
		{"missing bucket", func(o *s3.Options) { o.Bucket = "no-such-bucket" }, source.ErrNoBucket},
		{"wrong secret", func(o *s3.Options) { o.Credentials.SecretKey = "wrong" }, source.ErrAccess},
		{"wrong key", func(o *s3.Options) { o.Credentials.AccessKey = "nobody" }, source.ErrAccess},
		{"wrong region", func(o *s3.Options) { o.Region = "eu-west-9" }, source.ErrAccess},
		{"anonymous", func(o *s3.Options) { o.Credentials = s3.Credentials{Mode: s3.ModeAnonymous} }, source.ErrAccess},
		{"no credentials in the file", func(o *s3.Options) {
			o.Credentials = s3.Credentials{Mode: s3.ModeFile, File: t.TempDir() + "/none"}
		}, source.ErrAccess},
		{"no credentials in the environment", func(o *s3.Options) { o.Credentials = s3.Credentials{Mode: s3.ModeEnv} }, source.ErrAccess},
		{"closed port", func(o *s3.Options) { o.Endpoint = closed.URL }, source.ErrUnreachable},
		{"TLS to a plain server", func(o *s3.Options) { o.Insecure = false }, source.ErrUnreachable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"} {
				t.Setenv(name, "")
			}
			o := srv.Options(bucket)
			o.MaxRetries = 1
			tt.set(&o)
			st := open(t, o)
			check := func(op string, err error) {
				t.Helper()
				if !errors.Is(err, tt.want) {
					t.Errorf("%s: error %v, want %v", op, err, tt.want)
				}
				if source.Hint(err) == "" {
					t.Errorf("%s: no hint for %v", op, err)
				}
				noSecrets(t, err)
			}
			_, err := source.Group(t.Context(), st, "", source.Layout{})
			check("list", err)
			_, err = st.Open(t.Context(), replay.Object{Key: "a.json", ETag: "x", Size: 1}, 0)
			check("open", err)
		})
	}
}

func TestCredentialsFromEnvironment(t *testing.T) {
	srv := s3test.Start(t)
	bucket := srv.Bucket(t)
	srv.Put(t, bucket, "a.json", []byte("x"))
	t.Setenv("AWS_ACCESS_KEY_ID", s3test.AccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", s3test.SecretKey)
	t.Setenv("AWS_SESSION_TOKEN", "")
	for _, mode := range []s3.Mode{s3.ModeEnv, s3.ModeDefault} {
		o := srv.Options(bucket)
		o.Credentials = s3.Credentials{Mode: mode}
		if got := stored(t, open(t, o), "a.json"); got.Size != 1 {
			t.Errorf("mode %q: %+v", mode, got)
		}
	}
}

// The server's text may hold anything; only its code and status are passed on.
func TestServerTextsAreNotRepeated(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `<Error><Code>SignatureDoesNotMatch</Code><Message>you sent %s and %s</Message></Error>`,
			s3test.SecretKey, r.Header.Get("Authorization"))
	}))
	defer web.Close()
	st := open(t, s3.Options{
		Endpoint: web.URL, Bucket: "bucket", MaxRetries: 1,
		Credentials: s3.Credentials{Mode: s3.ModeStatic, AccessKey: "key", SecretKey: s3test.SecretKey},
	})
	_, err := source.Group(t.Context(), st, "", source.Layout{})
	if !errors.Is(err, source.ErrAccess) || !strings.Contains(err.Error(), "SignatureDoesNotMatch") {
		t.Errorf("error %v", err)
	}
	noSecrets(t, err)
	for _, text := range []string{fmt.Sprintf("%v %+v %s", st, st, st), fmt.Sprintf("%v %+v %#v", s3.Secret("hush"), s3.Credentials{SecretKey: "hush"}, s3.Credentials{SecretKey: "hush"})} {
		if strings.Contains(text, "hush") || strings.Contains(text, s3test.SecretKey) {
			t.Errorf("printing shows a secret: %s", text)
		}
	}
}

func TestStyles(t *testing.T) {
	var asked string
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Host + r.URL.Path
		fmt.Fprint(w, `<ListBucketResult></ListBucketResult>`)
	}))
	defer web.Close()
	for _, tt := range []struct {
		endpoint string
		style    s3.Style
		want     string
	}{
		{"store.test", s3.StylePath, "store.test/bucket/"},
		{"store.test:9000", s3.StyleVirtual, "bucket.store.test:9000/"},
		{"store.test", s3.StyleAuto, "store.test/bucket/"},
		{"", s3.StyleAuto, "bucket.s3.dualstack.eu-central-1.amazonaws.com/"},
		{"", s3.StylePath, "s3.dualstack.eu-central-1.amazonaws.com/bucket/"},
	} {
		st := open(t, s3.Options{
			Endpoint: tt.endpoint, Bucket: "bucket", Region: "eu-central-1", Style: tt.style, Insecure: true, MaxRetries: 1,
			Credentials: s3.Credentials{Mode: s3.ModeAnonymous},
		})
		st.DialTo(web.Listener.Addr().String())
		for _, err := range st.List(t.Context(), "") {
			t.Errorf("%+v: %v", tt, err)
		}
		if asked != tt.want {
			t.Errorf("endpoint %q, style %s asks %s, want %s", tt.endpoint, tt.style, asked, tt.want)
		}
	}
}

func TestNoNetworkAtConstruction(t *testing.T) {
	o := s3.Options{Endpoint: "192.0.2.1:9", Bucket: "bucket", Credentials: s3.Credentials{Mode: s3.ModeIAM}}
	st := open(t, o) // TEST-NET-1 swallows packets: a request would hang here
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := st.Open(ctx, replay.Object{Key: "a"}, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestParseURL(t *testing.T) {
	for _, tt := range []struct {
		spec string
		want s3.Options
		err  string
	}{
		{"s3://bucket", s3.Options{Bucket: "bucket"}, ""},
		{"s3://bucket/", s3.Options{Bucket: "bucket"}, ""},
		{"s3://bucket/a/b c/", s3.Options{Bucket: "bucket", Prefix: "a/b c/"}, ""},
		{"s3://bucket/p?endpoint=http://127.0.0.1:9000&region=eu-1&style=path&insecure=true&credentials=file&profile=x",
			s3.Options{Bucket: "bucket", Prefix: "p", Endpoint: "http://127.0.0.1:9000", Region: "eu-1", Style: s3.StylePath,
				Insecure: true, Credentials: s3.Credentials{Mode: s3.ModeFile, Profile: "x"}}, ""},
		{"s3://bucket?credentials=anonymous", s3.Options{Bucket: "bucket", Credentials: s3.Credentials{Mode: s3.ModeAnonymous}}, ""},
		{"/dir", s3.Options{}, "begins with s3://"},
		{"s3://", s3.Options{}, "no bucket is named"},
		{"s3:///prefix", s3.Options{}, "no bucket is named"},
		{"s3://no$bucket/prefix", s3.Options{}, "not the name of a bucket"},
		{"s3://-no-bucket/prefix", s3.Options{}, "not the name of a bucket"},
		{"s3://ab", s3.Options{}, "not the name of a bucket"},
		{"s3://key:hush@bucket/p", s3.Options{}, "holds credentials"},
		{"s3://bucket?endpoint=https://key:hush@host", s3.Options{}, "endpoint holds credentials"},
		{"s3://bucket?secret_key=hush", s3.Options{}, `unknown parameter "secret_key"`},
		{"s3://bucket?insecure=perhaps", s3.Options{}, "insecure"},
		{"s3://bucket?style=hush", s3.Options{}, "style"},
		{"s3://bucket?credentials=static", s3.Options{}, "static need both"},
		{"s3://bucket?endpoint=ftp://host", s3.Options{}, "http or https"},
		{"s3://bucket?endpoint=host/bucket", s3.Options{}, "without a path"},
		{"s3://bucket?%zz", s3.Options{}, "cannot be read"},
	} {
		got, err := s3.ParseURL(tt.spec)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) || strings.Contains(tt.spec, "hush@") && strings.Contains(err.Error(), "hush") {
				t.Errorf("%s: error %v, want %q without the secret", tt.spec, err, tt.err)
			}
			continue
		}
		if err != nil || got != tt.want {
			t.Errorf("%s: %+v, error %v; want %+v", tt.spec, got, err, tt.want)
		}
	}
}

func TestCheckReportsAll(t *testing.T) {
	err := s3.Options{Style: "odd", MaxRetries: -1, Credentials: s3.Credentials{Mode: "magic", SecretKey: "hush"}}.Check()
	for _, want := range []string{"bucket", `"odd"`, `"magic"`, "retries"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error does not mention %s: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "hush") {
		t.Errorf("error holds a secret: %v", err)
	}
}
