-- Since when an issue is fixed: in an app version ('' = not said) or from a moment on (0 = not said). What it takes to fix it,
-- in whatever unit people count, the same for all issues; 0 = nobody said.
ALTER TABLE issue_review ADD COLUMN fixed_version TEXT NOT NULL DEFAULT '';
ALTER TABLE issue_review ADD COLUMN fixed_at_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE issue_review ADD COLUMN effort REAL NOT NULL DEFAULT 0;
