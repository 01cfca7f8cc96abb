package s3_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/source"
	"github.com/rankle/rankle/replay/source/s3"
	"github.com/rankle/rankle/replay/source/s3/s3test"
)

// BenchmarkThroughput reads the same objects as an analysis does (guarded by the ETag, across broken connections) and with
// minio-go alone, in turn, from a server in this process. The figure to look at is x-minio: the share of minio-go's
// rate that is reached; the times of both hold the server's work.
func BenchmarkThroughput(b *testing.B) {
	const objects = 32
	srv := s3test.Start(b)
	for _, size := range []int{20 << 10, 500 << 10, 5 << 20} {
		b.Run(fmt.Sprintf("%dkB", size>>10), func(b *testing.B) {
			bucket := srv.Bucket(b)
			for i := range objects {
				srv.Put(b, bucket, fmt.Sprintf("%04d.json.gz", i), make([]byte, size))
			}
			st, err := s3.New(srv.Options(bucket))
			if err != nil {
				b.Fatal(err)
			}
			defer st.Close()
			client, err := minio.New(srv.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(s3test.AccessKey, s3test.SecretKey, ""), Region: s3test.Region})
			if err != nil {
				b.Fatal(err)
			}
			var listed []replay.Object
			for o, err := range st.List(b.Context(), "") {
				if err != nil {
					b.Fatal(err)
				}
				listed = append(listed, o.Object)
			}
			if len(listed) != objects {
				b.Fatalf("%d objects listed, want %d", len(listed), objects)
			}
			var own, peer time.Duration
			for b.Loop() {
				own += readAll(b, listed, func(ctx context.Context, o replay.Object) (io.ReadCloser, error) {
					return source.Resume(ctx, st, o, source.Retry{})
				})
				peer += readAll(b, listed, func(ctx context.Context, o replay.Object) (io.ReadCloser, error) {
					return client.GetObject(ctx, bucket, o.Key, minio.GetObjectOptions{})
				})
			}
			b.SetBytes(int64(2 * objects * size))
			b.ReportMetric(peer.Seconds()/own.Seconds(), "x-minio")
		})
	}
}

// readAll reads the objects one after the other and returns how long that took.
func readAll(b *testing.B, objects []replay.Object, open func(context.Context, replay.Object) (io.ReadCloser, error)) time.Duration {
	start := time.Now()
	for _, o := range objects {
		r, err := open(b.Context(), o)
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.Copy(io.Discard, r)
		if err != nil || n != o.Size {
			b.Fatalf("%s: %d bytes of %d, %v", o.Key, n, o.Size, err)
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}
