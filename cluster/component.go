package cluster

import (
	"strings"

	"github.com/rankle/rankle/cluster/friction"
)

// Components: one control on many screens (the search of a header, the filter of every category) is one problem. Its
// groups are joined under a template with a star.

const (
	// componentSiblings is how many sibling screens must carry a control. Two may share a test id by accident.
	componentSiblings = 3
	// componentCertainty: only an identity that somebody wrote (test id, id, name) is the same on another screen; a
	// label and a position are not.
	componentCertainty = 0.85
	// layerCertainty is the same for what lies over every screen, which its name tells: a label is enough.
	layerCertainty = 0.75
	// star stands for one segment that differs between the screens of a component, or for all of the path.
	star = "*"
)

// spotKey is a control on a template.
type spotKey struct{ template, subject string }

// components maps the controls that are part of a component to its template. It depends on the set of controls only.
func components(controls map[spotKey]friction.Target) map[spotKey]string {
	type parent struct{ template, subject string }
	siblings := map[parent]int{}
	framed := map[string]int{} // screens per control of a header, footer or navigation
	for k, t := range controls {
		if frames(k.subject, &t) {
			framed[k.subject]++
		}
		if t.Certainty < componentCertainty {
			continue
		}
		for _, p := range parents(k.template) {
			siblings[parent{p, k.subject}]++
		}
	}
	joined := map[spotKey]string{}
	for k, t := range controls {
		if framed[k.subject] >= componentSiblings && frames(k.subject, &t) {
			joined[k] = star
			continue
		}
		if t.Certainty < componentCertainty {
			continue
		}
		best := 0
		for _, p := range parents(k.template) { // from the root; of equal ones the deepest, which says most
			if n := siblings[parent{p, k.subject}]; n >= componentSiblings && n >= best {
				best, joined[k] = n, p
			}
		}
	}
	return joined
}

// frames reports whether a control is sure to be the same on every screen that has it.
func frames(subject string, t *friction.Target) bool {
	return t.Certainty >= componentCertainty && isFrame(t) || t.Certainty >= layerCertainty && isLayer(subject)
}

// isLayer tells, by the words in their ids and labels, the controls of what sites put over every screen: questions for
// consent, of the common tools and by name, and chats.
func isLayer(subject string) bool {
	subject = strings.ToLower(subject)
	for _, word := range [...]string{"cookie", "consent", "gdpr", "onetrust", "didomi", "usercentrics", "cybot", "truste", "intercom", "livechat", "chat-launcher"} {
		if strings.Contains(subject, word) {
			return true
		}
	}
	return false
}

// isFrame reports whether a control lies in a part that screens share.
func isFrame(t *friction.Target) bool {
	switch placeOf(t) {
	case "in the header", "in the footer", "in the navigation":
		return true
	}
	return false
}

// parents lists the template with each one of its literal segments replaced by a star, except the first: what lies
// below the root are different parts of an application, which use the same id for different things.
func parents(template string) []string {
	if !isPath(template) {
		return nil
	}
	segments := splitPath(template)
	_, query := cutQuery(template)
	var all []string
	for i := localeAt(segments) + 1; i < len(segments); i++ {
		if s := segments[i]; !strings.HasPrefix(s, ":") && s != routeMark {
			segments[i] = star
			all = append(all, joinPath(segments)+query)
			segments[i] = s
		}
	}
	return all
}
