import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.js';
import { recall, remember, suggestIdentity } from './model/remembered.js';
import { askParts } from './model/site-parts.js';
import { Workspace } from './model/workspace.js';
import { Network } from './network/network.js';
import { recordSockets } from './network/recording-socket.js';

const root = document.getElementById('root');
if (root) {
  const network = new Network();
  recordSockets(network);
  const workspace = new Workspace(network, recall(), suggestIdentity, remember);
  const parts = await askParts();
  createRoot(root).render(
    <StrictMode>
      <App workspace={workspace} parts={parts} />
    </StrictMode>,
  );
}
