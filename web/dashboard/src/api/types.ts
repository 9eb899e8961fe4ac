// What the home sends. The first part exists today and is checked against recorded answers (recorded.test.ts); the second is
// specified in ENDPOINTS.md. Sizes are bytes, times RFC 3339 or Unix seconds as the names say.

export interface LoadedBrief { name: string; state: string; memory_bytes: number; in_use: number; expires_at: string | null }
export interface Wall { name: string; stands: boolean; detail: string }
export interface Door { name: string; open: boolean; url: string; note: string }

export interface Status {
  schema: number;
  state: string;
  reason: string;
  version: string;
  started_at: string;
  uptime_seconds: number;
  default_model: string;
  models: number;
  loaded: LoadedBrief[];
  load_1min: number;
  memory_available_bytes: number;
  memory_total_bytes: number;
  walls: Wall[];
  doors: Door[];
  // Not there yet: see ENDPOINTS.md.
  home_name?: string;
  serving?: Served[];
  speed?: { answer_tokens_per_second: number; prompt_tokens_per_second: number };
  power?: Power;
}

/** Someone who gets an answer right now. */
export interface Served { who: string; kind: 'dashboard' | 'key' | 'local'; model: string; api: string; since_unix: number; answer_tokens: number; tokens_per_second: number }
export interface Power { watts: number | null; source: string; note: string }

export interface Model {
  name: string;
  digest: string;
  bytes: number;
  source: string;
  path: string;
  modified_at_unix: number;
  architecture: string;
  parameter_size: string;
  quantization: string;
  context_length: number;
  embedding_length: number;
  layers: number;
  projector: string;
  capabilities: string[];
}
export interface ModelDetail extends Model { template: string; system: string; license: string }
export interface ModelProblem { name: string; path: string; message: string }
export interface ModelList { schema: number; models: Model[]; problems: ModelProblem[] }

export interface Loaded {
  name: string;
  state: string;
  memory_bytes: number;
  gpu_memory_bytes: number;
  context_tokens: number;
  threads: number;
  in_use: number;
  expires_at_unix: number;
}
export interface LoadedList { schema: number; loaded: Loaded[] }

/** A line of a pull or load. */
export interface Progress {
  status: string;
  digest?: string;
  total?: number;
  completed?: number;
  elapsed_ms?: number;
  bytes_per_second?: number;
  load_seconds?: number;
  error?: { code?: string; message: string } | string;
}

/** A `pull` or `load` event. */
export interface ProgressEvent extends Progress { name: string; message?: string }

// ---- specified in ENDPOINTS.md ----

export interface Session { signed_in: boolean; person: string | null; password_set: boolean; expires_at: string | null }

export type SetupStep = 'name' | 'measure' | 'limits' | 'chat';
export interface Setup { done: boolean; step: SetupStep; home_name: string; measurement: Measurement | null }

export interface Measurement {
  id: number;
  at: string;
  model: string;
  answer_tokens_per_second: number;
  prompt_tokens_per_second: number;
  threads: number;
  watts: number | null;
}

export type ConfigValue = string | number | boolean | string[];
export interface ConfigKey {
  path: string;
  type: 'text' | 'whole' | 'flag' | 'choice' | 'list';
  comment: string;
  allowed: string;
  default: ConfigValue;
  value: ConfigValue;
  running: ConfigValue;
  min?: number;
  max?: number;
  choices?: string[];
  unit?: 'bytes' | 'seconds' | 'ms' | 'days';
  needs_restart: boolean;
  /** Shown, and not changed from a page. */
  command_line_only?: boolean;
}
export interface ConfigSection { name: string; comment: string; keys: ConfigKey[] }
export interface Config { file: string; writable: boolean; problem?: string; sections: ConfigSection[] }

export interface DeviceKey {
  id: string;
  name: string;
  created_at_unix: number;
  last_used_at_unix: number;
  requests_per_minute: number;
  max_concurrent: number;
  /** Also opens this page, with all of the owner's rights. */
  may_sign_in: boolean;
}
export interface LanAccess { urls: string[]; ca_file: string; ca_sha256: string }
export interface NewKey { key: DeviceKey; secret: string; lan: LanAccess }

export interface LogLine { id: number; time: string; level: string; process: string; message: string }

export interface Conversation { id: string; title: string; model: string; created_at: string; updated_at: string; messages: number; revision: number }
export type Role = 'user' | 'assistant' | 'system';
export type MessageState = 'done' | 'writing' | 'stopped' | 'failed';
export interface Message {
  seq: number;
  role: Role;
  content: string;
  thinking?: string;
  state: MessageState;
  model?: string;
  at: string;
  tokens?: number;
  tokens_per_second?: number;
}

export type Verdict = 'fits' | 'tight' | 'too_big' | 'unknown';
export interface Fit {
  name: string;
  about?: string;
  bytes: number;
  installed: boolean;
  verdict: Verdict;
  reason: string;
  memory_needed_bytes: number;
  memory_budget_bytes: number;
  disk_free_bytes: number;
  context_tokens: number;
  answer_tokens_per_second: number | null;
  prompt_tokens_per_second: number | null;
  basis: 'measured' | 'estimated' | 'none';
  capabilities: string[];
}

export type PullState = 'running' | 'paused' | 'failed';
export interface Pull { name: string; state: PullState; status: string; completed: number; total: number; bytes_per_second: number; message: string }

export interface Sample { at_unix: number; answer_tokens_per_second: number; memory_used_bytes: number; models_bytes: number; watts: number | null; answers: number }
export interface History { step_seconds: number; samples: Sample[] }

/** `conversation` event: what changed, so that other tabs fetch no more than that. */
export interface ConversationEvent { id: string; revision: number; change: 'created' | 'changed' | 'removed' | 'messages'; from_seq?: number }
