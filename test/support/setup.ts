/** Runs before every test file: any socket that leaves loopback fails the test that opened it. */
import net from 'node:net';

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|::1|0\.0\.0\.0)$/;

interface ConnectOptions {
  readonly host?: string | null;
  readonly path?: string | null;
}

/** Node normalises every form of `connect` to an array that begins with the options object. */
function optionsOf(args: readonly unknown[]): ConnectOptions {
  const first = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (typeof first === 'object' && first !== null) return first;
  if (typeof first === 'string' && Number.isNaN(Number(first))) return { path: first };
  return { host: typeof args[1] === 'string' ? args[1] : 'localhost' };
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
  const { host, path } = optionsOf(args);
  if (!path && !LOOPBACK.test(host ?? 'localhost'))
    throw new Error(`A test tried to reach ${host}. Tests may only use loopback.`);
  return Reflect.apply(connect, this, args);
};
