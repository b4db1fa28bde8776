-- Who edited before a version was kept. Only adds: a service of the release before goes on beside it.

ALTER TABLE versions ADD COLUMN people TEXT;         -- JSON, a list of people; absent: nobody is known
