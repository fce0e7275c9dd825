import { ActionIcon, Menu } from '@mantine/core';
import { Languages } from 'lucide-react';
import { isLanguage, LANGUAGES } from '../i18n/language.js';
import { useLanguage, useTexts } from '../i18n/language-context.js';

export function LanguageMenu() {
  const { app } = useTexts();
  const { language, choose } = useLanguage();
  return (
    <Menu position="bottom-end" keepMounted={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={app.language} title={app.language}>
          <Languages size={18} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={language} onChange={(code) => isLanguage(code) && choose(code)}>
          {Object.entries(LANGUAGES).map(([code, { name, texts }]) => (
            <Menu.RadioItem key={code} value={code} lang={texts.locale} closeMenuOnClick>
              {name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
