package s3

import (
	"context"
	"net"
)

// DialTo sends all connections of the store to one address, so that tests can ask hosts that do not exist.
func (s *Store) DialTo(addr string) {
	s.transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
}

// SetPageKeys makes the pages of a listing small, so that a test needs few objects to have several.
func (s *Store) SetPageKeys(n int) { s.pageKeys = n }
