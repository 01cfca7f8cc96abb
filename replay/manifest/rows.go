package manifest

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

func compareOutcomes(a, b Outcome) int {
	return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value))
}

func parseValue(v string) (float64, error) {
	n, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, fmt.Errorf("%q is not a number", v)
	}
	return n, nil
}

// rows hands the rows of a table, one after another, to use. Columns that are seen are noted in seen.
type rows struct {
	ctx  context.Context // of this one reading
	o    Options
	c    Columns
	need []string // fields without which a table is of no use
	q    *Quality
	use  func(line int, f flat)
	// lists are the columns whose values are lists: they come as texts that func texts reads.
	lists   map[string]bool
	maxLine int // of NDJSON, in bytes

	rename map[string]string // column → field
	drop   map[string]bool   // columns that become nothing
	seen   map[string]bool
}

// eachRow reads a table in whatever format and calls use with every row, its columns renamed to fields.
func eachRow(ctx context.Context, r io.Reader, c Columns, o Options, need []string, q *Quality, use func(int, flat)) error {
	t := &rows{c: c, need: need, q: q, use: use, maxLine: maxLineBytes}
	return t.all(ctx, r, o)
}

// all reads the whole table.
func (t *rows) all(ctx context.Context, r io.Reader, o Options) error {
	o = o.withDefaults()
	t.ctx, t.o, t.rename, t.drop, t.seen = ctx, o, map[string]string{}, map[string]bool{}, map[string]bool{}
	for _, m := range t.c.mapped() {
		if other, ok := t.rename[m.column]; ok {
			return fmt.Errorf("%s: %w: the column %q is named for both %s and %s", o.Name, ErrColumns, m.column, other, m.field)
		}
		t.rename[m.column] = m.field
	}
	for _, column := range t.c.Ignore {
		t.drop[column] = true
	}
	if err := t.read(r); err != nil {
		return fmt.Errorf("%s: %w", o.Name, err)
	}
	return nil
}

// read unpacks, finds the format and reads.
func (t *rows) read(r io.Reader) error {
	b := bufio.NewReaderSize(r, 64<<10)
	magic, _ := b.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(b)
		if err != nil {
			return fmt.Errorf("%w: gzip: %v", ErrFormat, err)
		}
		b = bufio.NewReaderSize(z, 64<<10)
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
		if err != nil {
			return fmt.Errorf("%w: zstd: %v", ErrFormat, err)
		}
		defer z.Close()
		b = bufio.NewReaderSize(z, 64<<10)
	}
	b = bufio.NewReaderSize(&limited{ctx: t.ctx, r: b, left: t.o.MaxBytes, max: t.o.MaxBytes}, 64<<10)
	if bom, _ := b.Peek(3); bytes.Equal(bom, []byte("\xEF\xBB\xBF")) {
		b.Discard(3)
	}
	head, err := b.Peek(4096)
	if len(bytes.TrimSpace(head)) == 0 {
		if err != nil && err != io.EOF {
			return err
		}
		return fmt.Errorf("%w: it is empty", ErrFormat)
	}
	kind := t.o.Format
	if kind == FormatAuto {
		kind = sniff(head)
	}
	switch kind {
	case FormatParquet:
		return t.parquet(b)
	case FormatNDJSON:
		return t.ndjson(b)
	case FormatCSV:
		return t.csv(b, head)
	}
	return fmt.Errorf("%w: unknown format %q; known are csv, ndjson and parquet", ErrFormat, kind)
}

func sniff(head []byte) Format {
	switch text := bytes.TrimSpace(head); {
	case bytes.HasPrefix(head, []byte("PAR1")):
		return FormatParquet
	case text[0] == '{', text[0] == '[':
		return FormatNDJSON
	}
	return FormatCSV
}

// limited ends a reading at the limit with ErrLimit, and when the context ends.
type limited struct {
	ctx       context.Context
	r         io.Reader
	left, max int64
}

func (l *limited) Read(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	if l.left < 0 {
		return 0, fmt.Errorf("%w: MaxBytes (%d)", ErrLimit, l.max)
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n - 1, fmt.Errorf("%w: MaxBytes (%d)", ErrLimit, l.max)
	}
	return n, err
}

// row passes one row on. Its columns become fields: named ones under the field's name, ignored ones not at all. A column
// that has a field's name without being mapped gives way to the one that is.
func (t *rows) row(line int, columns flat) error {
	if t.q.Rows++; t.q.Rows > t.o.MaxRows {
		return fmt.Errorf("%w: MaxRows (%d)", ErrLimit, t.o.MaxRows)
	}
	f := make(flat, len(columns))
	for column, v := range columns {
		if _, ok := t.rename[column]; !ok && !t.drop[column] {
			f[column] = v
		}
	}
	for column, field := range t.rename {
		if v, ok := columns[column]; ok {
			f[field] = v
		}
	}
	t.use(line, f)
	return nil
}

