package replay

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The masking rules below are the default rules for everything that a person could have seen on a page: labels,
// titles, paths, error messages. They know no language; they remove what identifies people and accounts.
const (
	// minMaskedDigits is the length from which a run of digits is hidden. Four digits are years, prices, counts and
	// error codes, which people need to recognise a label; five and more are postcodes, order and account numbers.
	minMaskedDigits = 5
	// Phone numbers have 7 (local) to 15 digits (E.164).
	minPhoneDigits, maxPhoneDigits = 7, 15
	// Payment cards have 13 to 19 digits (ISO/IEC 7812).
	minCardDigits, maxCardDigits = 13, 19
	// minTokenLen is the length from which a path segment that mixes letters and digits is taken for a token: 16 hex
	// digits are 64 bits, the shortest ids in common use that are not counters.
	minTokenLen = 16
	// minTokenDigits is how many digits such a token has at least; words that name things have fewer.
	minTokenDigits = 3
)

// MaskText hides e-mail addresses, phone numbers, payment cards and digit runs of five and more in text that people
// can see. Hidden characters become '*' (e-mail addresses as a whole become "*@*"), so that equal lengths stay equal.
// Text without anything to hide is returned unchanged, without a copy.
func MaskText(s string) string {
	if !needsMask(s) {
		return s
	}
	return maskDigits(maskMails(s))
}

// needsMask is a cheap pre-check: most labels hold neither an '@' nor five digits.
func needsMask(s string) bool {
	digits := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '@' {
			return true
		}
		if c >= '0' && c <= '9' {
			if digits++; digits >= minMaskedDigits {
				return true
			}
		} else if c >= utf8.RuneSelf {
			return needsMaskWide(s)
		}
	}
	return false
}

// needsMaskWide counts digits of every script.
func needsMaskWide(s string) bool {
	digits := 0
	for _, r := range s {
		if r == '@' || r == '\uff20' {
			return true
		}
		if unicode.IsDigit(r) {
			if digits++; digits >= minMaskedDigits {
				return true
			}
		}
	}
	return false
}

// maskMails replaces local@domain, with a dot in the domain or not ("me@localhost").
func maskMails(s string) string {
	var out strings.Builder
	rest := s
	for {
		at := strings.IndexAny(rest, "@\uff20")
		if at < 0 {
			out.WriteString(rest)
			return out.String()
		}
		_, width := utf8.DecodeRuneInString(rest[at:])
		from := at
		for from > 0 {
			r, n := utf8.DecodeLastRuneInString(rest[:from])
			if !isMailRune(r) {
				break
			}
			from -= n
		}
		to := at + width
		for to < len(rest) {
			r, n := utf8.DecodeRuneInString(rest[to:])
			if !isMailRune(r) {
				break
			}
			to += n
		}
		if from == at || to == at+width { // a lone @: "@user" handles and prices "@ 5"
			if to > at+width {
				out.WriteString(rest[:at] + "@*")
			} else {
				out.WriteString(rest[:to])
			}
		} else {
			out.WriteString(rest[:from] + "*@*")
		}
		rest = rest[to:]
	}
}

