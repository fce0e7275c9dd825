import { type FormEvent, useState } from 'react';
import { useAction } from '../hooks/use-action.js';
import { useSession } from '../hooks/use-session.js';
import { recall, remember } from '../model/remembered.js';
import { ErrorNote } from './ErrorNote.js';

export function LoginForm() {
  const session = useSession();
  const [identity, setIdentity] = useState(recall);
  // Not remembered: it is a secret.
  const [token, setToken] = useState('');
  const login = useAction(() => session.login(identity, token.trim()));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    remember(identity);
    await login.run();
  };

  return (
    <section className="card login" aria-labelledby="login-title">
      <h2 id="login-title">Log in</h2>
      <p className="hint">Open this page in a second tab to talk to yourself as another user.</p>
      <form onSubmit={submit}>
        <label>
          App ID
          <input
            className="code"
            value={identity.appId}
            onChange={({ target }) => setIdentity({ ...identity, appId: target.value })}
            autoComplete="off"
            spellCheck={false}
            required
          />
        </label>
        <label>
          User ID
          <input
            value={identity.uid}
            onChange={({ target }) => setIdentity({ ...identity, uid: target.value })}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
          />
        </label>
        <label>
          Token
          <input
            className="code"
            value={token}
            onChange={({ target }) => setToken(target.value)}
            placeholder="only if the app needs one"
            autoComplete="off"
            spellCheck={false}
          />
        </label>
        <button type="submit" className="primary" disabled={login.isPending}>
          {login.isPending ? 'Logging in …' : 'Log in'}
        </button>
      </form>
      <ErrorNote what="Could not log in" error={login.error} />
    </section>
  );
}
