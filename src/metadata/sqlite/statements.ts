/** The texts of all queries, as Kysely makes them: `npx vitest run statements.test.ts --update=all` writes this file. */
export const STATEMENTS: Readonly<Record<string, string>> = {
  artifactById: 'select * from "artifacts" where "id" = :id',
  artifactsByName: 'select * from "artifacts" where "name" = :name order by "version" desc',
  buildById: 'select "body" from "builds" where "id" = :id',
  cachedStepRun:
    'select "step_runs".* from "step_runs" where "cache_key" = :cacheKey and "status" = \'completed\' and "created_at" >= :notBefore order by "step_runs"."created_at" desc, "step_runs"."seq" desc limit 1',
  deleteRegistration:
    'delete from "registrations" where "kind" = :kind and "type" = :type and "name" = :name',
  deleteRemoval: 'delete from "removals" where "uri" = :uri',
  deleteRun: 'delete from "pipeline_runs" where "id" = :id',
  deleteUnusedArtifacts:
    'delete from "artifacts" where "id" not in (select "artifact_id" from "step_run_outputs") and "id" not in (select "artifact_id" from "step_run_inputs") returning *',
  inputsOfStepRun:
    'select "artifacts".*, "link"."name" as "link_name" from "step_run_inputs" as "link" inner join "artifacts" on "artifacts"."id" = "link"."artifact_id" where "link"."step_run_id" = :stepRunId order by "link"."name"',
  insertArtifact:
    'insert into "artifacts" ("id", "name", "uri", "materializer", "content_hash", "size_bytes", "type", "metadata", "stamps", "created_at", "producer_step_run_id", "version") values (:id, :name, :uri, :materializer, :contentHash, :sizeBytes, :type, :metadata, :stamps, :createdAt, :producerStepRunId, :version)',
  insertBuild:
    'insert into "builds" ("id", "snapshot_id", "created_at", "body") values (:id, :snapshotId, :createdAt, :body) on conflict ("id") do nothing',
  insertInput:
    'insert into "step_run_inputs" ("step_run_id", "name", "artifact_id") values (:stepRunId, :name, :artifactId)',
  insertMissingStepRun:
    'insert into "step_runs" ("id", "run_id", "invocation_id", "step_name", "attempt", "status", "cache_key", "key_ingredients", "cached_from", "container_id", "image", "created_at", "assigned_at", "started_at", "finished_at", "exit_code", "failure", "skip_reason", "warnings", "metadata") values (:id, :runId, :invocationId, :stepName, :attempt, :status, :cacheKey, :keyIngredients, :cachedFrom, :containerId, :image, :createdAt, :assignedAt, :startedAt, :finishedAt, :exitCode, :failure, :skipReason, :warnings, :metadata) on conflict ("run_id", "invocation_id", "attempt") do nothing',
  insertOutput:
    'insert into "step_run_outputs" ("step_run_id", "name", "artifact_id") values (:stepRunId, :name, :artifactId)',
  insertRun:
    'insert into "pipeline_runs" ("id", "name", "pipeline_name", "snapshot_id", "build_id", "orchestrator_run_id", "stack", "status", "created_at", "started_at", "finished_at", "failure", "metadata") values (:id, :name, :pipelineName, :snapshotId, :buildId, :orchestratorRunId, :stack, :status, :createdAt, :startedAt, :finishedAt, :failure, :metadata)',
  insertSnapshot:
    'insert into "snapshots" ("id", "created_at", "body") values (:id, :createdAt, :body) on conflict ("id") do nothing',
  insertStepRun:
    'insert into "step_runs" ("id", "run_id", "invocation_id", "step_name", "attempt", "status", "cache_key", "key_ingredients", "cached_from", "container_id", "image", "created_at", "assigned_at", "started_at", "finished_at", "exit_code", "failure", "skip_reason", "warnings", "metadata") values (:id, :runId, :invocationId, :stepName, :attempt, :status, :cacheKey, :keyIngredients, :cachedFrom, :containerId, :image, :createdAt, :assignedAt, :startedAt, :finishedAt, :exitCode, :failure, :skipReason, :warnings, :metadata)',
  latestKeyedStepRun:
    'select "step_runs".* from "step_runs" inner join "pipeline_runs" as "run" on "run"."id" = "step_runs"."run_id" where "run"."pipeline_name" = :pipelineName and "step_runs"."invocation_id" = :invocationId and "step_runs"."cache_key" is not null order by "step_runs"."created_at" desc, "step_runs"."seq" desc limit 1',
  latestRun: 'select * from "pipeline_runs" order by "created_at" desc, "seq" desc limit 1',
  matchingRuns:
    'select * from "pipeline_runs" where (:pipelineName is null or pipeline_name = :pipelineName) and (:status is null or status = :status) order by "created_at" desc, "seq" desc limit :limit',
  newestArtifacts:
    'select *, max("version") as "version", count(*) as "versions" from "artifacts" group by "name" order by "name"',
  nextVersion:
    'insert into "artifact_names" ("name", "last_version") values (:name, 1) on conflict ("name") do update set "last_version" = "artifact_names"."last_version" + 1 returning "last_version"',
  outputsOfStepRun:
    'select "artifacts".*, "link"."name" as "link_name" from "step_run_outputs" as "link" inner join "artifacts" on "artifacts"."id" = "link"."artifact_id" where "link"."step_run_id" = :stepRunId order by "link"."name"',
  putRegistration:
    'insert into "registrations" ("kind", "type", "name", "body") values (:kind, :type, :name, :body) on conflict ("kind", "type", "name") do update set "body" = "excluded"."body"',
  putRemoval:
    'insert into "removals" ("uri", "body") values (:uri, :body) on conflict ("uri") do update set "body" = "excluded"."body"',
  registrations: 'select * from "registrations" order by "kind", "type", "name"',
  removals: 'select * from "removals" where "uri" not in (select "uri" from "artifacts") order by "uri"',
  runById: 'select * from "pipeline_runs" where "id" = :id',
  runByOrchestratorRunId: 'select * from "pipeline_runs" where "orchestrator_run_id" = :orchestratorRunId',
  runsByBeginning:
    'select * from "pipeline_runs" where substr(id, 1, length(:reference)) = :reference order by "created_at" desc, "seq" desc',
  runsByName:
    'select * from "pipeline_runs" where "name" = :reference order by "created_at" desc, "seq" desc',
  snapshotById: 'select "body" from "snapshots" where "id" = :id',
  stepDurations:
    'select "step_runs"."invocation_id", "step_runs"."started_at", "step_runs"."finished_at" from json_each(:invocationIds) as "wanted" inner join "step_runs" on "step_runs"."seq" in (select "past"."seq" from "step_runs" as "past" inner join "pipeline_runs" as "run" on "run"."id" = "past"."run_id" where "past"."invocation_id" = "wanted"."value" and "past"."status" = \'completed\' and "run"."pipeline_name" = :pipelineName order by "past"."seq" desc limit 3)',
  stepRunById: 'select * from "step_runs" where "id" = :id',
  stepRunsOfRun: 'select * from "step_runs" where "run_id" = :runId order by "seq"',
  updateRun:
    'update "pipeline_runs" set "id" = :id, "name" = :name, "pipeline_name" = :pipelineName, "snapshot_id" = :snapshotId, "build_id" = :buildId, "orchestrator_run_id" = :orchestratorRunId, "stack" = :stack, "status" = :status, "created_at" = :createdAt, "started_at" = :startedAt, "finished_at" = :finishedAt, "failure" = :failure, "metadata" = :metadata where "id" = :id',
  updateStepRun:
    'update "step_runs" set "id" = :id, "run_id" = :runId, "invocation_id" = :invocationId, "step_name" = :stepName, "attempt" = :attempt, "status" = :status, "cache_key" = :cacheKey, "key_ingredients" = :keyIngredients, "cached_from" = :cachedFrom, "container_id" = :containerId, "image" = :image, "created_at" = :createdAt, "assigned_at" = :assignedAt, "started_at" = :startedAt, "finished_at" = :finishedAt, "exit_code" = :exitCode, "failure" = :failure, "skip_reason" = :skipReason, "warnings" = :warnings, "metadata" = :metadata where "id" = :id',
};
