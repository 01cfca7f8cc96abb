// Command serve serves the synthetic run of package apitest, for work on the viewer without an analysis:
//
//	go run ./api/apitest/serve -web web/dist -addr 127.0.0.1:7788
package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/signal"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/api/apitest"
	"github.com/rankle/rankle/ranker/review"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:7788", "address to listen on")
	web := flag.String("web", "", "folder of the built viewer, read from disk at every request")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *addr, *web); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr, web string) error {
	dir, err := os.MkdirTemp("", "rankle-sample")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	reviews, err := review.Open(dir+"/review.db", nil)
	if err != nil {
		return err
	}
	defer reviews.Close()
	var files fs.FS
	if web != "" {
		files = os.DirFS(web)
	}
	server, err := api.New(api.Options{Reviews: reviews, Web: files, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		return err
	}
	snap, err := apitest.Sample().Snapshot(ctx)
	if err != nil {
		return err
	}
	if err := server.Load(snap); err != nil {
		return err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", l.Addr())
	return server.Serve(ctx, l)
}
