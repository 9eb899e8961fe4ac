// node mock/main.mjs [--port 7499] [--home http://127.0.0.1:7411] [--fresh] [--sign-in] [--messages 10000] [--folder ../../build/dashboard]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MockServer } from './server.mjs';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '7499' }, home: { type: 'string' }, fresh: { type: 'boolean', default: false }, 'sign-in': { type: 'boolean', default: false },
    messages: { type: 'string', default: '0' }, folder: { type: 'string', default: fileURLToPath(new URL('../../../build/dashboard', import.meta.url)) },
  },
});
const mock = new MockServer({ folder: values.folder, home: values.home ?? null, fresh: values.fresh, signIn: values['sign-in'], messages: Number(values.messages) });
const url = await mock.listen(Number(values.port));
console.log(values['sign-in'] ? `${url}#/sign-in?token=${mock.house.token}` : url);
