import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import type { Texts } from './en.js';
import { LANGUAGES, type Language, recallLanguage, rememberLanguage } from './language.js';

interface LanguageChoice {
  readonly language: Language;
  choose(language: Language): void;
}

const LanguageContext = createContext<LanguageChoice | undefined>(undefined);

/** Gives the page its language, and tells the browser which it is. */
export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState(recallLanguage);
  const { texts } = LANGUAGES[language];
  useEffect(() => {
    document.documentElement.lang = texts.locale;
    document.title = texts.app.title;
  }, [texts]);
  const choice = useMemo(
    () => ({
      language,
      choose: (next: Language) => {
        rememberLanguage(next);
        setLanguage(next);
      },
    }),
    [language],
  );
  return <LanguageContext value={choice}>{children}</LanguageContext>;
}

export function useLanguage(): LanguageChoice {
  const choice = useContext(LanguageContext);
  if (!choice) throw new Error('useLanguage needs a LanguageProvider above it');
  return choice;
}

export function useTexts(): Texts {
  return LANGUAGES[useLanguage().language].texts;
}
