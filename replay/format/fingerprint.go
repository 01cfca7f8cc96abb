package format

import "fmt"

// version is raised when the readers make another Session of the same bytes, so that what was read before is read
// again.
const version = 10

// Fingerprint names everything that decides which Session a recording becomes.
func (o Options) Fingerprint() string { return fmt.Sprintf("format/%d %+v", version, o.withDefaults()) }
