package format_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/clip"
	"github.com/rankle/rankle/replay/format"
)

func without(s *replay.Session, marks ...replay.Mark) *replay.Session {
	s.Marks = slices.DeleteFunc(s.Marks, func(m replay.Mark) bool { return slices.Contains(marks, m) })
	return s
}

// TestWireframes reads an application's recording in every order and container that PostHog uses; all give the same.
func TestWireframes(t *testing.T) {
	events := wireframes(t)
	want := dump(without(decode(t, textPart("a", list(events)))))
	shuffled := slices.Clone(events)
	// Events of one moment keep their order: nothing else tells it.
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		i := r.IntN(len(shuffled) - 1)
		if stampOf(t, shuffled[i]) != stampOf(t, shuffled[i+1]) {
			shuffled[i], shuffled[i+1] = shuffled[i+1], shuffled[i]
		}
	}
	twice := []string{}
	for _, e := range events {
		twice = append(twice, e, e)
	}
	var v2 strings.Builder
	for _, e := range events {
		fmt.Fprintf(&v2, "[%q,%s]\n", windowA, e)
	}
	half := len(events) / 2
	for name, parts := range map[string][]format.Part{
		"lines":    {textPart("a", strings.Join(events, "\n"))},
		"gzip":     {textPart("a", gz(list(events)))},
		"shuffled": {textPart("a", list(shuffled))},
		"twice":    {textPart("a", list(twice))},
		"block":    {textPart("a", snap(v2.String()))},
		"parts":    {textPart("b", list(events[half:])), textPart("a", list(events[:half]))},
		"export":   {textPart("a", `{"version":"2023-04-28","data":{"id":"i","snapshots":`+list(events)+`}}`)},
	} {
		if got := dump(without(decode(t, parts...), replay.MarkUnsorted, replay.MarkDuplicates)); got != want {
			t.Errorf("%s: another session:\n%s", name, got)
		}
	}
}

func stampOf(t testing.TB, event string) float64 {
	var e struct{ Timestamp float64 }
	if err := json.Unmarshal([]byte(event), &e); err != nil {
		t.Fatal(err)
	}
	return e.Timestamp
}

