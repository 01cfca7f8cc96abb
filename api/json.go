package api

import (
	"encoding/json"
	"io"
)

// marshal writes JSON with <, > and & escaped, so that recorded text stays inert even where somebody pastes an
// answer into a page.
func marshal(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(true)
	return enc.Encode(v)
}
