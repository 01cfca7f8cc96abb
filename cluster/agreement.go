package cluster

import "math"

// Agreement says how well a grouping agrees with the true one. All figures are 1 for the same grouping, whatever its
// groups are called.
type Agreement struct {
	// Homogeneity falls where a found group mixes true ones, Completeness where a true group is spread over found ones; V is
	// their harmonic mean (Rosenberg and Hirschberg 2007). 0..1.
	Homogeneity, Completeness, V float64
	// Rand is the adjusted Rand index (Hubert and Arabie 1985): the share of pairs on which both agree, beyond chance. 1 at
	// most, about 0 for a random grouping, and below for a worse one.
	Rand float64
}

// Agree compares two groupings of the same items: item i belongs to truth[i] and was put into found[i]. It panics if the
// lengths differ. Nothing to group is perfect agreement.
func Agree(truth, found []string) Agreement {
	if len(truth) != len(found) {
		panic("BUG: every item has a true and a found group")
	}
	cells, rows, columns := map[[2]string]int{}, map[string]int{}, map[string]int{}
	for i := range truth {
		cells[[2]string{truth[i], found[i]}]++
		rows[truth[i]]++
		columns[found[i]]++
	}
	n := float64(len(truth))
	mutual, same := 0.0, 0.0
	for _, k := range sortedPairs(cells) {
		c := float64(cells[k])
		mutual += c / n * math.Log(c*n/(float64(rows[k[0]])*float64(columns[k[1]])))
		same += pairsOf(c)
	}
	rowEntropy, rowPairs := spread(rows, n)
	columnEntropy, columnPairs := spread(columns, n)
	a := Agreement{Homogeneity: 1, Completeness: 1, Rand: 1}
	if rowEntropy > 0 {
		a.Homogeneity = clamp01(mutual / rowEntropy)
	}
	if columnEntropy > 0 {
		a.Completeness = clamp01(mutual / columnEntropy)
	}
	if sum := a.Homogeneity + a.Completeness; sum > 0 {
		a.V = 2 * a.Homogeneity * a.Completeness / sum
	}
	chance := rowPairs * columnPairs / max(pairsOf(n), 1)
	if most := (rowPairs + columnPairs) / 2; most > chance {
		a.Rand = (same - chance) / (most - chance)
	}
	return a
}

// spread returns the entropy of group sizes and the number of pairs within groups.
func spread(sizes map[string]int, n float64) (entropy, pairs float64) {
	for _, k := range sortedKeys(sizes) {
		c := float64(sizes[k])
		entropy -= c / n * math.Log(c/n)
		pairs += pairsOf(c)
	}
	return entropy, pairs
}

func pairsOf(n float64) float64 { return n * (n - 1) / 2 }

// clamp01 cuts off what rounding left beyond 0 and 1.
func clamp01(v float64) float64 { return min(max(v, 0), 1) }
