package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/replay/source"
	"github.com/rankle/rankle/replay/source/s3/s3test"
)

// faulty is a bucket behind a proxy that can be told to misbehave.
type faulty struct {
	proxy   *s3test.Proxy
	config  Config
	bucket  string
	server  *s3test.Server
	objects map[string][]byte
}

const faultyRecordings = 8

func newFaulty(t *testing.T) *faulty {
	t.Helper()
	f := &faulty{server: s3test.Start(t), objects: sample(t, faultyRecordings)}
	f.bucket = f.server.Bucket(t)
	for key, data := range f.objects {
		f.server.Put(t, f.bucket, "web/"+key, data)
	}
	f.proxy = s3test.NewProxy(t, f.server.Endpoint, nil)
	f.config, _ = bucketSource(t, f.server, f.bucket)
	f.config.Sources[0].Endpoint = f.proxy.Options(f.server.Options(f.bucket)).Endpoint
	return f
}

func (f *faulty) analyze(t *testing.T, data string) (*Run, error) {
	t.Helper()
	sources, err := Opener{Getenv: func(name string) string {
		return map[string]string{"KEY": s3test.AccessKey, "SECRET": s3test.SecretKey}[name]
	}}.Open(f.config)
	if err != nil {
		t.Fatal(err)
	}
	return Analyze(t.Context(), Options{Config: f.config, Sources: sources, DataDir: data, Workers: 4})
}

// recordings are the keys of the recordings, without sidecars, sorted.
func (f *faulty) recordings() []string {
	var keys []string
	for key := range f.objects {
		if !strings.HasSuffix(key, ".meta.json") {
			keys = append(keys, "web/"+key)
		}
	}
	slices.Sort(keys)
	return keys
}

