package outcome

import "strconv"

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func dayWord(n float64) string {
	if n == 1 {
		return "1 day"
	}
	return number(n) + " days"
}
