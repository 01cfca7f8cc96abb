package cluster

import (
	"math"
	"math/bits"
	"time"
)

// How long answers take is kept as counts in fixed buckets, so that any two may be added up, in any order, and give the
// same. The buckets are those of HdrHistogram (Tene 2012): every power of two is cut into bucketSteps equal parts. It takes
// whole numbers only, because a logarithm differs between machines in its last digit.

const (
	bucketBits  = 4
	bucketSteps = 1 << bucketBits
	// LatencyError is how far a latency that was read from the buckets may be from the true one, as a share of it: half a
	// bucket, of which the narrowest span 1/16 of their value. Below 32 ms a bucket is one millisecond, as recorded.
	LatencyError = 1.0 / (2 * bucketSteps)
	// maxBuckets are enough for what a row holds, 24 days.
	maxBuckets = (31-bucketBits)*bucketSteps + bucketSteps
)

// latencyKey names a bucket of the answers that one app version (interned) gave.
type latencyKey struct {
	version int32
	bucket  int32 // as wide as the version: a key without gaps is hashed in one step
}

// bucketOf numbers the bucket of a latency in ms; longer ones have higher numbers.
func bucketOf(ms int32) int32 {
	shift := max(bits.Len32(uint32(ms))-1-bucketBits, 0)
	return int32(shift<<bucketBits) + ms>>shift
}

// middleOf is the latency in the middle of a bucket.
func middleOf(bucket int32) time.Duration {
	low, shift := int64(bucket), 0
	if bucket >= 2*bucketSteps {
		shift = int(bucket>>bucketBits) - 1
		low -= int64(shift) << bucketBits
	}
	low <<= shift
	return time.Duration(2*low+(1<<shift)-1) * time.Millisecond / 2
}

// latencies counts answers by bucket.
type latencies [maxBuckets]int

func (l *latencies) count() int {
	n := 0
	for _, k := range l {
		n += k
	}
	return n
}

// quantile is the latency that a share q of all answers did not exceed (nearest rank); 0 of none.
func (l *latencies) quantile(q float64) time.Duration {
	rank := rankOf(q, l.count())
	for b, n := range l {
		if rank -= n; rank < 0 {
			return middleOf(int32(b))
		}
	}
	return 0
}

// rankOf is the index of the quantile q among n sorted values: the least that a share q of them does not exceed.
func rankOf(q float64, n int) int {
	return max(int(math.Ceil(min(max(q, 0), 1)*float64(n)))-1, 0)
}
