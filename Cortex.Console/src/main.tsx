import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { createRoot } from 'react-dom/client';
import { followSession } from './followSession';
import { getLocale } from './paraglide/runtime';
import { queryClient } from './queryClient';
import { reloadAfterDeployment } from './reloadAfterDeployment';
import { router } from './router';
import './styles.css';

document.documentElement.lang = getLocale();
reloadAfterDeployment();
followSession();

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <I18nProvider locale={getLocale()}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);
