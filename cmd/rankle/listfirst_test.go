package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rankle/rankle/api"
	"github.com/rankle/rankle/ranker"
	"github.com/rankle/rankle/ranker/pipeline"
)

// What lies behind a large report waits for the list, and for nobody longer than it must. Times are those of a clock that
// stands still while anything computes.
func TestListFirst(t *testing.T) {
	const asked = 300 * time.Millisecond
	f := func(name string, sessions int, want time.Duration, paths ...string) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				result := &pipeline.Result{Report: &ranker.Report{Sessions: sessions}}
				server := api.New(api.Options{})
				if err := server.Load(&api.Snapshot{Report: result.Report, Preparing: true}); err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				go func() {
					for _, path := range paths {
						<-time.After(asked)
						request := httptest.NewRequest(http.MethodGet, path, nil)
						request.Host = "localhost"
						server.Handler().ServeHTTP(httptest.NewRecorder(), request)
					}
				}()
				listFirst(t.Context(), result, server)
				if took := time.Since(began); took != want {
					t.Errorf("waited %v, want %v", took, want)
				}
				synctest.Wait()
			})
		})
	}
	f("small", largeReport-1, 0)
	f("nobody asks", largeReport, nobodyAsks)
	f("the list", largeReport, asked+listDrawn, "/api/v1/issues")
	f("the run alone", largeReport, nobodyAsks, "/api/v1/report")
	f("sessions", largeReport, asked, "/api/v1/sessions")
	f("is it ready?", largeReport, asked, "/readyz")
	f("the list, then a clip", largeReport, 2*asked, "/api/v1/issues", "/api/v1/sessions/s/events")
}
