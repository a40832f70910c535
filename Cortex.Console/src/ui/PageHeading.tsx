import { type ReactNode, useEffect, useRef } from 'react';
import { pageTitle } from './pageTitle';

interface PageHeadingProps {
  title: string;
  /** The text in the browser's title, if it differs. It must not contain anything secret. */
  documentTitle?: string;
  children?: ReactNode;
}

/** The heading of a page. It takes the focus after a navigation, so that keyboards and screen readers start at the new page. */
export function PageHeading({ title, documentTitle, children }: PageHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = pageTitle(documentTitle ?? title);
  }, [documentTitle, title]);
  useEffect(() => {
    // A field with autofocus keeps the focus.
    if (!(document.activeElement instanceof HTMLInputElement)) {
      heading.current?.focus();
    }
  }, []);
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <h1 ref={heading} tabIndex={-1} className="max-w-full min-w-0 text-xl font-semibold wrap-anywhere hyphens-auto">
        {title}
      </h1>
      {children && <div className="flex flex-wrap gap-2">{children}</div>}
    </div>
  );
}
