package api

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/klauspost/compress/gzip"
)

// keptBytes bounds the answers that are kept of one view, as they are sent: some hundred pages of a list, which are more
// than a team looks at between two decisions.
const keptBytes = 4 << 20

// kept holds answers as they are sent, so that the page that everybody opens is put together, encoded and compressed once
// and not for each of them. It belongs to one view, and forgets everything when somebody decides something. It is safe for
// concurrent use.
type kept struct {
	mu    sync.Mutex
	seq   int64 // of the reviews that the answers show
	bytes int
	byKey map[any][]byte // gzip'ed JSON
}

// answer returns what build gives as gzip'ed JSON, from what is kept if that shows the reviews as of seq. key names the
// question; it must be comparable. Who asks for the same at the same time may build it twice.
func (k *kept) answer(seq int64, key any, build func() (any, error)) ([]byte, error) {
	k.mu.Lock()
	body, ok := k.byKey[key]
	ok = ok && k.seq == seq
	k.mu.Unlock()
	if ok {
		return body, nil
	}
	value, err := build()
	if err != nil {
		return nil, err
	}
	if body, err = packed(value); err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seq > seq {
		return body, nil // a later decision is known meanwhile
	}
	if k.byKey == nil || k.seq < seq || k.bytes+len(body) > keptBytes {
		k.seq, k.bytes, k.byKey = seq, 0, map[any][]byte{}
	}
	k.bytes += len(body) - len(k.byKey[key])
	k.byKey[key] = body
	return body, nil
}

// packed is value as gzip'ed JSON.
func packed(value any) ([]byte, error) {
	var out bytes.Buffer
	z := newGzip(&out, gzipLevel)
	if err := marshal(z, value); err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compress answer: %w", err)
	}
	return out.Bytes(), nil
}

func unpacked(body []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("decompress answer: %w", err)
	}
	return io.ReadAll(z)
}

// ready is the output of a GET whose answers are kept. It is described as JSON of the type that they are made of, see readyAs.
type ready struct {
	ETag            string `header:"ETag"`
	CacheControl    string `header:"Cache-Control"`
	ContentType     string `header:"Content-Type" hidden:"true"`
	ContentEncoding string `header:"Content-Encoding" hidden:"true"`
	Vary            string `header:"Vary" hidden:"true"`
	Body            []byte
}

// Accepting is part of the input of a GET whose answers are kept. It is exported for the reason that Conditional is.
type Accepting struct {
	AcceptEncoding string `header:"Accept-Encoding" hidden:"true"`
}

// ready is the answer whose gzip'ed JSON is body, for a client that accepts that or does not.
func (a Accepting) ready(tag string, body []byte) (*ready, error) {
	out := &ready{ETag: tag, CacheControl: revalidate, ContentType: "application/json", Vary: "Accept-Encoding"}
	if a.gzip() {
		out.ContentEncoding, out.Body = "gzip", body
		return out, nil
	}
	var err error
	out.Body, err = unpacked(body)
	return out, err
}

// gzip reports whether the client takes it: it is named, and not with a weight of zero (RFC 9110, section 12.5.3).
func (a Accepting) gzip() bool {
	for one := range strings.SplitSeq(a.AcceptEncoding, ",") {
		name, parameters, _ := strings.Cut(one, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			weight, ok := strings.CutPrefix(strings.TrimSpace(parameters), "q=")
			q, err := strconv.ParseFloat(weight, 64)
			return !ok || err == nil && q > 0
		}
	}
	return false
}

// readyAs describes an operation whose answers are kept and made of a T.
func readyAs[T any](api huma.API, op huma.Operation) huma.Operation {
	schema := api.OpenAPI().Components.Schemas.Schema(typeOf[T](), true, "")
	op.Responses = map[string]*huma.Response{"200": {Description: http.StatusText(http.StatusOK), Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}}
	return op
}
