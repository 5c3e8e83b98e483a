/** CLI exit statuses: 1 the run failed, 2 wrong use or wrong pipeline, 3 no engine, 130 interrupted. */
export const EXIT = { done: 0, failed: 1, usage: 2, engine: 3, interrupted: 130 } as const;

/**
 * Every condition the product reports, with the exit status the CLI ends with when it is not handled before.
 * The codes are stable: programs may match on them.
 */
export const ERROR_EXIT = {
  artifact_damaged: EXIT.failed,
  artifact_exists: EXIT.failed,
  artifact_missing: EXIT.failed,
  artifact_store_failed: EXIT.failed,
  artifact_uri_invalid: EXIT.usage,
  assignment_invalid: EXIT.usage,
  build_failed: EXIT.failed,
  bundle_failed: EXIT.usage,
  bundler_died: EXIT.failed,
  component_exists: EXIT.usage,
  component_invalid: EXIT.usage,
  cyclic_graph: EXIT.usage,
  docker_request_failed: EXIT.failed,
  duplicate_invocation: EXIT.usage,
  duplicate_node: EXIT.usage,
  engine_unavailable: EXIT.engine,
  flavor_invalid: EXIT.usage,
  hook_not_exported: EXIT.usage,
  image_not_found: EXIT.usage,
  init_hook_failed: EXIT.failed,
  input_resolution_failed: EXIT.failed,
  internal: EXIT.failed,
  interrupted: EXIT.interrupted,
  log_read_failed: EXIT.failed,
  log_write_failed: EXIT.failed,
  materializer_failed: EXIT.failed,
  metadata_failed: EXIT.failed,
  not_found: EXIT.usage,
  not_supported: EXIT.usage,
  output_lost: EXIT.failed,
  output_not_written: EXIT.failed,
  parameter_invalid: EXIT.usage,
  parent_image_unusable: EXIT.usage,
  pipeline_invalid: EXIT.usage,
  resources_exceeded: EXIT.usage,
  run_locked: EXIT.usage,
  run_not_finished: EXIT.usage,
  secret_missing: EXIT.usage,
  settings_invalid: EXIT.usage,
  stack_invalid: EXIT.usage,
  status_transition_invalid: EXIT.failed,
  step_failed: EXIT.failed,
  step_not_exported: EXIT.usage,
  usage: EXIT.usage,
  value_not_encodable: EXIT.failed,
  wiring_invalid: EXIT.usage,
  workspace_invalid: EXIT.usage,
} as const;

export type ErrorCode = keyof typeof ERROR_EXIT;
