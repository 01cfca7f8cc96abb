-- What people decide about an issue. One row per issue that somebody reviewed; rev counts its changes.
CREATE TABLE issue_review (
    issue  TEXT    NOT NULL PRIMARY KEY,
    status TEXT    NOT NULL CHECK (status IN ('new', 'confirmed', 'rejected', 'fixed')),
    owner  TEXT    NOT NULL,
    note   TEXT    NOT NULL,
    rev    INTEGER NOT NULL CHECK (rev > 0)
) STRICT, WITHOUT ROWID;

-- What people say about one episode, named by recording, pattern and start (ms from the session's start), because
-- the index of an episode moves when detectors change.
CREATE TABLE episode_verdict (
    session  TEXT    NOT NULL,
    pattern  TEXT    NOT NULL,
    start_ms INTEGER NOT NULL,
    verdict  TEXT    NOT NULL CHECK (verdict IN ('friction', 'dismissed', 'no_opinion')),
    note     TEXT    NOT NULL,
    rev      INTEGER NOT NULL CHECK (rev > 0),
    PRIMARY KEY (session, pattern, start_ms)
) STRICT, WITHOUT ROWID;

-- Who changed what and when; never updated, never deleted. state is the row after the change as JSON.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms   INTEGER NOT NULL,
    by      TEXT    NOT NULL,
    kind    TEXT    NOT NULL CHECK (kind IN ('issue', 'episode')),
    subject TEXT    NOT NULL,
    rev     INTEGER NOT NULL,
    state   TEXT    NOT NULL
) STRICT;
CREATE INDEX audit_subject ON audit (kind, subject, id);
