package rrweb

import (
	"strings"
	"time"

	"github.com/rankle/rankle/replay"
)

// metaEvent handles the start of a page load or checkout. Which of the two it is shows when the snapshot comes.
func (p *player) metaEvent(w *window, at time.Duration, data []byte) error {
	var href string
	var width, height float64
	p.dec.reset(data)
	err := p.dec.fields(func(key []byte) (err error) {
		switch string(key) {
		case "href":
			href, err = p.dec.text()
		case "width":
			width, _, err = p.dec.number()
		case "height":
			height, _, err = p.dec.number()
		default:
			err = p.dec.skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	w.metaPause = at - w.lastAt
	first := w.screen == replay.NoIndex
	old, oldURL := w.screen, w.url
	p.titleScreen(w)
	p.enter(w, href, round32(width), round32(height))
	ev := p.emit(w, at, replay.Navigate)
	if first {
		ev.Flags |= replay.FlagLoad
	}
	w.meta, w.metaOld, w.metaSame = len(p.events)-1, old, oldURL == w.url
	if p.s.Context.ViewportW == 0 {
		p.s.Context.ViewportW, p.s.Context.ViewportH = round32(width), round32(height)
	}
	return nil
}

// enter makes the screen behind href the window's current one.
func (p *player) enter(w *window, href string, width, height int32) {
	host, path := replay.SplitURL(href)
	path += keptQuery(href, p.opt.Privacy.Query)
	if host == "" && w.screen >= 0 { // relative URLs stay on the host
		host = p.s.Screens[w.screen].Host
	}
	key := screenKey{host, path}
	id, ok := p.screens[key]
	if !ok {
		if len(p.s.Screens) >= p.opt.MaxScreens {
			p.b.Mark(replay.MarkLimit)
			return
		}
		if width == 0 && w.screen >= 0 {
			width, height = p.s.Screens[w.screen].W, p.s.Screens[w.screen].H
		}
		id = replay.ScreenID(len(p.s.Screens))
		p.screens[key] = id
		p.s.Screens = append(p.s.Screens, replay.Screen{Host: host, Path: path, W: width, H: height})
	}
	if p.s.Context.EntryURL == "" {
		p.s.Context.EntryURL = path
	}
	w.screen = id
	w.url = address(href)
}

// address is what two loads of one URL have in common: path and query. Scheme and host are left out, because some
// recorders name in-page navigation by path alone.
func address(href string) string {
	href, _, _ = strings.Cut(href, "#")
	if _, rest, ok := strings.Cut(href, "://"); ok {
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			return rest[i:]
		}
		return "/"
	}
	return href
}

// titleScreen gives the current screen the title that the page has now, unless it has one.
func (p *player) titleScreen(w *window) {
	if w.screen < 0 || p.s.Screens[w.screen].Title != "" || !w.tree.root.ok() {
		return
	}
	title := w.tree.title()
	if !title.ok() {
		return
	}
	p.titled(w, textOf(title))
}

// title returns the element that names the page, or none.
func (t *tree) title() node {
	seen := 0
	for n := t.root; n.ok() && seen < maxTitleSearch; n, seen = n.after(t.root), seen+1 {
		switch n.tag() {
		case "title":
			if !n.svg() {
				return n
			}
		case "body":
			return node{}
		}
	}
	return node{}
}

// titled gives the current screen a title, unless it is hidden.
func (p *player) titled(w *window, title string) {
	if !isMasked(title) && !p.opt.Privacy.MaskAll {
		p.s.Screens[w.screen].Title = p.facts.words.label(title)
	}
}

// maxTitleSearch bounds the look for the title, which stands in the head of every page.
const maxTitleSearch = 2000

// navigate reports an in-page navigation, unless the window is on that screen already.
func (p *player) navigate(w *window, at time.Duration, href string, flags replay.Flags) {
	if href == "" {
		return
	}
	before := w.screen
	p.titleScreen(w)
	p.enter(w, href, 0, 0)
	if w.screen == before && flags == 0 {
		return
	}
	ev := p.emit(w, at, replay.Navigate)
	ev.Flags |= flags
}

// fullSnapshot replaces the page: a page load, or a checkout of the page that is loaded already.
func (p *player) fullSnapshot(w *window, at time.Duration, s *snapshot) {
	fresh := &w.spare
	fresh.reset(&p.facts.dom, &p.opt)
	fresh.limited = s.limited
	root := fresh.at(s.root)
	if !root.ok() || !fresh.arrive(root) {
		return // mobile wireframes and foreign formats have no node here
	}
	fresh.root = root
	p.s.Coverage.Snapshot = true
	checkout := !w.fresh && sameStructure(&w.tree, fresh) && !(fresh.numbered() && (!w.tree.numbered() || w.unasked(at)))
	w.snapAt = at
	fresh.limited = fresh.limited || w.tree.limited
	w.tree, w.spare = w.spare, w.tree
	pressed, complaints := w.pressed, int32(replay.NoIndex)
	w.fresh, w.pressed = false, node{}
	p.epoch++
	if !checkout {
		p.flushRequests(w)
		w.nodes.reset()
		p.facts.shape++
		w.loads++
		form := node{}
		if pressed.ok() {
			form = formOf(pressed)
		}
		complaints = p.returned(w, form)
	}
	p.settleMeta(w, checkout)
	p.emit(w, at, replay.SnapshotEvent).Detail = complaints
	p.titleScreen(w)
}

// unasked reports whether nothing called for a checkout at a moment. Recorders make one right behind the event that was one
// too many since the last (rrweb's checkoutEveryNth and checkoutEveryNms), or by a timer, of half minutes as far as known.
func (w *window) unasked(at time.Duration) bool {
	late := (at - w.snapAt + timerLag/2) % (30 * time.Second)
	return w.metaSame && w.metaPause >= checkoutLag && late > timerLag
}

const (
	// checkoutLag is how soon behind an event its checkout begins: it is made at once.
	checkoutLag = 100 * time.Millisecond
	// timerLag is by how much timers are late or early in a busy page.
	timerLag = 2 * time.Second
)

// settleMeta decides what the Meta before a snapshot was.
func (p *player) settleMeta(w *window, checkout bool) {
	if w.meta < 0 {
		return
	}
	ev := &p.events[w.meta]
	switch {
	case !checkout:
		ev.Flags |= replay.FlagLoad
		if w.metaOld == ev.Screen && w.metaSame && w.loads > 1 {
			ev.Flags |= replay.FlagReload
		}
	case w.metaOld == ev.Screen:
		ev.Kind = replay.KindUnknown // a checkout on the same screen is no navigation; finish drops it
	}
	w.meta = -1
}
