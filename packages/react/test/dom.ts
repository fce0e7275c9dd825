/** A page for React, in Node: what is of a page only. The network, timers and files stay those of Node, for the SDK. */
import { Window } from 'happy-dom';

const window = new Window({ url: 'http://page.test/' });
for (const [name, value] of Object.entries({ window, document: window.document, navigator: window.navigator })) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
