-- What people say about one episode, in their words: was it trouble? '' is a verdict that was taken back; its row stays,
-- so that rev goes on. The verdicts of the first version were named as those of the detectors.
CREATE TABLE episode_verdict_2 (
    session  TEXT    NOT NULL,
    pattern  TEXT    NOT NULL,
    start_ms INTEGER NOT NULL,
    verdict  TEXT    NOT NULL CHECK (verdict IN ('', 'intended', 'friction', 'unclear')),
    note     TEXT    NOT NULL,
    rev      INTEGER NOT NULL CHECK (rev > 0),
    PRIMARY KEY (session, pattern, start_ms)
) STRICT, WITHOUT ROWID;
INSERT INTO episode_verdict_2
    SELECT session, pattern, start_ms,
        CASE verdict WHEN 'dismissed' THEN 'intended' WHEN 'no_opinion' THEN 'unclear' ELSE verdict END, note, rev
    FROM episode_verdict;
DROP TABLE episode_verdict;
ALTER TABLE episode_verdict_2 RENAME TO episode_verdict;

-- What people say about one control on one screen, for all sessions. '' is taken back.
CREATE TABLE control_mark (
    screen  TEXT    NOT NULL,
    control TEXT    NOT NULL,
    mark    TEXT    NOT NULL CHECK (mark IN ('', 'repeat_use')),
    name    TEXT    NOT NULL,
    note    TEXT    NOT NULL,
    rev     INTEGER NOT NULL CHECK (rev > 0),
    PRIMARY KEY (screen, control)
) STRICT, WITHOUT ROWID;

-- The audit trail also holds what is said of controls.
CREATE TABLE audit_2 (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms   INTEGER NOT NULL,
    by      TEXT    NOT NULL,
    kind    TEXT    NOT NULL CHECK (kind IN ('issue', 'episode', 'control')),
    subject TEXT    NOT NULL,
    rev     INTEGER NOT NULL,
    state   TEXT    NOT NULL
) STRICT;
INSERT INTO audit_2 SELECT id, at_ms, by, kind, subject, rev, state FROM audit;
DROP TABLE audit;
ALTER TABLE audit_2 RENAME TO audit;
CREATE INDEX audit_subject ON audit (kind, subject, id);
