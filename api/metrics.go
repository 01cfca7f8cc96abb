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
		activities{s},
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

// activities tells what the program does beside answering, see Activity.
type activities struct{ server *Server }

var (
	runningDesc    = prometheus.NewDesc("rankle_analysis_running", "1 while this server analyses.", nil, nil)
	runsDesc       = prometheus.NewDesc("rankle_analysis_runs_total", "Analyses of this server by outcome; waited: another process was analysing.", []string{"outcome"}, nil)
	recordingsDesc = prometheus.NewDesc("rankle_analysis_read_recordings_total", "Recordings that analyses of this server read.", nil, nil)
	bytesDesc      = prometheus.NewDesc("rankle_analysis_read_bytes_total", "Stored bytes that analyses of this server read.", nil, nil)
	durationDesc   = prometheus.NewDesc("rankle_analysis_last_duration_seconds", "How long the last analysis of this server took.", nil, nil)
	endDesc        = prometheus.NewDesc("rankle_analysis_last_end_timestamp_seconds", "When the last analysis of this server ended, Unix time.", nil, nil)
	dataBytesDesc  = prometheus.NewDesc("rankle_data_bytes", "What the data directory takes, by part.", []string{"part"}, nil)
	dataFilesDesc  = prometheus.NewDesc("rankle_data_files", "Files in the data directory, by part.", []string{"part"}, nil)
)

func (c activities) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{runningDesc, runsDesc, recordingsDesc, bytesDesc, durationDesc, endDesc, dataBytesDesc, dataFilesDesc} {
		out <- d
	}
}

func (c activities) Collect(out chan<- prometheus.Metric) {
	send := func(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, kind, v, labels...)
	}
	a := c.server.activity()
	running := 0.0
	if a.Running != nil {
		running = 1
	}
	send(runningDesc, prometheus.GaugeValue, running)
	send(runsDesc, prometheus.CounterValue, float64(a.Succeeded), "succeeded")
	send(runsDesc, prometheus.CounterValue, float64(a.Failed), "failed")
	send(runsDesc, prometheus.CounterValue, float64(a.Waited), "waited")
	send(recordingsDesc, prometheus.CounterValue, float64(a.Recordings))
	send(bytesDesc, prometheus.CounterValue, float64(a.Bytes))
	if l := a.Last; l != nil {
		send(durationDesc, prometheus.GaugeValue, l.At.Sub(l.Started).Seconds())
		send(endDesc, prometheus.GaugeValue, float64(l.At.Unix()))
	}
	for _, p := range a.Disk {
		send(dataBytesDesc, prometheus.GaugeValue, float64(p.Bytes), p.Name)
		send(dataFilesDesc, prometheus.GaugeValue, float64(p.Files), p.Name)
	}
}
