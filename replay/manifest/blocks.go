package manifest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/rankle/rankle/replay/source"
)

// The fields of a block index, beside those of a Record.
const (
	fBlocks     = "block_urls"
	fBlockTimes = "block_first_timestamps"
	fDeleted    = "is_deleted"
	fSource     = "snapshot_source"
	fLibrary    = "snapshot_library"
)

// blockAliases are the columns of PostHog's session_replay_events (session_replay_event_sql.py) that say what a Record
// knows under another name. The Record's own name, or a column that is mapped, goes first.
var blockAliases = map[string]string{"distinct_id": fUser, "min_first_timestamp": fStarted, "first_url": fEntryURL}

// BlockIndex says which blocks make up which session, and who was recorded. It is immutable and safe for concurrent use.
type BlockIndex struct {
	// Table is what the index says of the sessions.
	Table
	// Sessions are by id.
	Sessions []source.Indexed
}

// maxBlockLine bounds a line of an index. The longest session, of 24 hours with a block of about 150 bytes every ten
// seconds, takes 1.3 MB.
const maxBlockLine = 16 << 20

// LoadBlocks reads an index of blocks as PostHog's ClickHouse table session_replay_events exports it: session_id,
// block_urls with block_first_timestamps (lists, or one block a row), min_first_timestamp, is_deleted, distinct_id,
// snapshot_source, snapshot_library, first_url. Lists are JSON arrays, ClickHouse's own ['a','b'], or repeated columns of
// Parquet. Columns names others as for Load. Rows of one session add up. Columns that say nothing of that are left out,
// since such a table holds whole URLs.
//
// A block's URL is s3://bucket/key?range=bytes=A-B with both ends inclusive; one that is not is a problem, and its session
// goes without it. Errors are those of Load.
func LoadBlocks(ctx context.Context, r io.Reader, c Columns, o Options) (*BlockIndex, error) {
	b := &BlockIndex{Table: Table{records: map[string]Record{}}}
	sessions := map[string]*source.Indexed{}
	texts, keys := interner{}, interner{}
	t := &rows{c: c, need: []string{fSession, fBlocks}, q: &b.Quality, lists: map[string]bool{}, maxLine: maxBlockLine}
	for _, field := range []string{fBlocks, fBlockTimes} {
		t.lists[field] = true
	}
	for _, m := range c.mapped() {
		if t.lists[m.field] {
			t.lists[m.column] = true
		}
	}
	t.use = func(line int, f flat) {
		blocks := b.blocks(line, f, keys)
		deleted := slices.Contains([]string{"1", "true"}, strings.ToLower(f.take(fDeleted)))
		rec := b.record(line, f)
		if rec.Session == "" {
			b.note(line, "%s is empty", fSession)
			return
		}
		texts.record(&rec)
		if old, ok := b.records[rec.Session]; ok {
			rec = old.merge(rec)
		}
		b.records[rec.Session] = rec
		s := sessions[rec.Session]
		if s == nil {
			s = &source.Indexed{Session: rec.Session}
			sessions[rec.Session] = s
		}
		s.Blocks = append(s.Blocks, blocks...)
		s.Deleted = s.Deleted || deleted
		s.Started = rec.Started
	}
	if err := t.all(ctx, r, o); err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(sessions)) {
		b.Sessions = append(b.Sessions, *sessions[id])
	}
	return b, nil
}

// merge completes r by another row of the same session. A session started when the first of its rows says.
func (r Record) merge(other Record) Record {
	if r.Started.IsZero() || !other.Started.IsZero() && other.Started.Before(r.Started) {
		r.Started = other.Started
	}
	return r.Merge(other)
}

