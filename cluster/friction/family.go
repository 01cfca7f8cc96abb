package friction

// Family groups the patterns that are views of one problem: their episodes in one place, a control or a whole screen, are one
// issue. The values are part of the keys of issues.
type Family string

const (
	FamilyControl    Family = "control"    // a control does not do what it should
	FamilyForm       Family = "form"       // a form is refused or given up
	FamilyFreeze     Family = "freeze"     // a page stands still
	FamilyNavigation Family = "navigation" // people do not get where they want to
	FamilySurface    Family = "surface"    // what a page shows cannot be got hold of
)

// about is what the episodes of a pattern are about.
type about struct {
	family Family
	// place is whether they are about what was pressed, where that is known; else they are about the whole screen. Patterns of
	// whole screens that share a family are one issue on every screen that has both: another one needs a family of its own,
	// unless it is the same problem.
	place bool
}

// about is the entry of a pattern; what is no pattern is about a control.
func (p Pattern) about() about {
	if i := strength(p); i < len(detectors) {
		return detectors[i].about
	}
	return about{FamilyControl, true}
}

// Family is that of a pattern.
func (p Pattern) Family() Family { return p.about().family }

// OfScreen tells patterns that are about a whole screen, whatever was pressed there.
func (p Pattern) OfScreen() bool { return !p.about().place }
