// The rooms that are opened now and then, in one file to fetch: each alone would be many small ones.
export { default as keys } from './keys/keys_room.tsx';
export { default as logs } from './logs/logs_room.tsx';
export { default as models } from './models/models_room.tsx';
export { default as settings } from './settings/settings_room.tsx';
export { default as setup } from './setup/setup_room.tsx';
export { default as signIn } from './sign_in/sign_in_room.tsx';
