package api

import "testing"

// After sign-in people go on to a page of this server, whatever the address that they came with says.
func TestOwnPath(t *testing.T) {
	for to, want := range map[string]string{
		"/issues/x?y=1": "/issues/x?y=1", "": "/", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "javascript:alert(1)": "/",
		"/a\r\nSet-Cookie: x=y": "/", "issues": "/", "/%2f/evil.example": "/",
	} {
		if got := ownPath(to); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
}
