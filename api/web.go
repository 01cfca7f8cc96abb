package api

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/go-chi/chi/v5"
)

// noViewer is what / says when the program was built without the viewer.
const noViewer = "<!doctype html><title>Rankle</title><p>This program was built without the viewer. " +
	"The API is at <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>; build the viewer with <code>make web</code>.\n"

// immutable is for files whose name holds a hash of their content.
const immutable = "public, max-age=31536000, immutable"

// serveWeb serves the viewer at every address that is not the API's. Addresses without a file extension are places
// within the viewer and get index.html.
func (s *Server) serveWeb(router chi.Router) {
	router.Get("/*", func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		switch {
		case name == "api" || strings.HasPrefix(name, "api/"):
			s.fail(w, r, errNoRoute)
		case name == "" || name == "index.html":
			s.page(w, r)
		case s.isFile(name):
			s.file(w, r, name)
		case path.Ext(name) == "" || path.Dir(name) != "." && !strings.HasPrefix(name, assets):
			s.page(w, r)
		default:
			s.fail(w, r, errNoRoute)
		}
	})
}

// page serves index.html. It is read every time, so that a rebuilt viewer shows up where Options.Web is a folder.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	index := []byte(noViewer)
	if s.opts.Web != nil {
		b, err := fs.ReadFile(s.opts.Web, "index.html")
		switch {
		case err == nil:
			index = b
		case !errors.Is(err, fs.ErrNotExist):
			s.fail(w, r, fmt.Errorf("read the viewer's index.html: %s", err))
			return
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Cache-Control", "no-cache")
	for _, address := range s.wanted(r) {
		w.Header().Add("Link", "<"+address+">; rel=preload; as=fetch; crossorigin")
	}
	if _, err := w.Write(index); err != nil {
		s.log.DebugContext(r.Context(), "client left", "request", requestID(r.Context()), "err", err)
	}
}

// wanted lists what the viewer asks for as soon as its script runs, so that the browser asks together with the script:
// what every page shows, and at the list its first rows. The addresses are those of web/src/api/client.ts to the letter,
// because the browser takes what it has for what is asked only then; web/e2e looks whether it does. Who is yet to sign in
// would be refused, and a program without the viewer wants nothing.
func (s *Server) wanted(r *http.Request) []string {
	if s.opts.Web == nil {
		return nil
	}
	asks := []string{accessPath}
	if _, known := personOf(r.Context()); s.opts.Access != nil && !known {
		return asks
	}
	asks = append(asks, "/api/v1/report")
	if r.URL.Path == "/" {
		asks = append(asks, "/api/v1/issues?limit=50")
	}
	return asks
}

// assets holds the files with hashed names, as the viewer's build lays them out.
const assets = "assets/"

func (s *Server) isFile(name string) bool {
	if s.opts.Web == nil || !fs.ValidPath(name) {
		return false
	}
	info, err := fs.Stat(s.opts.Web, name)
	return err == nil && info.Mode().IsRegular()
}

func (s *Server) file(w http.ResponseWriter, r *http.Request, name string) {
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, assets) {
		w.Header().Set("Cache-Control", immutable)
	}
	http.ServeFileFS(w, r, s.opts.Web, name)
}
