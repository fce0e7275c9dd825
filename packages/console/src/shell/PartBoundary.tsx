import { Alert } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { useTexts } from '../i18n/language-context.js';

/** A part of the page that is loaded later: when that fails, the rest goes on. */
export class PartBoundary extends Component<{ readonly children: ReactNode }, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    return this.state.hasFailed ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const { app } = useTexts();
  return (
    <Alert color="red" role="alert">
      {app.broken}
    </Alert>
  );
}