// bytesOf is a Report as it is compared.
func bytesOf(t *testing.T, r *ranker.Report) []byte {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// oneIn picks requests for objects, the first time that each is asked for, by a hash of its key.
func oneIn(n uint64, fault func(key string) s3test.Fault) s3test.Rule {
	var mu sync.Mutex
	asked := map[string]bool{}
	return func(r *http.Request) (s3test.Fault, bool) {
		key := s3test.ObjectKey(r)
		h := fnv.New64a()
		_, _ = h.Write([]byte(key))
		mu.Lock()
		defer mu.Unlock()
		if key == "" || asked[key] || h.Sum64()%n != 0 {
			return s3test.Fault{}, false
		}
		asked[key] = true
		return fault(key), true
	}
}

// always picks every request for an object of the given keys.
func always(fault s3test.Fault, keys ...string) s3test.Rule {
	return func(r *http.Request) (s3test.Fault, bool) { return fault, slices.Contains(keys, s3test.ObjectKey(r)) }
}

// listings picks the requests that list the bucket.
func listings(fault s3test.Fault) s3test.Rule {
	return func(r *http.Request) (s3test.Fault, bool) { return fault, r.URL.Query().Has("list-type") }
}

// listed edits one entry of a listing; "" takes it out.
func listed(key string, edit func(entry string) string) s3test.Fault {
	return s3test.Fault{Edit: func(resp *s3test.Response) {
		entries := regexp.MustCompile(`(?s)<Contents>.*?</Contents>`)
		resp.Body = entries.ReplaceAllFunc(resp.Body, func(entry []byte) []byte {
			if !bytes.Contains(entry, []byte("<Key>"+key+"</Key>")) {
				return entry
			}
			return []byte(edit(string(entry)))
		})
	}}
}

// refusal is an answer of S3 itself.
func refusal(status int, code string) s3test.Fault {
	return s3test.Fault{Answer: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>m</Message></Error>`, code)
	}}
}

// TestFaultyStore analyses a bucket whose store misbehaves. The run comes to the Report of an undisturbed one, or names what
// is missing and why, or ends with an error that says what to do; when the store is well again, the next run comes to the
// Report of the undisturbed one, byte for byte.
func TestFaultyStore(t *testing.T) {
	if testing.Short() {
		t.Skip("twenty analyses that wait for a store to recover; run without -short")
	}
	f := newFaulty(t)
	run, err := f.analyze(t, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	want := bytesOf(t, run.Report)
	keys := f.recordings()
	one, two := keys[0], keys[3]
	sidecar := strings.TrimSuffix(one, ".json.gz") + ".meta.json"

	cut := s3test.Fault{Edit: func(r *s3test.Response) { // whole to HTTP: no length is announced
		r.Body = r.Body[:len(r.Body)/2]
		r.Header.Set("Transfer-Encoding", "chunked")
	}}
	short := s3test.Fault{Edit: func(r *s3test.Response) { r.Body = r.Body[:10] }} // as announced
	long := s3test.Fault{Edit: func(r *s3test.Response) { r.Body = append(r.Body, "more than was listed"...) }}
	slow := func(string) s3test.Fault {
		return s3test.Fault{Before: func() { <-time.After(20 * time.Millisecond) }}
	}
	for _, tt := range []struct {
		name    string
		rule    s3test.Rule
		missing map[string]string // keys and the reasons under which the Report names them
		err     error             // of the run
		says    string            // the error or its hint
	}{
		{name: "latency", rule: oneIn(1, slow)},
		{name: "resets", rule: oneIn(2, func(string) s3test.Fault { return s3test.Fault{How: "reset", After: 1000} })},
		{name: "connections that close", rule: oneIn(2, func(string) s3test.Fault { return s3test.Fault{How: "close", After: 100} })},
		{name: "answers cut short, once", rule: oneIn(3, func(string) s3test.Fault { return cut })},
		{name: "overload, once", rule: oneIn(3, func(string) s3test.Fault { return s3test.Fault{Status: http.StatusServiceUnavailable} })},
		{name: "out of order, once", rule: oneIn(3, func(string) s3test.Fault { return s3test.Fault{Status: http.StatusInternalServerError} })},
		{name: "a clock that is off", rule: func(*http.Request) (s3test.Fault, bool) {
			return s3test.Fault{Edit: func(r *s3test.Response) {
				r.Header.Set("Date", time.Now().Add(-26*time.Hour).UTC().Format(http.TimeFormat))
			}}, true
		}},
		{name: "objects that are always cut short", rule: always(cut, one, two), missing: map[string]string{one: "store_unavailable", two: "store_unavailable"}},
		{name: "a length that is wrong", rule: always(short, one), missing: map[string]string{one: "object_changed"}},
		{name: "an object longer than listed", rule: always(long, one), missing: map[string]string{one: "object_changed"}},
		{name: "an object under constant overload", rule: always(s3test.Fault{Status: http.StatusServiceUnavailable}, one), missing: map[string]string{one: "store_unavailable"}},
		{name: "an object nobody may read", rule: always(refusal(http.StatusForbidden, "AccessDenied"), one), missing: map[string]string{one: "access_denied"}},
		{name: "an object in the archive", rule: always(refusal(http.StatusForbidden, "InvalidObjectState"), one), missing: map[string]string{one: "archived"}},
		{name: "a sidecar out of order", rule: always(s3test.Fault{Status: http.StatusInternalServerError}, sidecar), missing: map[string]string{one: "store_unavailable"}},
		{name: "listed, and gone", rule: always(refusal(http.StatusNotFound, "NoSuchKey"), one, two), missing: map[string]string{one: "object_gone", two: "object_gone"}},
		{name: "listed in an old state", rule: listings(listed(one, func(e string) string {
			return regexp.MustCompile(`<ETag>.*?</ETag>`).ReplaceAllString(e, "<ETag>&quot;0123456789abcdef0123456789abcdef&quot;</ETag>")
		})), missing: map[string]string{one: "object_changed"}},
		{name: "listed with a wrong size", rule: listings(listed(one, func(e string) string {
			return regexp.MustCompile(`<Size>\d+</Size>`).ReplaceAllString(e, "<Size>17</Size>")
		})), missing: map[string]string{one: "object_changed"}},
		{name: "not yet listed", rule: listings(listed(one, func(string) string { return "" })), missing: map[string]string{sidecar: "orphan_sidecar"}},
		{name: "no listing", rule: listings(s3test.Fault{Status: http.StatusServiceUnavailable}), err: source.ErrUnavailable, says: "run again later"},
		{name: "a listing cut short", rule: listings(cut), says: "list s3://"},
		{name: "a listing that breaks", rule: listings(s3test.Fault{How: "reset", After: 300}), says: "list s3://"},
		{name: "the clock of this machine is off", rule: func(*http.Request) (s3test.Fault, bool) {
			return refusal(http.StatusForbidden, "RequestTimeTooSkewed"), true
		}, err: source.ErrClock, says: "Set the clock"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := t.TempDir()
			f.proxy.Obey(tt.rule)
			run, err := f.analyze(t, data)
			f.proxy.Obey(nil)
			switch {
			case tt.says != "":
				if err == nil || tt.err != nil && !errors.Is(err, tt.err) || !strings.Contains(err.Error()+" "+source.Hint(err), tt.says) {
					t.Fatalf("error %v, hint %q; want %v and %q", err, source.Hint(err), tt.err, tt.says)
				}
			case err != nil:
				t.Fatal(err)
			case tt.missing == nil:
				if !bytes.Equal(bytesOf(t, run.Report), want) {
					t.Error("the Report is another one, and nothing is said to be missing")
				}
			default:
				reasons := map[string]string{}
				for _, s := range run.Report.Read.Skipped {
					for _, name := range s.Examples {
						reasons[name] = s.Reason
					}
				}
				for key, reason := range tt.missing {
					if got := reasons["s3://"+f.bucket+"/"+key]; got != reason {
						t.Errorf("%s is missing as %q, want %q: %+v", key, got, reason, run.Report.Read.Skipped)
					}
				}
				if got := run.Report.Read.Sessions + len(tt.missing); got != faultyRecordings {
					t.Errorf("%d recordings are read or named, want %d", got, faultyRecordings)
				}
			}
			run, err = f.analyze(t, data)
			if err != nil {
				t.Fatalf("with the store well again: %v", err)
			}
			if !bytes.Equal(bytesOf(t, run.Report), want) {
				t.Errorf("with the store well again the Report is another one: %+v", run.Report.Read)
			}
		})
	}
}
