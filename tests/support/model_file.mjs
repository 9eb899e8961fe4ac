// A model as large as a test wants: what a registry serves for it is judged like a real one.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ggufLike } from './registry.mjs';
import { writeTinyModel } from './tiny_models.mjs';

/** A real header, and noise behind it up to `size`. */
export function modelFile(size, seed) {
  const folder = mkdtempSync(join(tmpdir(), 'model-file-'));
  const path = join(folder, 'tiny.gguf');
  writeTinyModel(path, { template: '{{ messages[0].content }}' });
  const tiny = readFileSync(path);
  rmSync(folder, { recursive: true });
  return Buffer.concat([tiny, ggufLike(size - tiny.length, seed)]);
}