func isMailRune(r rune) bool {
	return r == '.' || r == '_' || r == '-' || r == '+' || r == '%' || r == '\'' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// maskDigits hides digit runs, and groups of digits joined by single separators that are phones or cards.
func maskDigits(s string) string {
	runes := []rune(s)
	for i := 0; i < len(runes); {
		if !unicode.IsDigit(runes[i]) {
			i++
			continue
		}
		end, digits, longest := digitGroup(runes, i)
		// One long run takes its whole group with it: what stands beside it is a part of the same number.
		if longest >= minMaskedDigits ||
			digits >= minCardDigits && digits <= maxCardDigits && luhn(runes[i:end]) ||
			digits >= minPhoneDigits && digits <= maxPhoneDigits && looksLikePhone(runes, i, end) {
			hideDigits(runes[i:end])
		}
		i = end
	}
	return string(runes)
}

// digitGroup returns the end of a group of digits with single separators between them, the number of digits and the
// longest run without a separator.
func digitGroup(r []rune, i int) (end, digits, longest int) {
	run := 0
	for end = i; i < len(r); i++ {
		if unicode.IsDigit(r[i]) {
			digits++
			run++
			longest = max(longest, run)
			end = i + 1
			continue
		}
		run = 0
		// A closing bracket and a space may stand together: "(030) 1234".
		if !isDigitSeparator(r[i]) || i-end >= 2 {
			break
		}
	}
	return end, digits, longest
}

func isDigitSeparator(r rune) bool {
	switch r {
	case ' ', '-', '.', '/', '(', ')', '\u00a0', '\u2011', '\u2013', '\u202f':
		return true
	}
	return false
}

// looksLikePhone: a leading + or bracket, or several groups that are not a date, a time or a version.
func looksLikePhone(r []rune, from, end int) bool {
	if from > 0 && (r[from-1] == '+' || r[from-1] == '(') {
		return true
	}
	groups, digits, longest := 0, 0, 0
	for i := from; i <= end; i++ {
		if i < end && unicode.IsDigit(r[i]) {
			digits++
			continue
		}
		if digits > 0 {
			groups++
			longest = max(longest, digits)
		}
		digits = 0
	}
	// Dates ("2024-05-17") have two groups of at most two digits; phones have at least two groups of three.
	return groups >= 2 && longest >= 3 && groups <= 6 && end-from >= minPhoneDigits+1 && !looksLikeDate(r[from:end])
}

// looksLikeDate recognises year-month-day and day-month-year.
func looksLikeDate(r []rune) bool {
	var lens []int
	n := 0
	for _, c := range r {
		if unicode.IsDigit(c) {
			n++
			continue
		}
		lens = append(lens, n)
		n = 0
	}
	lens = append(lens, n)
	if len(lens) < 3 {
		return false
	}
	return (lens[0] == 4 && lens[1] <= 2 && lens[2] <= 2) || (lens[0] <= 2 && lens[1] <= 2 && lens[2] == 4)
}

// hideDigits replaces every digit by '*'.
func hideDigits(r []rune) {
	for i, c := range r {
		if unicode.IsDigit(c) {
			r[i] = '*'
		}
	}
}

// luhn checks the check digit of payment cards (ISO/IEC 7812-1).
func luhn(r []rune) bool {
	sum, double := 0, false
	for i := len(r) - 1; i >= 0; i-- {
		if r[i] < '0' || r[i] > '9' {
			continue
		}
		d := int(r[i] - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		double = !double
	}
	return sum%10 == 0
}

// SplitURL returns host and path of a URL without user, query and fragment, masked by MaskPath. Applications that
// route in the fragment ("#/cart", "#!/cart") keep that route as part of the path ("/#/cart"), because it is the
// only name of their screens; any other fragment is dropped. Relative URLs have no host.
func SplitURL(href string) (host, path string) {
	rest := strings.TrimSpace(href)
	if i := strings.Index(rest, "://"); i >= 0 && isScheme(rest[:i]) {
		rest = rest[i+3:]
		end := strings.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		host, rest = rest[:end], rest[end:]
		if at := strings.LastIndexByte(host, '@'); at >= 0 {
			host = host[at+1:]
		}
		host = strings.ToLower(host)
	} else if strings.HasPrefix(rest, "//") {
		return SplitURL("http:" + rest)
	} else if i := strings.IndexByte(rest, ':'); i > 0 && isScheme(rest[:i]) {
		return "", MaskPath(rest[:i+1]) // about:, data:, mailto:, blob: hold no screen
	}
	route := ""
	if i := strings.IndexByte(rest, '#'); i >= 0 {
		fragment := rest[i+1:]
		rest = rest[:i]
		if strings.HasPrefix(fragment, "/") || strings.HasPrefix(fragment, "!/") {
			if q := strings.IndexAny(fragment, "?#&"); q >= 0 {
				fragment = fragment[:q]
			}
			route = "#" + fragment
		}
	}
	if i := strings.IndexAny(rest, "?;"); i >= 0 { // ";jsessionid=..." as well
		rest = rest[:i]
	}
	if rest == "" {
		rest = "/"
	}
	return host, MaskPath(rest + route)
}

func isScheme(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (i == 0 || !strings.ContainsRune("0123456789+-.", rune(s[i]))) {
			return false
		}
	}
	return s != ""
}

// maxPath bounds a kept path in bytes; longer ones carry data, not places.
const maxPath = 512

// MaskPath masks the segments of a path that name people or secrets: e-mail addresses and long tokens become "*".
// Numbers stay up to four digits; longer ones and ids that mix letters and digits become "*" as well, which is also
// what makes "/order/184467" one screen.
func MaskPath(path string) string {
	if len(path) > maxPath {
		path = strings.ToValidUTF8(path[:maxPath], "")
	}
	if isHarmless(path) {
		return path
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		plain := unescape(s)
		if plain != "" && (looksLikeToken(plain) || strings.ContainsAny(plain, "@\uff20") || MaskText(plain) != plain) {
			segments[i] = "*"
		}
	}
	return strings.Join(segments, "/")
}

// isHarmless reports whether a path holds nothing of which any rule makes a secret: fewer digits than a token has, no
// mail address, and nothing encoded. Most paths are such.
func isHarmless(path string) bool {
	digits := 0
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '@', c == '%', c >= utf8.RuneSelf:
			return false
		case c >= '0' && c <= '9':
			digits++
		}
	}
	return digits < minTokenDigits
}

// unescape decodes %XX so that masked characters are found behind them; broken escapes stay.
func unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			out = append(out, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return string(out)
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// looksLikeToken: long, and either hexadecimal or a mix of letters and at least three digits without a hyphenated
// word structure ("top-10-shoes-of-2024" is a name, "dGhpcyBpcyBh01x9" is not).
func looksLikeToken(s string) bool {
	if len(s) < minTokenLen {
		return false
	}
	digits, letters, hex, longestWord, word := 0, 0, 0, 0, 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			digits++
			hex++
			word++
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letters++
			word++
			if isHex(c) {
				hex++
			}
		default:
			word = 0
		}
		longestWord = max(longestWord, word)
	}
	if hex+strings.Count(s, "-") == len(s) && digits >= minTokenDigits {
		return true // hashes and UUIDs
	}
	return digits >= minTokenDigits && letters >= 3 && longestWord >= minTokenLen
}
