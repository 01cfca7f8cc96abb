package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"github.com/rankle/rankle/api/access"
)

// routes registers every address of the API and makes the OpenAPI document of them.
func (s *Server) routes(router *chi.Mux) {
	config := huma.DefaultConfig("Rankle", s.opts.Version)
	config.Info.Description = "Ranked friction issues, the clips that prove them, and what people decided about them. " +
		"Times are RFC 3339 UTC; names that end in _ms are epoch milliseconds, or a duration where they say so. " +
		"Recorded text (labels, titles, causes) is hostile: show it as text only."
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer", Description: "An access token, where the server asks for one"},
		"session": {Type: "apiKey", In: "cookie", Name: sessionCookie, Description: "What a browser gets for a token or at the identity provider"},
	}
	config.Security = []map[string][]string{{}, {"token": {}}, {"session": {}}} // {}: a server that listens on its own machine only
	config.CreateHooks = nil                                                    // no $schema fields and links in answers
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.Transformers = []huma.Transformer{ours}
	jsonOnly := config.Formats["application/json"]
	jsonOnly.Marshal = marshal
	config.Formats = map[string]huma.Format{"application/json": jsonOnly, "json": jsonOnly}
	api := humachi.New(router, config)
	api.UseMiddleware(mergeStatus, s.authorize, s.deadline)

	add(s, api, get("health", "/healthz", "The process answers"), s.health)
	add(s, api, get("ready", "/readyz", "A report is loaded, with what lies behind it"), s.ready)
	add(s, api, get("report", "/api/v1/report", "The run that is served"), s.report)
	add(s, api, get("runs", "/api/v1/runs", "The analyses of this server, how far one has come, and what its data takes"), s.runs)
	add(s, api, readyAs[IssuePage](api, get("issues", "/api/v1/issues", "The ranked list")), s.issues)
	add(s, api, get("issue", "/api/v1/issues/{key}", "One issue"), s.issue)
	patch := get("review", "/api/v1/issues/{key}/review", "Change the review of an issue")
	patch.Method = http.MethodPatch
	add(s, api, patch, s.review)
	add(s, api, get("clip", "/api/v1/issues/{key}/clips/{index}", "One clip of an issue"), s.clip)
	add(s, api, readyAs[SessionPage](api, get("sessions", "/api/v1/sessions", "Search sessions")), s.sessions)
	add(s, api, get("session", "/api/v1/sessions/{id}", "One session"), s.session)
	events := get("events", "/api/v1/sessions/{id}/events", "Playable, masked rrweb events of a session, or of a part of it")
	events.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
		"application/json": {Schema: eventsSchema()},
	}}}
	add(s, api, events, s.events)
	add(s, api, get("fixes", "/api/v1/fixes", "What became of the issues that are marked as fixed"), s.fixes)
	add(s, api, get("funnels", "/api/v1/funnels", "The way to every goal: drop-off by step and segment, and the issues met there"), s.funnels)
	add(s, api, get("retention", "/api/v1/retention", "On which days users come back, with and without an issue"), s.retention)
	ask := get("whatIf", "/api/v1/what-if", "Another list of the same recordings: other weights, goals, days or segments. Nothing is kept")
	ask.Method = http.MethodPost
	ask.Metadata = map[string]any{need: access.Viewer} // it changes nothing
	add(s, api, ask, s.whatIf)
	s.auditRoutes(api)
	s.screenRoutes(api)
	s.exportRoutes(api)
	s.trailRoutes(api)
	s.accessRoutes(api, router)
	router.Method(http.MethodGet, metricsPath, s.metrics.handler())

	complete(api.OpenAPI())
	s.doc = sync.OnceValue(func() []byte { return rendered(api.OpenAPI()) })
	router.Get("/api/v1/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.doc()))
	})
}

func get(id, path, summary string) huma.Operation {
	return huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary}
}

// add registers an operation whose errors go through problemOf.
func add[I, O any](s *Server, api huma.API, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	op.MaxBodyBytes = maxBody // as limitBody, in words of ours
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, in)
		if err == nil {
			return out, nil
		}
		var headers huma.HeadersError
		if errors.As(err, &headers) {
			return nil, err
		}
		p := s.explain(ctx, err)
		if passes(err) {
			return nil, huma.ErrorWithHeaders(p, http.Header{"Retry-After": {askAgain}})
		}
		return nil, p
	})
}

// mergeStatus applies statusOf to what huma answers itself.
func mergeStatus(ctx huma.Context, next func(huma.Context)) { next(mergedContext{ctx}) }

// humaContext is embedded under a name that does not hide the method Context.
type humaContext huma.Context

type mergedContext struct{ humaContext }

func (c mergedContext) SetStatus(status int) { c.humaContext.SetStatus(statusOf(status)) }

// Unwrap lets the adapter find its own context.
func (c mergedContext) Unwrap() huma.Context { return c.humaContext }