// TestWireframesCut cuts the recording before, behind and inside every event: what is whole is read.
func TestWireframesCut(t *testing.T) {
	events := wireframes(t)
	for n := range events {
		for _, inside := range []int{0, 1, len(events[n]) / 2, len(events[n]) - 1} {
			text := strings.Join(events[:n], "\n") + "\n" + events[n][:inside]
			s, err := format.Decode(context.Background(), "s", []format.Part{textPart("a", text)}, format.Options{})
			if n == 0 {
				var skip *format.SkipError
				if !errors.As(err, &skip) {
					t.Errorf("nothing whole: %v", err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%d events: %v", n, err)
			}
			checkInvariants(t, s)
			if inside > 0 != slices.Contains(s.Marks, replay.MarkTruncated) {
				t.Errorf("%d events and %d bytes: marks %v", n, inside, s.Marks)
			}
		}
	}
	// Without its snapshot, positions are all that is known; what is added later is known again.
	s := decode(t, textPart("a", list(slices.Delete(slices.Clone(events), 1, 2))))
	if !slices.Contains(s.Marks, replay.MarkNoSnapshot) {
		t.Errorf("a lost snapshot is not marked: %v", s.Marks)
	}
}

// TestWireframesClip: the clip is the page that the session is about, masked.
func TestWireframesClip(t *testing.T) {
	var out bytes.Buffer
	info, err := clip.Cut(context.Background(), &out, []format.Part{textPart("a", list(wireframes(t)))}, clip.Request{})
	if err != nil || info.Width != 411 || info.Height != 866 {
		t.Fatalf("%+v, %v", info, err)
	}
	for _, want := range []string{"Apply voucher", "position:fixed", "data:image/png;base64,iVBOR", `"bounds"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the clip lacks %q", want)
		}
	}
	for _, secret := range []string{"jane@", "secret", "token"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the clip holds %q", secret)
		}
	}
}

// A mobile segment of Sentry's.
const (
	sentryMeta    = `{"type":4,"timestamp":%d,"data":{"href":"MainActivity","height":800,"width":400}}`
	sentryVideo   = `{"type":5,"timestamp":%d,"data":{"tag":"video","payload":{"segmentId":%d,"size":4000,"duration":5000,"encoding":"h264","container":"mp4","height":800,"width":400,"frameCount":5,"frameRate":1,"frameRateType":"constant","left":0,"top":0}}}`
	sentryOptions = `{"type":5,"timestamp":%d,"data":{"tag":"options","payload":{"nativeSdkName":"sentry.java.android","maskAllText":true}}}`
	sentryTouch   = `{"type":3,"timestamp":%d,"data":{"source":2,"type":%d,"id":0,"x":100.5,"y":200,"pointerType":2,"pointerId":0}}`
	sentryMove    = `{"type":3,"timestamp":%d,"data":{"source":6,"pointerId":0,"positions":[{"id":0,"x":100.5,"y":300,"timeOffset":-50}]}}`
	sentryTap     = `{"type":5,"timestamp":%d,"data":{"tag":"breadcrumb","payload":{"type":"default","timestamp":%f,"category":"ui.tap","message":"pay","data":{"view.id":"com.example:id/pay","view.class":"androidx.appcompat.widget.AppCompatButton"}}}}`
	sentrySpan    = `{"type":5,"timestamp":%f,"data":{"tag":"performanceSpan","payload":{"op":"resource.http","description":"https://api.example/pay?token=secret","startTimestamp":%f,"endTimestamp":%f,"data":{"method":"POST","status_code":500}}}}`
	sentryScreen  = `{"type":5,"timestamp":%d,"data":{"tag":"breadcrumb","payload":{"type":"default","timestamp":%f,"category":"navigation","data":{"to":"DoneActivity"}}}}`
)

const sentryStart = 1751444000000

// sentrySegment is the n-th segment of five seconds: a tap that is noted, a span in seconds, a swipe.
func sentrySegment(n int) string {
	t := sentryStart + 5000*n
	sec := func(ms int) float64 { return float64(t+ms) / 1000 }
	events := []string{
		fmt.Sprintf(sentryMeta, t), fmt.Sprintf(sentryVideo, t, n), fmt.Sprintf(sentryOptions, t),
		fmt.Sprintf(sentryTouch, t+1000, 7), fmt.Sprintf(sentryTouch, t+1080, 9), fmt.Sprintf(sentryTap, t+1085, sec(1085)),
		fmt.Sprintf(sentrySpan, sec(1200), sec(1100), sec(1200)),
		fmt.Sprintf(sentryTouch, t+3000, 7), fmt.Sprintf(sentryMove, t+3200), fmt.Sprintf(sentryTouch, t+3210, 9),
	}
	if n == 1 {
		events = append(events, fmt.Sprintf(sentryScreen, t+4000, sec(4000)))
	}
	return list(events)
}

// sentryPack is a segment as it is stored, with or without its video.
func sentryPack(n int, video bool) string {
	if !video {
		return zl("\x00" + sentrySegment(n))
	}
	mp4 := "\x00\x00\x00\x18ftypmp42" + strings.Repeat("[{\x00", 5000)
	return zl("\x01" + string(binary.BigEndian.AppendUint32(nil, uint32(len(mp4)))) + mp4 + sentrySegment(n))
}

// TestSentryMobile compares a recording of three segments with its golden dump, in every form that segments have.
func TestSentryMobile(t *testing.T) {
	read := func(parts ...string) *replay.Session { return decode(t, partsOf(parts)...) }
	s := read(sentryPack(0, true), sentryPack(1, true), sentryPack(2, true))
	if s.Format != "sentry" || s.Context.Channel != "android" {
		t.Errorf("format %s, channel %s", s.Format, s.Context.Channel)
	}
	want := dump(s)
	golden(t, "sentry-mobile", want)
	for name, got := range map[string]*replay.Session{
		"without videos": read(sentryPack(0, false), sentryPack(1, false), sentryPack(2, false)),
		"plain":          read(sentrySegment(0), sentrySegment(1), sentrySegment(2)),
		"as sent":        read(`{"segment_id":0}`+"\n"+zl("\x00"+sentrySegment(0)), `{"segment_id":1}`+"\n"+sentrySegment(1), `{"segment_id":2}`+"\n"+sentryPack(2, true)),
		"in no order":    read(sentryPack(2, true), sentryPack(0, false), sentryPack(1, true)),
		"one twice":      read(sentryPack(0, true), sentryPack(0, true), sentryPack(1, true), sentryPack(2, true)),
	} {
		if got := dump(without(got, replay.MarkUnsorted, replay.MarkDuplicates)); got != dump(without(s, replay.MarkUnsorted)) {
			t.Errorf("%s: another session:\n%s", name, got)
		}
	}
	for _, secret := range []string{"token", "secret"} {
		if strings.Contains(want, secret) {
			t.Errorf("the session holds %q", secret)
		}
	}
	// Cut inside the video nothing is known; cut behind it, what is whole.
	pack := "\x01\x00\x00\x00\x10\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00" + sentrySegment(0)
	for n := 1; n < len(pack); n += 7 {
		got, err := format.Decode(context.Background(), "s", partsOf([]string{pack[:n]}), format.Options{})
		var skip *format.SkipError
		if err != nil && !errors.As(err, &skip) {
			t.Fatalf("cut after %d bytes: %v", n, err)
		}
		if err == nil && n < len(pack)-1 && !slices.Contains(got.Marks, replay.MarkTruncated) {
			t.Errorf("cut after %d bytes: marks %v", n, got.Marks)
		}
	}
}

// TestSentrySegmentsLost: segments say their number; a gap, or a recording that does not begin with 0, is marked.
func TestSentrySegmentsLost(t *testing.T) {
	sent := func(n int) string { return fmt.Sprintf(`{"segment_id":%d}`, n) + "\n" + sentryPack(n, true) }
	for _, tc := range []struct {
		segments []int
		lost     bool
	}{{[]int{0, 1, 2}, false}, {[]int{2, 0, 1}, false}, {[]int{0, 1, 1}, false}, {[]int{0, 2}, true}, {[]int{1, 2}, true}, {[]int{3}, true}} {
		var texts []string
		for _, n := range tc.segments {
			texts = append(texts, sent(n))
		}
		s := decode(t, partsOf(texts)...)
		if got := slices.Contains(s.Marks, replay.MarkMissingPart); got != tc.lost {
			t.Errorf("segments %v: lost %v, want %v", tc.segments, got, tc.lost)
		}
	}
}

// TestSentryMobileClip: where the picture is a video, a frame stands for it, and the touches can be seen.
func TestSentryMobileClip(t *testing.T) {
	var out bytes.Buffer
	info, err := clip.Cut(context.Background(), &out, partsOf([]string{sentryPack(0, true), sentryPack(1, true)}), clip.Request{})
	if err != nil || info.Width != 400 || info.Height != 800 || !strings.Contains(out.String(), "which is not shown here") {
		t.Errorf("%+v, %v\n%.300s", info, err, out.String())
	}
}