// check reports the columns that are needed or named but not there.
func (t *rows) check() error {
	there := slices.Sorted(maps.Keys(t.seen))
	if len(there) > 30 {
		there = append(there[:30], "...")
	}
	list := strings.Join(there, ", ")
	var errs []error
	given := map[string]bool{}
	for _, m := range t.c.mapped() {
		given[m.field] = true
		if !t.seen[m.column] {
			errs = append(errs, fmt.Errorf("%w: columns.%s names %q; the columns are: %s", ErrColumns, m.setting, m.column, list))
		}
	}
	for _, field := range t.need {
		if !given[field] && !t.seen[field] {
			setting := strings.TrimSuffix(field, "_id")
			if field == fBlocks {
				setting = "blocks"
			}
			errs = append(errs, fmt.Errorf("%w: there is no %q; set columns.%s to one of the columns: %s", ErrColumns, field, setting, list))
		}
	}
	return errors.Join(errs...)
}

func (t *rows) csv(b *bufio.Reader, head []byte) error {
	r := csv.NewReader(b)
	r.Comma = separator(head)
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		return csvError(err)
	}
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = strings.TrimSpace(name)
		if t.seen[names[i]] {
			return fmt.Errorf("%w: two columns are called %q", ErrFormat, names[i])
		}
		t.seen[names[i]] = true
	}
	if err := t.check(); err != nil {
		return err
	}
	for {
		record, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return csvError(err)
		}
		line, _ := r.FieldPos(0)
		if len(record) != len(names) {
			t.q.note(line, "%d fields, the header has %d", len(record), len(names))
		}
		f := make(flat, len(names))
		for i, v := range record[:min(len(record), len(names))] {
			f[names[i]] = v
		}
		if err := t.row(line, f); err != nil {
			return err
		}
	}
}

func csvError(err error) error {
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		return fmt.Errorf("%w: line %d: %v", ErrFormat, pe.Line, pe.Err)
	}
	return err
}

