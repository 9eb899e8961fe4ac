import { render } from 'preact';
import { App } from './app.tsx';
import { startRouter } from './router.ts';
import { askSession } from './state/session.ts';
import './state/preferences.ts';

startRouter();
void askSession();
const root = document.getElementById('app');
if (root) {
  root.replaceChildren();
  render(<App />, root);
}
