// The LAN door's certificate names this machine by itself, and follows when its addresses change.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { hostname, networkInterfaces } from 'node:os';
import { after, before, describe, test } from 'node:test';
import tls from 'node:tls';
import { freePort, startHome, until } from '../support/home.mjs';

const added = '192.0.2.77';  // a documentation address, on loopback: reaches nobody
const address = (...words) => spawnSync('ip', ['address', ...words, `${added}/32`, 'dev', 'lo']).status === 0;

/** The names in the certificate that the door shows now. */
const namesAt = (port) => new Promise((resolve, reject) => {
  const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
    resolve(socket.getPeerCertificate().subjectaltname.split(', '));
    socket.destroy();
  });
  socket.on('error', reject);
});

describe('the LAN certificate', () => {
  let home;
  let port;
  before(async () => {
    port = await freePort();
    home = await startHome({ engine: 'stub', config: { lan: { enabled: true, port, names: ['attic.example'] } } });
  });
  after(async () => {
    address('del');
    await home?.stop();
  });

  test('names the host, its addresses, and what the config adds', async () => {
    const names = await namesAt(port);
    assert.ok(names.includes(`DNS:${hostname()}`), `${names}`);
    assert.ok(names.includes('DNS:attic.example'), `${names}`);
    const own = Object.values(networkInterfaces()).flat().filter((one) => one.family === 'IPv4' && !one.internal && !one.address.startsWith('169.254.'));
    for (const { address: ip } of own) assert.ok(names.includes(`IP Address:${ip}`), `${ip} in ${names}`);
    assert.ok(!names.includes('IP Address:127.0.0.1'), `${names}`);
  });

  test('follows a new address within seconds', async (context) => {
    if (!address('add')) return context.skip('needs the right to add an address (root) and iproute2');
    await until('the new address is named', async () => (await namesAt(port)).includes(`IP Address:${added}`), 15_000);
    address('del');
    await until('the address is no longer named', async () => !(await namesAt(port)).includes(`IP Address:${added}`), 15_000);
    return undefined;
  });
});
