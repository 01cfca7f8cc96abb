package s3

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Skew is by how much the clock of this machine is ahead of the store's, as the Date header of an answer says, to the
// second. Stores refuse requests that are signed more than some minutes off. The request is not signed, so that the answer
// may be a refusal, which has a date as well.
func (s *Store) Skew(ctx context.Context, now func() time.Time) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, s.idle)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, s.core.EndpointURL().String(), nil)
	if err != nil {
		return 0, fmt.Errorf("ask for the time: %w", err)
	}
	sent := now()
	res, err := s.transport.RoundTrip(req)
	if err != nil {
		return 0, s.wrap(ctx, "ask for the time", "", err)
	}
	received := now()
	_ = res.Body.Close()
	date, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return 0, fmt.Errorf("%s: the answer has no usable date: %w", s.URL(), err)
	}
	// The header names the second in which the answer was made, somewhere between sending and receiving.
	middle := sent.Add(received.Sub(sent) / 2)
	return middle.Sub(date.Add(time.Second / 2)).Truncate(time.Second), nil
}
