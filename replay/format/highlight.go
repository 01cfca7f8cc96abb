package format

import (
	"bytes"
	"io"
	"path"
	"strings"

	"github.com/andybalholm/brotli"
)

// isHighlight: {"data":{"events":[…]}}.
func isHighlight(head []byte) bool {
	compact := compactHead(head, 64)
	return bytes.HasPrefix(compact, []byte(`{"data":{"events":[`))
}

// isContents reports whether an object is named as Highlight names the events of a session, which are brotli. A name only
// decides what is tried.
func isContents(name string) bool {
	return strings.HasPrefix(path.Base(name), "session-contents-compressed")
}

// isBrotliText reports whether brotli makes JSON of an object.
func isBrotliText(data []byte) bool {
	var head [64]byte
	n, _ := io.ReadFull(brotli.NewReader(bytes.NewReader(data)), head[:])
	text := bytes.TrimLeft(head[:n], " \t\r\n")
	return len(text) > 0 && (text[0] == '[' || text[0] == '{')
}

// isRedisGob recognises Go's encoding of a list of Redis entries by the names of their fields, which stand in the
// description of the type that comes first (highlight/highlight backend/storage/storage.go, PushRawEvents).
func isRedisGob(head []byte) bool {
	head = head[:min(len(head), 128)]
	return bytes.Contains(head, []byte("\x05Score")) && bytes.Contains(head, []byte("\x06Member"))
}
