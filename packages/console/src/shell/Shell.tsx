import { Activity, LayoutDashboard } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTexts } from '../i18n/language-context.js';
import type { SiteParts } from '../model/site-parts.js';
import { Brand } from './Brand.js';
import { LanguageMenu } from './LanguageMenu.js';
import { SchemeMenu } from './SchemeMenu.js';
import { VIEW_LINKS, type View } from './use-view.js';

interface ShellProps {
  readonly view: View;
  readonly parts: SiteParts;
  readonly children: ReactNode;
}

const ICONS = { playground: LayoutDashboard, overview: Activity } as const;

/** What stays around every view: where one is, the way to the other one, language and colours. */
export function Shell({ view, parts, children }: ShellProps) {
  const { app } = useTexts();
  const views = (['playground', 'overview'] as const).filter(
    (one) => parts[one === 'overview' ? 'operator' : 'clients'],
  );
  return (
    <>
      {/* No link: the address names the view. */}
      <button type="button" className="skip" onClick={() => document.getElementById('content')?.focus()}>
        {app.skip}
      </button>
      <header className="bar">
        <Brand />
        {views.length > 1 && (
          <nav className="views" aria-label={app.views}>
            {views.map((one) => {
              const Icon = ICONS[one];
              return (
                <a key={one} href={VIEW_LINKS[one]} aria-current={one === view ? 'page' : undefined}>
                  <Icon size={16} aria-hidden="true" />
                  <span>{app[one]}</span>
                </a>
              );
            })}
          </nav>
        )}
        <div className="switches">
          <LanguageMenu />
          <SchemeMenu />
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}