// deadline bounds the time of a request.
func (s *Server) deadline(ctx huma.Context, next func(huma.Context)) {
	limit := s.opts.RequestTimeout
	if ctx.Operation().OperationID == "events" {
		limit = s.opts.EventsTimeout
	}
	bounded, cancel := context.WithTimeout(ctx.Context(), limit)
	defer cancel()
	next(huma.WithContext(ctx, bounded))
}

// Conditional is part of the input of every GET that is derived from the report. It is exported only because huma
// does not look into embedded types that are not.
type Conditional struct {
	IfNoneMatch string `header:"If-None-Match" doc:"ETag of an earlier answer; an unchanged one is 304"`
}

// cached is the output of every GET that is derived from the report.
type cached[T any] struct {
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         T
}

// revalidate lets a browser keep an answer and ask every time whether it still holds. private: it is about people.
const revalidate = "private, no-cache"

func fresh[T any](tag string, body T) *cached[T] {
	return &cached[T]{ETag: tag, CacheControl: revalidate, Body: body}
}

// unchanged returns the 304 answer if the client has what tag names.
func (c Conditional) unchanged(tag string) error {
	if !matches(c.IfNoneMatch, tag) {
		return nil
	}
	return huma.ErrorWithHeaders(huma.Status304NotModified(), http.Header{"Etag": {tag}, "Cache-Control": {revalidate}})
}

// complete says about errors and lists what the generator of the document cannot know: every error is a Problem, and lists
// are never null.
func complete(api *huma.OpenAPI) {
	problemSchema := api.Components.Schemas.Schema(typeOf[Problem](), true, "Problem")
	schemas := api.Components.Schemas.Map()
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
	for _, schema := range schemas {
		for _, p := range schema.Properties {
			if p.Type == huma.TypeArray {
				p.Nullable = false
			}
		}
	}
	for _, item := range api.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Patch, item.Put, item.Post, item.Delete} {
			if op == nil {
				continue
			}
			for status := range op.Responses {
				if !strings.HasPrefix(status, "2") {
					delete(op.Responses, status)
				}
			}
			op.Responses["default"] = &huma.Response{Description: "Error", Content: map[string]*huma.MediaType{problemType: {Schema: problemSchema}}}
			if ok := op.Responses["200"]; ok != nil && ok.Headers["ETag"] != nil {
				op.Responses["304"] = &huma.Response{Description: "Not Modified"}
			}
		}
	}
}

// rendered is the OpenAPI document as indented JSON. That takes longer than all else that a server does before it listens,
// and few ask for it.
func rendered(api *huma.OpenAPI) []byte {
	raw, err := json.MarshalIndent(api, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("BUG: the OpenAPI document cannot be written: %v", err))
	}
	return append(raw, '\n')
}

func eventsSchema() *huma.Schema {
	ms := func(doc string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeInteger, Format: "int64", Description: doc}
	}
	object := func(doc string, properties map[string]*huma.Schema, required ...string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeObject, Description: doc, Properties: properties, Required: required}
	}
	return &huma.Schema{
		Type: huma.TypeObject,
		Properties: map[string]*huma.Schema{
			"events":    {Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}, Description: "rrweb events in order, masked"},
			"from_ms":   ms("Epoch milliseconds at which the asked-for range begins"),
			"to_ms":     ms("Epoch milliseconds at which it ends"),
			"offset_ms": ms("Milliseconds from the first event to from_ms: where a player starts"),
			"logged": object("What the recorder listened to: where it did, no line says that nothing was said", map[string]*huma.Schema{
				"console": {Type: huma.TypeBoolean}, "network": {Type: huma.TypeBoolean},
			}, "console", "network"),
			"log": {Type: huma.TypeArray, Description: "Console calls and requests of the range, in order of time", Items: object("One line, masked. Objects, headers, bodies and queries are never in it", map[string]*huma.Schema{
				"at_ms":       ms("Epoch milliseconds; of a request when it began"),
				"level":       {Type: huma.TypeString, Enum: []any{"error", "warn", "info", "log", "debug"}, Description: "Of a console call; absent = a request"},
				"text":        {Type: huma.TypeString, Description: "First line of a console call"},
				"method":      {Type: huma.TypeString},
				"path":        {Type: huma.TypeString, Description: "Path of a request, after its host where that is not the page's own"},
				"status":      {Type: huma.TypeInteger, Description: "HTTP status; 0 = failed without one, absent = not recorded"},
				"initiator":   {Type: huma.TypeString},
				"duration_ms": ms("How long a request took"),
				"failed":      {Type: huma.TypeBoolean, Description: "An error, or a request without success"},
			}, "at_ms")},
			"log_left": {Type: huma.TypeInteger, Description: "Lines left out because there are too many; those that failed stay longest"},
		},
		Required:             []string{"events", "from_ms", "to_ms", "offset_ms"},
		AdditionalProperties: true,
	}
}
