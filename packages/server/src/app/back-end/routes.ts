import { Problem } from './problem.js';
import { isRestId } from './request.js';

export const BASE_PATH = '/dev/v2/project/';
export const KICKING_RULE_ALIAS = '/dev/v1/kicking-rule';

/** What a path stands for. `appId` is absent where the body names the app. */
export type Route =
  | { readonly kind: 'peer-message' | 'channel-message'; readonly appId: string; readonly uid: string }
  | { readonly kind: 'connection'; readonly appId: string; readonly uid: string }
  | { readonly kind: 'kicking-rule'; readonly appId: string | undefined };

const USER_ROUTES: Readonly<Record<string, 'peer-message' | 'channel-message'>> = {
  peer_messages: 'peer-message',
  peer_message: 'peer-message',
  channel_messages: 'channel-message',
};

const METHODS: Readonly<Record<Route['kind'], string>> = {
  'peer-message': 'POST',
  'channel-message': 'POST',
  'kicking-rule': 'POST',
  connection: 'DELETE',
};

const NOT_FOUND = new Problem('not_found', 'there is nothing at this path');

/** Finds the route of a request (rest-api.md 12). Parts of the path are decoded once, behind the splitting. */
export function routeOf(method: string, path: string): Route | Problem {
  const route = path === KICKING_RULE_ALIAS ? kickingRule(undefined) : find(path);
  if (route instanceof Problem) return route;
  const allowed = METHODS[route.kind];
  return method === allowed
    ? route
    : new Problem('method_not_allowed', `only ${allowed} is taken here`, { Allow: `${allowed}, OPTIONS` });
}

function find(path: string): Route | Problem {
  if (!path.startsWith(BASE_PATH)) return NOT_FOUND;
  const [appId = '', root, ...rest] = path.slice(BASE_PATH.length).split('/');
  if (root !== 'rtm') return NOT_FOUND;
  const [first, second, third] = rest;
  if (rest.length === 1 && first === 'kicking-rule') return kickingRule(appId);
  if (rest.length === 3 && first === 'users' && third !== undefined && Object.hasOwn(USER_ROUTES, third)) {
    const kind = USER_ROUTES[third] as 'peer-message' | 'channel-message';
    const uid = userOf(second);
    return uid instanceof Problem ? uid : { kind, appId, uid };
  }
  if (rest.length === 5 && rest.join('/').startsWith('vendor/x/users/') && rest[4] === 'connection') {
    const uid = userOf(rest[3]);
    return uid instanceof Problem ? uid : { kind: 'connection', appId, uid };
  }
  return NOT_FOUND;
}

function kickingRule(appId: string | undefined): Route {
  return { kind: 'kicking-rule', appId };
}

function userOf(part: string | undefined): string | Problem {
  let uid: string | undefined;
  try {
    uid = decodeURIComponent(part ?? '');
  } catch {
    // A broken percent encoding names nobody.
  }
  if (isRestId(uid) && uid.trim() === uid) return uid;
  return new Problem('invalid_parameter', 'the user in the path must be 1 to 64 permitted characters, percent-encoded');
}
