package format

import (
	"cmp"
	"errors"

	"github.com/rankle/rankle/replay"
	"github.com/rankle/rankle/replay/mobile"
	"github.com/rankle/rankle/replay/rrweb"
)

// translate sends the events of a recording through a mobile.Filter on their way to f; finish hands out what it held.
func (rd *reader) translate(pictures bool, f func(rrweb.Event) error) (through func(rrweb.Event) error, finish func() error) {
	rd.filter = mobile.NewFilter(mobile.Options{Pictures: pictures, Limits: rd.opt.Options}, f)
	return rd.filter.Add, func() error {
		err := rd.filter.Close()
		for _, m := range rd.filter.Marks() {
			rd.mark(m)
		}
		switch rd.filter.Kind() {
		case mobile.Wireframes:
			rd.format = formatPostHog
		case mobile.Video:
			rd.format = formatSentry
		}
		if errors.Is(err, rrweb.ErrFull) {
			return nil
		}
		return err
	}
}

// apply says what the recorder of a native application said of the device.
func (rd *reader) apply(s *replay.Session) {
	if rd.native {
		s.Context.Channel = cmp.Or(s.Context.Channel, "mobile")
		s.Context.Device.Touch = true
	}
	if rd.filter == nil || rd.filter.Channel() == "" {
		return
	}
	s.Context.Channel = cmp.Or(s.Context.Channel, rd.filter.Channel())
	s.Context.Device.Touch = true
}
