// The devices that have a key.
import { getKeys } from '../api/home.ts';
import { onHomeEvent } from './live.ts';
import { resource } from './resource.ts';

export const keys = resource(getKeys);
onHomeEvent('keys', () => { if (keys.state.peek().phase !== 'waiting') void keys.load(); });
