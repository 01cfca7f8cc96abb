package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/parquet-go/parquet-go"
)

// Values calls each with every text that a Parquet file holds: the values of all columns, known to this program or not,
// what the file says about them (least and greatest value) and its metadata. The slices are valid during the call.
func Values(ctx context.Context, path string, each func(text []byte)) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("look through %s: %w", path, err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return fmt.Errorf("look through %s: %w", path, err)
	}
	file, err := parquet.OpenFile(f, st.Size())
	if err != nil {
		return fmt.Errorf("look through %s: %w: %w", path, ErrDamaged, err)
	}
	meta := file.Metadata()
	for _, kv := range meta.KeyValueMetadata {
		each([]byte(kv.Key))
		each([]byte(kv.Value))
	}
	for i := range meta.RowGroups {
		for j := range meta.RowGroups[i].Columns {
			s := &meta.RowGroups[i].Columns[j].MetaData.Statistics
			for _, v := range [][]byte{s.Min, s.Max, s.MinValue, s.MaxValue} {
				each(v)
			}
		}
	}
	for _, index := range file.ColumnIndexes() {
		for _, values := range [][][]byte{index.MinValues, index.MaxValues} {
			for _, v := range values {
				each(v)
			}
		}
	}
	for _, group := range file.RowGroups() {
		if err := groupValues(ctx, group, each); err != nil {
			return fmt.Errorf("look through %s: %w", path, err)
		}
	}
	return nil
}

func groupValues(ctx context.Context, group parquet.RowGroup, each func([]byte)) error {
	rows := group.Rows()
	defer rows.Close()
	buf := make([]parquet.Row, cursorBatch)
	for {
		n, err := rows.ReadRows(buf)
		for _, r := range buf[:n] {
			for _, v := range r {
				switch v.Kind() {
				case parquet.ByteArray, parquet.FixedLenByteArray:
					each(v.ByteArray())
				case parquet.Int32, parquet.Int64:
					each([]byte(v.String()))
				}
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
}
