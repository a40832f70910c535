import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { createRoot } from 'react-dom/client';
import { followSession } from './followSession';
import { getLocale } from './paraglide/runtime';
import { router } from './router';
import { startEarly } from './startEarly';
import './styles.css';

document.documentElement.lang = getLocale();
followSession();
startEarly();

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <I18nProvider locale={getLocale()}>
      <RouterProvider router={router} />
    </I18nProvider>
  </StrictMode>,
);
