package api

import (
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

// noViewer is what / says when the program was built without the viewer.
const noViewer = "<!doctype html><title>Rankle</title><p>This program was built without the viewer. " +
	"The API is at <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>; build the viewer with <code>make web</code>.\n"

// immutable is for files whose name holds a hash of their content.
const immutable = "public, max-age=31536000, immutable"

// serveWeb serves the viewer at every address that is not the API's. Addresses without a file extension are places
// within the viewer and get index.html.
func (s *Server) serveWeb(router chi.Router) error {
	index := []byte(noViewer)
	if s.opts.Web != nil {
		b, err := fs.ReadFile(s.opts.Web, "index.html")
		switch {
		case err == nil:
			index = b
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	page := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Cache-Control", "no-cache")
		if _, err := w.Write(index); err != nil {
			s.log.DebugContext(r.Context(), "client left", "request", requestID(r.Context()), "err", err)
		}
	}
	router.With(middleware.GetHead).Get("/*", func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		switch {
		case name == "api" || strings.HasPrefix(name, "api/"):
			s.fail(w, r, errNoRoute)
		case name == "" || name == "index.html":
			page(w, r)
		case s.isFile(name):
			s.file(w, r, name)
		case path.Ext(name) == "" || path.Dir(name) != "." && !strings.HasPrefix(name, assets):
			page(w, r)
		default:
			s.fail(w, r, errNoRoute)
		}
	})
	return nil
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
