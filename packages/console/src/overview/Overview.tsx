import 'uplot/dist/uPlot.min.css';
import { useCallback, useEffect, useState } from 'react';
import { useTexts } from '../i18n/language-context.js';
import { Dashboard } from './Dashboard.js';
import { AdminClient } from './model/admin-client.js';
import { OperatorLogin } from './OperatorLogin.js';

type Access = 'asking' | 'none' | 'over' | 'granted';

/** The operator's view: the login, and behind it what the server does. */
export default function Overview() {
  const { operator } = useTexts();
  const [client] = useState(() => new AdminClient());
  const [access, setAccess] = useState<Access>('asking');
  useEffect(() => {
    client.isLoggedIn().then(
      (isLoggedIn) => setAccess(isLoggedIn ? 'granted' : 'none'),
      () => setAccess('none'),
    );
  }, [client]);
  const ended = useCallback(() => setAccess('over'), []);
  if (access === 'asking') return <p className="hint">{operator.asking}</p>;
  if (access === 'granted') return <Dashboard client={client} ended={ended} left={() => setAccess('none')} />;
  return <OperatorLogin client={client} isOver={access === 'over'} granted={() => setAccess('granted')} />;
}
