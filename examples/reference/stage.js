// @ts-check
/**
 * What these examples share, and nothing that an application needs. Each runs by itself against the server of `npm start`,
 * or the one that ARRTM_SERVER names:
 *
 *     node examples/reference/channels.js
 */
import { randomBytes } from 'node:crypto';
import ArRTM from 'ar-rtm-sdk';

const { hostname, port, protocol } = new URL(process.env.ARRTM_SERVER ?? 'http://127.0.0.1:9080');

/** Where the server is: `{ ServerAdd: '127.0.0.1', Port: 9080, Wss: false }`. */
export const address = { ServerAdd: hostname, Port: Number(port), Wss: protocol === 'https:' };

/** An app of its own for each run, so that no two runs meet. A server without configured apps takes any. */
export const APP_ID = process.env.ARRTM_APP_ID ?? randomBytes(16).toString('hex');

/** @type {import('ar-rtm-sdk').RtmClient[]} */
const clients = [];

/** A client that prints nothing. */
export function createClient() {
  const client = ArRTM.createInstance(APP_ID, { confPriCloudAddr: address, logFilter: ArRTM.LOG_FILTER_OFF });
  clients.push(client);
  return client;
}

/** @param {string} uid */
export async function loggedIn(uid) {
  const client = createClient();
  await client.login({ uid });
  return client;
}

/**
 * The arguments of the next event.
 *
 * @param {{ once(event: any, listener: any): unknown }} emitter
 * @param {string} event
 * @returns {Promise<any[]>}
 */
export const next = (emitter, event) =>
  new Promise((resolve) => emitter.once(event, (/** @type {any[]} */ ...args) => resolve(args)));

/**
 * What is told from now on: the arguments of each event, behind its name.
 *
 * @param {{ on(event: any, listener: any): unknown }} emitter
 * @param {string[]} events
 */
export function record(emitter, ...events) {
  /** @type {any[][]} */
  const told = [];
  for (const event of events) emitter.on(event, (/** @type {any[]} */ ...args) => told.push([event, ...args]));
  return told;
}

/** Logs everybody out, since sockets keep the process alive. */
export async function end() {
  // Who is not logged in rejects.
  await Promise.allSettled(clients.map((client) => client.logout()));
}