// separator returns the one of comma, semicolon and tab that the first line has most of; spreadsheets write semicolons
// where the comma is the decimal sign.
func separator(head []byte) rune {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	best, most := ',', bytes.Count(line, []byte(","))
	for _, c := range ";\t" {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

func (t *rows) ndjson(b *bufio.Reader) error {
	for line := 1; ; line++ {
		data, err := readLine(b, t.maxLine)
		if err != nil && err != io.EOF {
			return fmt.Errorf("line %d: %w", line, err)
		}
		if len(bytes.TrimSpace(data)) > 0 {
			if line == 1 && bytes.TrimSpace(data)[0] == '[' {
				return fmt.Errorf("%w: it is a JSON array; write one object a line", ErrFormat)
			}
			if err := t.object(line, data); err != nil {
				return err
			}
		}
		if err == io.EOF {
			break
		}
	}
	if t.q.Rows == 0 {
		return fmt.Errorf("%w: no line is a JSON object", ErrFormat)
	}
	return t.check()
}

func (t *rows) object(line int, data []byte) error {
	f, err := flatten(data, t.lists)
	if err != nil {
		t.q.note(line, "%v", err)
		return nil
	}
	for name := range f.values {
		t.seen[name] = true
	}
	for name := range f.shapes { // an object under a known name is there, whatever it holds
		t.seen[name] = true
	}
	if err := wrongShape(f); err != nil {
		t.q.note(line, "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return t.row(line, f.values)
}

// readLine returns a line without its end; the slice is valid until the next call.
func readLine(b *bufio.Reader, limit int) ([]byte, error) {
	var long []byte
	for {
		part, err := b.ReadSlice('\n')
		if err == nil && long == nil {
			return part, nil
		}
		if long = append(long, part...); len(long) > limit {
			return nil, fmt.Errorf("%w: longer than %d bytes", ErrLimit, limit)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return long, err
		}
	}
}

// parquet reads the whole file into memory, since the format is read from its end.
func (t *rows) parquet(b *bufio.Reader) (err error) {
	data, err := io.ReadAll(b)
	if err != nil {
		return err
	}
	// The library panics on some damaged files; here that is bad input like any other.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: parquet: damaged (%v)", ErrFormat, p)
		}
	}()
	if err := footerFits(data); err != nil {
		return err
	}
	// Rows are read from first to last: what helps to find some of them is left alone.
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return fmt.Errorf("%w: parquet: %v", ErrFormat, err)
	}
	leaves := map[int]leaf{}
	for _, path := range file.Schema().Columns() {
		col, ok := file.Schema().Lookup(path...)
		if !ok {
			continue
		}
		name, list := strings.Join(path, "."), col.MaxRepetitionLevel == 1 && t.lists[path[0]]
		if list {
			name = path[0] // writers differ in the names of what lies between
		}
		if list || col.MaxRepetitionLevel == 0 {
			leaves[col.ColumnIndex] = leaf{name, col.Node.Type(), list}
			t.seen[name] = true
		}
	}
	if err := t.check(); err != nil {
		return err
	}
	buf := make([]parquet.Row, 64)
	for _, group := range file.RowGroups() {
		if err := t.group(group, leaves, buf); err != nil {
			return err
		}
	}
	return nil
}

// footerFits checks the length that a file says its footer has, which the library allocates before it reads it: up to 4 GB.
func footerFits(data []byte) error {
	const tail = 8 // the length, and the magic bytes
	if len(data) < tail {
		return fmt.Errorf("%w: parquet: cut off after %d bytes", ErrFormat, len(data))
	}
	if footer := binary.LittleEndian.Uint32(data[len(data)-tail:]); int64(footer) > int64(len(data)-tail) {
		return fmt.Errorf("%w: parquet: the footer says that it has %d bytes, and the whole file has %d", ErrFormat, footer, len(data))
	}
	return nil
}

func (t *rows) group(group parquet.RowGroup, leaves map[int]leaf, buf []parquet.Row) error {
	r := group.Rows()
	defer r.Close()
	for {
		n, err := r.ReadRows(buf)
		for _, row := range buf[:n] {
			f := make(flat, len(leaves))
			lists := map[string][]string{}
			for _, v := range row {
				l, ok := leaves[v.Column()]
				switch {
				case !ok || v.IsNull():
				case l.list:
					lists[l.name] = append(lists[l.name], l.text(v))
				default:
					f[l.name] = l.text(v)
				}
			}
			for name, list := range lists {
				text, err := json.Marshal(list)
				if err != nil {
					return fmt.Errorf("%w: parquet: row %d: %v", ErrFormat, t.q.Rows+1, err)
				}
				f[name] = string(text)
			}
			if err := t.row(t.q.Rows+1, f); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("%w: parquet: row %d: %v", ErrFormat, t.q.Rows+1, err)
		case t.ctx.Err() != nil:
			return t.ctx.Err()
		case n == 0:
			return fmt.Errorf("%w: parquet: row %d cannot be read", ErrFormat, t.q.Rows+1)
		}
	}
}

// leaf is a column of scalars, or of lists of them.
type leaf struct {
	name string
	kind parquet.Type
	list bool
}

// text writes a value as a sidecar would have it: times and dates as RFC 3339, decimals with their point, UUIDs in their
// usual form.
func (l leaf) text(v parquet.Value) string {
	if lt := l.kind.LogicalType(); lt != nil {
		switch t := lt.Value.(type) {
		case *format.TimestampType:
			return timestamp(v.Int64(), t.Unit).UTC().Format(time.RFC3339Nano)
		case *format.DateType:
			return time.Unix(int64(v.Int32())*24*60*60, 0).UTC().Format(time.DateOnly)
		case *format.DecimalType:
			return decimal(v, t.Scale)
		case *format.UUIDType:
			if b := v.ByteArray(); len(b) == 16 {
				return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
			}
		}
	}
	switch v.Kind() {
	case parquet.ByteArray, parquet.FixedLenByteArray:
		return string(v.ByteArray())
	}
	return v.String()
}

func timestamp(n int64, unit format.TimeUnit) time.Time {
	switch unit.Value.(type) {
	case *format.MilliSeconds:
		return time.UnixMilli(n)
	case *format.MicroSeconds:
		return time.UnixMicro(n)
	}
	return time.Unix(0, n)
}

// decimal writes a whole number with its point scale digits from the right.
func decimal(v parquet.Value, scale int32) string {
	n := new(big.Int)
	switch v.Kind() {
	case parquet.Int32:
		n.SetInt64(int64(v.Int32()))
	case parquet.Int64:
		n.SetInt64(v.Int64())
	default: // two's complement, most significant byte first
		b := v.ByteArray()
		n.SetBytes(b)
		if len(b) > 0 && b[0] >= 0x80 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
		}
	}
	if scale <= 0 || scale > 38 { // 38 digits are the most that decimals have
		return n.String()
	}
	sign := ""
	if n.Sign() < 0 {
		sign = "-"
		n.Neg(n)
	}
	digits := n.String()
	if short := int(scale) + 1 - len(digits); short > 0 {
		digits = strings.Repeat("0", short) + digits
	}
	point := len(digits) - int(scale)
	return sign + digits[:point] + "." + digits[point:]
}
