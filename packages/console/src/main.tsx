import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.js';
import { SessionContext } from './hooks/use-session.js';
import { Session } from './model/session.js';

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <SessionContext value={new Session()}>
        <App />
      </SessionContext>
    </StrictMode>,
  );
}