// record reads the columns that say who was recorded, and how.
func (b *BlockIndex) record(line int, f flat) Record {
	known := flat{}
	for _, field := range knownFields {
		if v, ok := f[field]; ok {
			known[field] = v
		}
	}
	for _, column := range slices.Sorted(maps.Keys(blockAliases)) {
		if field := blockAliases[column]; known[field] == "" {
			known[field] = f[column]
		}
	}
	if known[fChannel] == "" {
		known[fChannel] = channel(f[fLibrary], f[fSource])
	}
	rec, err := decode(known)
	if err != nil {
		b.note(line, "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return rec
}

// channel is what PostHog's recorder was: the library names the system, the source only that it was none of the web.
func channel(library, from string) string {
	switch library = text(library); {
	case strings.HasSuffix(library, "-ios"):
		return "ios"
	case strings.HasSuffix(library, "-android"):
		return "android"
	}
	return text(from)
}

// blocks reads the lists of a row.
func (b *BlockIndex) blocks(line int, f flat, keys interner) []source.Block {
	urls, err := texts(f[fBlocks])
	if err != nil {
		b.note(line, "%s: %v", fBlocks, err)
		return nil
	}
	times, err := texts(f[fBlockTimes])
	if err != nil || len(times) > 0 && len(times) != len(urls) {
		b.note(line, "%s: want a list of %d times, as many as there are blocks", fBlockTimes, len(urls))
		times = nil
	}
	out := make([]source.Block, 0, len(urls))
	for i, url := range urls {
		block, ok := parseBlock(url)
		if !ok {
			b.note(line, "%s: %q is no s3://bucket/key?range=bytes=FIRST-LAST", fBlocks, text(url))
			continue
		}
		keys.text(&block.Key)
		if times != nil {
			if block.First, err = parseTime(times[i]); err != nil {
				b.note(line, "%s: %v", fBlockTimes, err)
			}
		}
		out = append(out, block)
	}
	return out
}

// parseBlock reads the URL of a block.
func parseBlock(url string) (source.Block, bool) {
	whole, from, to, ok := source.CutRange(strings.TrimSpace(url))
	key := whole
	if _, rest, found := strings.Cut(whole, "://"); found {
		_, key, _ = strings.Cut(rest, "/")
	}
	return source.Block{Key: key, From: from, To: to}, ok && key != ""
}

// texts reads a list written as text: a JSON array, an array as ClickHouse writes it into CSV (['it\'s','b']), or a single
// value. An empty text is an empty list.
func texts(list string) ([]string, error) {
	list = strings.TrimSpace(list)
	if list == "" || list == "[]" || text(list) == "" {
		return nil, nil
	}
	if list[0] != '[' {
		return []string{list}, nil
	}
	var values []any
	dec := json.NewDecoder(strings.NewReader(list))
	dec.UseNumber()
	if err := dec.Decode(&values); err == nil {
		out := make([]string, len(values))
		for i, v := range values {
			out[i] = scalar(v)
		}
		return out, nil
	}
	return quotedTexts(list)
}

// quotedTexts reads a list whose values stand in single quotes, or bare.
func quotedTexts(list string) ([]string, error) {
	wrong := errors.New("is no list of texts")
	rest, ok := strings.CutSuffix(strings.TrimPrefix(list, "["), "]")
	if !ok {
		return nil, wrong
	}
	var out []string
	for {
		var value strings.Builder
		rest = strings.TrimLeft(rest, " ")
		if quoted, ok := strings.CutPrefix(rest, "'"); ok {
			rest = quoted
			for rest != "" && rest[0] != '\'' {
				if rest[0] == '\\' && len(rest) > 1 {
					rest = rest[1:]
				}
				value.WriteByte(rest[0])
				rest = rest[1:]
			}
			if rest, ok = strings.CutPrefix(rest, "'"); !ok {
				return nil, wrong
			}
		} else {
			n := cmp.Or(strings.IndexByte(rest, ',')+1, len(rest)+1) - 1
			value.WriteString(strings.TrimSpace(rest[:n]))
			rest = rest[n:]
		}
		out = append(out, value.String())
		if rest = strings.TrimLeft(rest, " "); rest == "" {
			return out, nil
		}
		if rest, ok = strings.CutPrefix(rest, ","); !ok {
			return nil, wrong
		}
	}
}
