package friction

import "slices"

// A server that cannot take what was typed into a form says so by its status, and what is drawn on servers (Turbo, htmx,
// Livewire) then puts the form there anew, with what is wrong with it. That is a refusal like any other: whoever corrects the
// form gets on, and nothing has failed.

// refusals are the statuses by which a server says that it understood a request and that what was sent is wrong (RFC 9110:
// 400 Bad Request, 409 Conflict, 422 Unprocessable Content). Others say that something is not there, not allowed, or broken.
var refusals = [...]int{400, 409, 422}

// turnedDown reports whether the request by which a press sent its form was refused, and nothing but that went wrong, and the
// page said so where the form is: it drew the form anew, marked a field, or put words beside one. What is said elsewhere, in
// a message that goes again for one, helps nobody to correct anything.
func (a *analysis) turnedDown(gi int32) bool {
	g, o := &a.gestures[gi], &a.outcomes[gi]
	if o.run < 0 || o.hit < 0 || !o.answered || a.formOf(g) < 0 {
		return false
	}
	for i := range a.runs[o.run].hits {
		if h := &a.runs[o.run].hits[i]; h.gesture == gi && !h.idle && !h.refusal {
			return false
		}
	}
	return o.gone || o.invalid && o.marked || (o.words || o.invalid) && a.besideField(o.alert, a.nodeOf(g))
}

// turnedBack finds forms that were drawn anew with complaints several times in a row. Each time the button is another element,
// and may stand lower than before.
func (a *analysis) turnedBack() []candidate {
	var out []candidate
	var wins byWindow[returns]
	for i := range a.gestures {
		g, o := &a.gestures[i], &a.outcomes[i]
		if !g.pressed() {
			continue
		}
		w := wins.at(g.window)
		n := len(w.presses)
		same := n > 0 && a.controls[a.gestures[w.presses[n-1]].ctl].key == a.controls[g.ctl].key
		switch {
		case o.gone && a.turnedDown(int32(i)) || a.drawnAnew(int32(i)):
			if n > 0 && (!same || g.at-a.gestures[w.presses[n-1]].at > rejectSpan) {
				out = a.endReturns(out, w)
			}
			w.presses = append(w.presses, int32(i))
		case same && o.answered:
			out = a.endReturns(out, w) // it was taken
		}
	}
	for w := range wins.all {
		out = a.endReturns(out, w)
	}
	return out
}

// refuses reports whether a request was answered by a refusal of what it sent.
func refuses(status int) bool { return slices.Contains(refusals[:], status) }
