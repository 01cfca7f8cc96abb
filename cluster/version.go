package cluster

// Version counts the changes in what the same Digests and Settings become. It is part of what names a report, so that two
// reports with other issues do not share a name.
//
//	2: screens by route, query and native name, not by language; labels without content; controls joined by language, mask
//	   and content; one issue per error
//	3: changes of the share, with titles; new and returning visitors
//	4: clips by what they show
//	5: rows by the words they share, layers over every screen, languages of the context
const Version = 5
