import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { createRoot } from 'react-dom/client';
import { followSession } from './followSession';
import { getLocale } from './paraglide/runtime';
import { router } from './router';
import './styles.css';

document.documentElement.lang = getLocale();
followSession();

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <I18nProvider locale={getLocale()}>
      <RouterProvider router={router} />
    </I18nProvider>
  </StrictMode>,
);
