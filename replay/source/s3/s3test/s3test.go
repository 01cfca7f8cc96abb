// Package s3test runs a real S3 server inside a test: the embedded gateway of versitygw over a temporary directory, on
// a loopback port. Only tests import it.
package s3test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"

	"github.com/rankle/rankle/replay/source/s3"
)

// The only account of the server.
const (
	AccessKey = "rankle-test-access"
	SecretKey = "rankle-test-secret-7f21"
	Region    = "us-east-1"
)

// Server is a running S3 server. It serves all tests of a process that ask for one, since the gateway can run only once
// in a process, and ends with the last of them.
//
// The gateway opens buckets relative to the working directory and moves the process there; the directory is restored
// when the server ends. A test that reads files while the server runs names them by absolute path.
type Server struct {
	Endpoint string // host:port, plain HTTP

	client    *minio.Client
	transport *http.Transport
	dir       string
	wd        string // working directory before
	cancel    context.CancelFunc
	done      chan error
	users     int
	buckets   int
}

var (
	mu      sync.Mutex
	running *Server
)

// Start returns the server of this process, starting it when none runs. It fails the test when it cannot; it never
// skips.
func Start(tb testing.TB) *Server {
	tb.Helper()
	mu.Lock()
	defer mu.Unlock()
	if running == nil {
		s, err := start()
		if err != nil {
			tb.Fatalf("start S3 server: %v", err)
		}
		running = s
	}
	s := running
	s.users++
	tb.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		if s.users--; s.users == 0 {
			running = nil
			if err := s.stop(); err != nil {
				tb.Errorf("stop S3 server: %v", err)
			}
		}
	})
	return s
}

func start() (*Server, error) {
	dir, err := os.MkdirTemp("", "s3test")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, done: make(chan error, 1)}
	if err := s.run(); err != nil {
		return nil, errors.Join(err, os.Chdir(cmp.Or(s.wd, ".")), os.RemoveAll(dir))
	}
	return s, nil
}

func (s *Server) run() error {
	// The gateway wants the directory of its metadata neither inside its root nor under a name that begins like it.
	root, side := filepath.Join(s.dir, "objects"), filepath.Join(s.dir, "metadata")
	for _, d := range []string{root, side} {
		if err := os.Mkdir(d, 0o755); err != nil {
			return err
		}
	}
	store, err := meta.NewSideCar(side)
	if err != nil {
		return err
	}
	if s.wd, err = os.Getwd(); err != nil {
		return err
	}
	be, err := posix.New(root, store, posix.PosixOpts{SideCarDir: side})
	if err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	s.Endpoint = port
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go func() {
		s.done <- embedgw.RunVersityGW(ctx, be, &embedgw.Config{
			RootUserAccess: AccessKey, RootUserSecret: SecretKey, Region: Region,
			Ports: []string{port}, MaxConnections: 1024, MaxRequests: 1024, MultipartMaxParts: 10_000,
			Quiet: true, KeepAlive: true,
		})
	}()
	// A connection per request: under load the gateway now and then refuses the request that follows an upload on the
	// same connection, as one that it cannot parse (seen with v1.8.0, two of four parallel runs).
	s.transport = &http.Transport{DisableKeepAlives: true}
	s.client, err = minio.New(port, &minio.Options{
		Creds: credentials.NewStaticV4(AccessKey, SecretKey, ""), Region: Region, MaxRetries: 1, Transport: s.transport,
	})
	if err != nil {
		return err
	}
	return s.ready()
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// ready waits until the server answers; it takes some milliseconds.
func (s *Server) ready() error {
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-s.done:
			return fmt.Errorf("server ended: %w", err)
		case <-deadline:
			s.cancel()
			return fmt.Errorf("no answer on %s", s.Endpoint)
		case <-tick.C:
			if conn, err := net.Dial("tcp", s.Endpoint); err == nil {
				return conn.Close()
			}
		}
	}
}

func (s *Server) stop() error {
	s.transport.CloseIdleConnections()
	s.cancel()
	err := <-s.done
	return errors.Join(err, os.Chdir(s.wd), os.RemoveAll(s.dir))
}

// Bucket creates an empty bucket and returns its name.
func (s *Server) Bucket(tb testing.TB) string {
	tb.Helper()
	mu.Lock()
	s.buckets++
	name := fmt.Sprintf("bucket-%d", s.buckets)
	mu.Unlock()
	if err := s.client.MakeBucket(context.Background(), name, minio.MakeBucketOptions{}); err != nil {
		tb.Fatalf("make bucket: %v", err)
	}
	return name
}

// Put writes an object.
func (s *Server) Put(tb testing.TB, bucket, key string, data []byte) {
	tb.Helper()
	_, err := s.client.PutObject(context.Background(), bucket, key, bytes.NewReader(data), int64(len(data)),
		minio.PutObjectOptions{DisableMultipart: true})
	if err != nil {
		tb.Fatalf("put %s: %v", key, err)
	}
}

// Delete removes an object.
func (s *Server) Delete(tb testing.TB, bucket, key string) {
	tb.Helper()
	if err := s.client.RemoveObject(context.Background(), bucket, key, minio.RemoveObjectOptions{}); err != nil {
		tb.Fatalf("delete %s: %v", key, err)
	}
}

// Options returns what reads a bucket of this server.
func (s *Server) Options(bucket string) s3.Options {
	return s3.Options{
		Endpoint: s.Endpoint, Insecure: true, Region: Region, Bucket: bucket,
		Credentials: s3.Credentials{Mode: s3.ModeStatic, AccessKey: AccessKey, SecretKey: SecretKey},
	}
}
