package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"time"

	"github.com/spf13/cobra"

	"github.com/rankle/rankle/api/access"
)

// door is who may come in to a server, and over what.
type door struct {
	access    string // file
	cert, key string // files
	proxy     bool
	hosts     []string
}

func (d *door) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&d.access, "access", "", "file that says who may come in; without it only this machine may")
	f.StringVar(&d.cert, "tls-cert", "", "certificate chain (PEM) to encrypt with; needs --tls-key")
	f.StringVar(&d.key, "tls-key", "", "key of the certificate (PEM)")
	f.BoolVar(&d.proxy, "behind-proxy", false, "a proxy in front encrypts, and only the proxy can reach this address")
	f.StringSliceVar(&d.hosts, "host", nil, "name under which people reach the server, beside localhost; can be repeated")
}

// open decides whether the server may listen on addr, and reads who may come in. It never listens where others could
// reach recordings without saying who they are, or where a secret could be read on its way.
func (d *door) open(addr string, getenv func(string) (string, bool)) (*access.Guard, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, usagef("--addr %q: %w", addr, err)
	}
	ip := net.ParseIP(host)
	local := host == "localhost" || ip != nil && ip.IsLoopback()
	encrypted := d.cert != "" && d.key != ""
	switch {
	case (d.cert == "") != (d.key == ""):
		return nil, usagef("--tls-cert and --tls-key go together")
	case encrypted && d.proxy:
		return nil, usagef("--behind-proxy says that a proxy encrypts, --tls-cert that this server does: choose one")
	case !local && d.access == "":
		return nil, usagef("--addr %q can be reached by others: say who may come in with --access (\"rankle token\" makes a first entry), or listen on 127.0.0.1", addr)
	case !local && !encrypted && !d.proxy:
		return nil, usagef("--addr %q can be reached by others, who would send their tokens in the clear: encrypt with --tls-cert and --tls-key, or say --behind-proxy where a proxy does", addr)
	case d.access == "" && d.proxy:
		return nil, usagef("--behind-proxy needs --access: through the proxy others can reach this server")
	case d.access == "":
		return nil, nil
	}
	return access.Open(d.access, time.Now, getenv)
}

func (d *door) listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if errors.Is(err, fs.ErrPermission) {
		return nil, hinted{fmt.Errorf("listen on %s: %w", addr, err), "most systems keep ports below 1024 for privileged programs: choose another one, or put a proxy in front"}
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	if d.cert == "" {
		return l, nil
	}
	pair, err := tls.LoadX509KeyPair(d.cert, d.key)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("certificate: %w", err), l.Close())
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}), nil
}

// address is what people type to get here, as far as this server knows.
func (d *door) address(l net.Addr) string {
	scheme, host := "http", l.String()
	if d.cert != "" {
		scheme = "https"
	}
	if len(d.hosts) > 0 {
		_, port, err := net.SplitHostPort(host)
		if host = d.hosts[0]; err == nil && port != "443" && !d.proxy {
			host = net.JoinHostPort(host, port)
		}
		if d.proxy {
			scheme = "https"
		}
	}
	return scheme + "://" + host
}
