import { MantineProvider } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useNoStrayDrops } from './hooks/use-no-stray-drops.js';
import { WorkspaceContext } from './hooks/use-workspace.js';
import { LanguageProvider, useTexts } from './i18n/language-context.js';
import type { SiteParts } from './model/site-parts.js';
import type { Workspace } from './model/workspace.js';
import { Playground } from './playground/Playground.js';
import { PartBoundary } from './shell/PartBoundary.js';
import { Shell } from './shell/Shell.js';
import { useView } from './shell/use-view.js';
import { schemes, theme } from './theme.js';

/** Only operators need it, and the charts are large. */
const Overview = lazy(() => import('./overview/Overview.js'));

interface AppProps {
  readonly workspace: Workspace;
  readonly parts: SiteParts;
}

export function App({ workspace, parts }: AppProps) {
  useNoStrayDrops();
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={schemes}>
      <LanguageProvider>
        <WorkspaceContext value={workspace}>
          <Views parts={parts} />
        </WorkspaceContext>
      </LanguageProvider>
    </MantineProvider>
  );
}

function Views({ parts }: Pick<AppProps, 'parts'>) {
  const texts = useTexts();
  const view = useView(parts);
  return (
    <Shell view={view} parts={parts}>
      {/* It stays while the other view shows: its users are logged in. */}
      {parts.clients && (
        <div hidden={view !== 'playground'}>
          <Playground />
        </div>
      )}
      {view === 'overview' && (
        <PartBoundary>
          <Suspense fallback={<p className="hint">{texts.app.loading}</p>}>
            <Overview />
          </Suspense>
        </PartBoundary>
      )}
    </Shell>
  );
}
