package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metricsPath is where Prometheus asks. It needs a viewer where access is controlled.
const metricsPath = "/metrics"

// metrics are what an operator watches. Labels are routes and never addresses: those hold ids.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMetrics(s *Server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "rankle_http_request_duration_seconds",
			Help: "Time from the request line to the last byte of the answer.",
			// From a cached answer to a whole recording out of a far bucket.
			Buckets: []float64{.001, .0025, .005, .01, .02, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 120},
		}, []string{"method", "route", "status"}),
	}
	gauge := func(name, help string, f func(*view) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			if v := s.view.Load(); v != nil {
				return f(v)
			}
			return 0
		})
	}
	m.registry.MustRegister(
		m.requests,
		gauge("rankle_report_loaded", "1 when a report is served.", func(*view) float64 { return 1 }),
		gauge("rankle_report_sessions", "Sessions behind the served report.", func(v *view) float64 { return float64(v.snap.Report.Sessions) }),
		gauge("rankle_report_issues", "Issues in the served report.", func(v *view) float64 { return float64(len(v.snap.Report.Issues)) }),
		gauge("rankle_report_end_timestamp_seconds", "When the data of the served report ends, Unix time.", func(v *view) float64 { return float64(v.snap.Report.To.Unix()) }),
		gauge("rankle_report_read_objects", "Objects that the served run read.", func(v *view) float64 { return float64(v.snap.Report.Read.Objects) }),
		gauge("rankle_report_read_bytes", "Stored bytes that the served run read.", func(v *view) float64 { return float64(v.snap.Report.Read.Bytes) }),
		&skipped{s},
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// answered counts one request. Addresses without a route share one label: clients must not be able to invent more.
func (m *metrics) answered(method, route string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// skipped tells how many recordings the served run could not read, by reason.
type skipped struct{ server *Server }

var skippedDesc = prometheus.NewDesc("rankle_report_skipped", "Recordings that the served run skipped, by reason.", []string{"reason"}, nil)

func (c *skipped) Describe(out chan<- *prometheus.Desc) { out <- skippedDesc }

func (c *skipped) Collect(out chan<- prometheus.Metric) {
	v := c.server.view.Load()
	if v == nil {
		return
	}
	for _, s := range v.snap.Report.Read.Skipped {
		out <- prometheus.MustNewConstMetric(skippedDesc, prometheus.GaugeValue, float64(s.Count), s.Reason)
	}
}
