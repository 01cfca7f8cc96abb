package manifest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Copy writes a table, in whatever format, as NDJSON: one object of texts a line, under the names of its columns, which Load
// and LoadOutcomes read with the same Columns as the table itself. Each row goes through edit, which gets its values as those
// take them (what stands for nothing is empty), may change them and reports whether the row stays. A table of which no row stays keeps a row of empty texts, so that its columns are there.
// It returns how many rows did not stay. Columns that no reading could use (lists) are left out.
func Copy(ctx context.Context, w io.Writer, r io.Reader, o Options, edit func(row map[string]string) bool) (dropped int, err error) {
	out := bufio.NewWriter(w)
	write := func(row map[string]string) {
		line, merr := json.Marshal(row)
		if merr != nil {
			panic(fmt.Sprintf("BUG: a row of texts: %v", merr))
		}
		_, _ = out.Write(append(line, '\n')) // Flush returns the error
	}
	columns := map[string]bool{}
	kept := 0
	err = eachRow(ctx, r, Columns{}, o, nil, &Quality{}, func(_ int, f flat) {
		for name, value := range f {
			columns[name] = true
			f[name] = text(value)
		}
		if !edit(f) {
			dropped++
			return
		}
		kept++
		write(f)
	})
	if err != nil {
		return dropped, err
	}
	if kept == 0 {
		empty := map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(columns)) {
			empty[name] = ""
		}
		write(empty)
	}
	return dropped, out.Flush()
}

// UserColumn is the column that names the user.
func (c Columns) UserColumn() string { return cmpOr(c.User, fUser) }

// SessionColumn is the column that names the session.
func (c Columns) SessionColumn() string { return cmpOr(c.Session, fSession) }
