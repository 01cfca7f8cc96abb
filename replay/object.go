package replay

// Object names one stored object of a recording and the state it was read in. Two reads of equal Objects give the
// same bytes; the modification time is no part of it, because stores keep the ETag of equal bytes and move the time.
type Object struct {
	Key  string // key within its source
	ETag string // the store's entity tag; for directories size and modification time
	Size int64  // bytes as stored
}
