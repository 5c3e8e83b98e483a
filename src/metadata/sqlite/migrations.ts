/**
 * Each entry brings the database from the version of its index to the next one. An entry that was released is never
 * edited: a change is a new entry. `meta` keeps its two columns in every version, so that an older stepdock can read
 * which one made the file.
 *
 * `seq` is the order of publishing; AUTOINCREMENT, so that the number of a removed record is not given out again.
 * An artifact outlives the step run that made it as long as a cached step run uses it: no foreign key there.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

  CREATE TABLE snapshots (
    id TEXT PRIMARY KEY,
    created_at TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;

  CREATE TABLE builds (
    id TEXT PRIMARY KEY,
    snapshot_id TEXT NOT NULL REFERENCES snapshots (id),
    created_at TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;

  CREATE TABLE pipeline_runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    pipeline_name TEXT NOT NULL,
    snapshot_id TEXT NOT NULL REFERENCES snapshots (id),
    build_id TEXT REFERENCES builds (id),
    orchestrator_run_id TEXT NOT NULL,
    stack TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    started_at TEXT,
    finished_at TEXT,
    failure TEXT,
    metadata TEXT NOT NULL
  ) STRICT;
  CREATE INDEX pipeline_runs_newest ON pipeline_runs (created_at);
  CREATE INDEX pipeline_runs_name ON pipeline_runs (name);
  CREATE INDEX pipeline_runs_pipeline ON pipeline_runs (pipeline_name, created_at);

  CREATE TABLE step_runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    run_id TEXT NOT NULL REFERENCES pipeline_runs (id) ON DELETE CASCADE,
    invocation_id TEXT NOT NULL,
    step_name TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    status TEXT NOT NULL,
    cache_key TEXT,
    key_ingredients TEXT NOT NULL,
    cached_from TEXT,
    container_id TEXT,
    image TEXT,
    created_at TEXT NOT NULL,
    assigned_at TEXT,
    started_at TEXT,
    finished_at TEXT,
    exit_code INTEGER,
    failure TEXT,
    skip_reason TEXT,
    warnings TEXT NOT NULL,
    metadata TEXT NOT NULL,
    UNIQUE (run_id, invocation_id, attempt)
  ) STRICT;
  CREATE INDEX step_runs_run ON step_runs (run_id);
  CREATE INDEX step_runs_key ON step_runs (cache_key, status, created_at);
  CREATE INDEX step_runs_keyed ON step_runs (invocation_id, created_at) WHERE cache_key IS NOT NULL;

  CREATE TABLE artifacts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    uri TEXT NOT NULL,
    materializer TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    type TEXT NOT NULL,
    metadata TEXT NOT NULL,
    stamps TEXT NOT NULL,
    created_at TEXT NOT NULL,
    producer_step_run_id TEXT NOT NULL
  ) STRICT;

  CREATE TABLE step_run_inputs (
    step_run_id TEXT NOT NULL REFERENCES step_runs (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    artifact_id TEXT NOT NULL REFERENCES artifacts (id),
    PRIMARY KEY (step_run_id, name)
  ) STRICT;
  CREATE INDEX step_run_inputs_artifact ON step_run_inputs (artifact_id);

  CREATE TABLE step_run_outputs (
    step_run_id TEXT NOT NULL REFERENCES step_runs (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    artifact_id TEXT NOT NULL REFERENCES artifacts (id),
    PRIMARY KEY (step_run_id, name)
  ) STRICT;
  CREATE INDEX step_run_outputs_artifact ON step_run_outputs (artifact_id);
  `,
  // Only completed step runs are looked up, by key or for their durations: no index changes before the last status.
  // Those of a run are found by the index of its attempts.
  `
  DROP INDEX step_runs_key;
  DROP INDEX step_runs_run;
  CREATE INDEX step_runs_cached ON step_runs (cache_key, created_at) WHERE status = 'completed';
  CREATE INDEX step_runs_completed ON step_runs (invocation_id) WHERE status = 'completed';
  `,
  // Artifacts are counted by name; the count outlives them.
  `
  CREATE TABLE artifact_names (name TEXT PRIMARY KEY, last_version INTEGER NOT NULL) STRICT;
  ALTER TABLE artifacts ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
  UPDATE artifacts SET version = counted.number
    FROM (SELECT id, row_number() OVER (PARTITION BY name ORDER BY created_at, rowid) AS number FROM artifacts) AS counted
    WHERE counted.id = artifacts.id;
  INSERT INTO artifact_names SELECT name, max(version) FROM artifacts GROUP BY name;
  CREATE UNIQUE INDEX artifacts_version ON artifacts (name, version);
  `,
  // Components, flavors, stacks, and which stack is the active one. A stack has no type.
  `
  CREATE TABLE registrations (
    kind TEXT NOT NULL,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, type, name)
  ) STRICT;
  `,
  // In launcher mode the first step of a run creates it, and the others find it by this.
  `CREATE UNIQUE INDEX pipeline_runs_orchestrator_run ON pipeline_runs (orchestrator_run_id);`,
  // Files whose records are gone already. The body says whose they were.
  `CREATE TABLE removals (uri TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;`,
];
