package cluster

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/rankle/rankle/cluster/friction"
)

// One error behind several controls ("Pay", "Express", "Pay again", all answered by POST /api/pay 500) is one problem: one
// repair makes all of them work, and who met it at one control had met it. The controls stay listed in the issue.

const (
	// failureShare of the kept episodes of a control must be of one cause for the control to be told by it. What also does
	// nothing, or fails for another reason, has a problem of its own.
	failureShare = 0.9
	// scriptError is the fingerprint of "Script error.", which browsers report instead of any error of a script from
	// another host: it says nothing.
	scriptError = "4567ad0398eba4c0"
)

// failureOf returns what a problem's control fails with, "" if that is not one thing that tells the failure from others: an
// endpoint with its status wherever it was asked, or a message on one screen. A message alone is no proof elsewhere; the
// same words ("… is undefined") tell of many errors.
func (w *work) failureOf(p *problem) string {
	if p.group.family != FamilyControl || p.group.wholeScreen() || p.group.isSurface() {
		return ""
	}
	counts := map[int32]int{}
	for i := range p.episodes {
		if e := &p.episodes[i]; e.pattern == friction.ErrorTap {
			counts[e.cause]++
		}
	}
	for cause, n := range counts {
		if float64(n) < failureShare*float64(len(p.episodes)) {
			continue
		}
		text := w.names.list[cause]
		method, endpoint, isRequest := strings.Cut(text, " ")
		switch {
		case text == "" || text == scriptError:
			return ""
		case !isRequest:
			return "error " + text + " on " + p.group.template
		case isHub(endpoint):
			return ""
		}
		return method + " " + endpoint
	}
	return ""
}

// isHub tells endpoints that every kind of request goes to, so that their failures are of many kinds. The endpoint ends with
// the status.
func isHub(endpoint string) bool {
	path, _, _ := strings.Cut(endpoint, " ")
	segments := splitPath(strings.ToLower(path))
	if len(segments) == 0 {
		return true
	}
	switch segments[len(segments)-1] {
	case "api", "graphql", "gql", "rpc", "batch", "query", "gateway", "trpc", "jsonrpc":
		return true
	}
	return false
}

// mergeFailures makes one problem of those that fail with the same error. The one that most met gives its name.
func (w *work) mergeFailures(all []*problem) []*problem {
	same := map[string][]*problem{}
	for _, p := range all {
		if f := w.failureOf(p); f != "" {
			same[f] = append(same[f], p)
		}
	}
	merged := map[*problem]bool{}
	for _, f := range sortedKeys(same) {
		parts := same[f]
		if len(parts) < 2 {
			continue
		}
		slices.SortFunc(parts, func(x, y *problem) int {
			return cmp.Or(-cmp.Compare(len(x.episodes), len(y.episodes)), cmp.Compare(x.group.key, y.group.key))
		})
		main := parts[0]
		main.episodes = slices.Clone(main.episodes) // its own part keeps its
		main.key = issueKey(groupKey{subject: f, family: FamilyControl})
		for _, p := range parts[1:] {
			main.parts = append(main.parts, p.parts...)
			main.episodes = append(main.episodes, p.episodes...)
			for why, n := range p.dismissed {
				main.dismissed[why] += n
			}
			merged[p] = true
		}
		slices.SortFunc(main.episodes, compareEpisodes)
	}
	return slices.DeleteFunc(all, func(p *problem) bool { return merged[p] })
}

// screens lists the templates that have a control of the problem, in the order of its parts.
func (p *problem) screens() []string {
	var all []string
	known := map[string]bool{}
	for _, part := range p.parts {
		for _, s := range part.group.screens {
			if !known[s] {
				known[s] = true
				all = append(all, s)
			}
		}
	}
	return all
}

// ControlShare is one of the controls, or screens, that an issue is made of.
type ControlShare struct {
	Screen   string          // template; "*" in it stands for what differs between the screens of a component
	Target   friction.Target // zero for a whole screen
	Sessions int             // with a kept episode on it
}

// maxControls bounds the controls of an issue that are listed; nobody reads more.
const maxControls = 24

// controls lists what a problem is made of, most affected first.
func (w *work) controls(p *problem) []ControlShare {
	sessions := map[*group]map[int32]bool{}
	for _, part := range p.parts {
		sessions[part.group] = map[int32]bool{}
		for i := range part.own {
			sessions[part.group][part.own[i].session] = true
		}
	}
	groups := slices.SortedFunc(maps.Keys(sessions), func(x, y *group) int {
		return cmp.Or(-cmp.Compare(len(sessions[x]), len(sessions[y])), cmp.Compare(x.key, y.key))
	})
	var all []ControlShare
	for _, g := range groups[:min(len(groups), maxControls)] {
		all = append(all, ControlShare{g.template, g.target, len(sessions[g])})
	}
	return all
}
