package rrweb

import (
	"strings"

	"github.com/rankle/rankle/replay"
)

// described is what a recorder that keeps no node tree says of the element that was touched. It is no part of rrweb:
// the readers of other formats write it as a member "element" of the data of a mouse interaction or an input, with the
// members tag, role, label and selector, all of them strings and optional. It counts only where the id names no node.
type described struct {
	tag, role, label, selector string
}

// readDescribed reads the member; anything but an object says nothing.
func (d *decoder) readDescribed(data []byte) (described, error) {
	var e described
	d.reset(data)
	err := d.fields(func(key []byte) (err error) {
		switch string(key) {
		case "tag":
			e.tag, err = d.shortText()
		case "role":
			e.role, err = d.shortText()
		case "label":
			e.label, err = d.shortText()
		case "selector":
			e.selector, err = d.shortText()
		default:
			err = d.skip()
		}
		return err
	})
	return e, err
}

// describedKey tells described elements apart: what is called the same on one screen is the same element.
type describedKey struct {
	described
	window uint16
	screen replay.ScreenID
}

// describe fills in the target of a described element. It reports false when nothing is said of it.
func (p *player) describe(w *window, ev *replay.Event, ref textRef) bool {
	e, err := p.dec.readDescribed(p.facts.whole(ref, &p.facts.scratch))
	if err != nil || e == (described{}) {
		return false
	}
	ev.Target, ev.Node = p.describedTarget(w, e)
	return true
}

// describedTarget returns the target of a described element. It stands alone: nothing is known of what lies around it.
func (p *player) describedTarget(w *window, e described) (replay.TargetID, replay.NodeID) {
	key := describedKey{e, w.index, w.screen}
	if id, ok := p.described[key]; ok {
		return id, p.targets[id].Node
	}
	if len(p.targets) >= p.opt.MaxTargets || len(p.nodes) >= p.opt.MaxNodes {
		p.b.Mark(replay.MarkLimit)
		return replay.NoIndex, replay.NoIndex
	}
	t := replay.Target{Tag: strings.ToLower(e.tag), Role: strings.ToLower(e.role), Selector: replay.MaskText(e.selector)}
	if isMasked(e.label) || p.opt.Privacy.MaskAll {
		t.Traits |= replay.Masked
	} else {
		t.Label = label(e.label)
	}
	if pressRoles[t.Role] {
		t.Traits |= replay.Actionable
	}
	switch t.Role {
	case "textbox", "searchbox":
		t.Traits |= replay.TextEntry
	case "checkbox", "radio", "switch", "tab", "option":
		t.Traits |= replay.Toggle
	}
	t.Path = t.Tag
	if t.Path == "" {
		t.Path = t.Selector
	}
	t.Node = replay.NodeID(len(p.nodes))
	id := replay.TargetID(len(p.targets))
	p.nodes = append(p.nodes, replay.Node{Parent: replay.NoIndex, Target: id, Tag: t.Tag})
	p.targets = append(p.targets, t)
	if p.described == nil {
		p.described = make(map[describedKey]replay.TargetID)
	}
	p.described[key] = id
	return id, t.Node
}
